"""Debian's Alertmanager, run and killed as the service is, to see what it keeps."""

import shutil
import subprocess

from reliability.process import Process


class Alertmanager(Process):
    """`prometheus-alertmanager` on `routes`, which is the text of an alertmanager.yml.

    Not having it installed is an error, not a reason to skip.
    """

    ready_path = "/-/ready"

    def _launch(self) -> subprocess.Popen[bytes]:
        program = shutil.which("prometheus-alertmanager")
        if program is None:
            raise FileNotFoundError("prometheus-alertmanager is not installed")
        command = [program, f"--config.file={self.config}", f"--storage.path={self.data}"]
        command += [f"--web.listen-address=127.0.0.1:{self.port}", "--cluster.listen-address="]
        with self._out.open("ab") as out, self._err.open("ab") as err:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self.environ,
                start_new_session=True,
            )
