"""The two servers, each started on a free port of loopback with the same routing."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ALERTMANAGER = "alertmanager"
TOCSIN = "tocsin"
BOTH = (ALERTMANAGER, TOCSIN)

_READY = {ALERTMANAGER: "/-/ready", TOCSIN: "/health/ready"}
_TICK_MICROSECONDS = 1e6 / os.sysconf("SC_CLK_TCK")
# With -D the process that was started is the server, as its pid has to be.
_TRACER = ("strace", "-D", "-f", "-q", "--seccomp-bpf", "-o", "/dev/null")
_DELAY = "trace=fdatasync,fsync", "inject=fdatasync,fsync:delay_enter={microseconds:d}"

# Probes go out at once; what is stored for bulk waits, so that it makes no noise of its own.
_TOCSIN = """
[receivers.sink]
webhook = [{{ url = "{sink}", send_resolved = false }}]

[route]
receiver = "sink"
group_by = ["{group_by}"]
group_wait = "{group_wait}"
group_interval = "10s"

[[route.routes]]
matchers = ['kind="probe"']
group_by = ["probe"]
group_wait = "0s"
"""
_ALERTMANAGER = """
receivers:
- name: sink
  webhook_configs: [{{url: "{sink}", send_resolved: false}}]
route:
  receiver: sink
  group_by: ["{group_by}"]
  group_wait: {group_wait}
  group_interval: 10s
  routes:
  - matchers: ['kind="probe"']
    group_by: ["probe"]
    group_wait: 0s
"""


class Server:
    """One server in a folder of its own; it can be killed and started again on what it kept."""

    def __init__(
        self,
        kind: str,
        folder: Path,
        *,
        sink: str,
        group_by: str,
        group_wait: str,
        written: str = "",
        sync_seconds: float = 0.0,
    ) -> None:
        self.kind = kind
        self.port = free_port()
        self._folder = folder
        template = _TOCSIN if kind == TOCSIN else _ALERTMANAGER
        beside = folder / "etc"  # The log is not there: whoever watches the folder would wake.
        beside.mkdir(exist_ok=True)
        self._config = beside / ("alertmanager.yml" if written else "config")
        self._config.write_text(
            written or template.format(sink=sink, group_by=group_by, group_wait=group_wait)
        )
        self._sync_seconds = sync_seconds
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The server's own process."""
        assert self._process is not None, "it was started"
        return self._process.pid

    def start(self, timeout: float = 60.0) -> float:
        """Start it; the seconds until it said that it is ready.

        Raises:
            RuntimeError: it ended, or was not ready in time.
        """
        began = time.perf_counter()
        with (self._folder / "log").open("ab") as log:
            self._process = subprocess.Popen(self._command(), stdout=log, stderr=log)
        while time.perf_counter() - began < timeout:
            if self._process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}{_READY[self.kind]}").read()
            except OSError:
                time.sleep(0.01)
            else:
                return time.perf_counter() - began
        said = (self._folder / "log").read_text("utf-8", errors="replace")[-2000:]
        raise RuntimeError(f"{self.kind} did not start: {said}")

    def stop(self, number: int = signal.SIGTERM) -> None:
        """End it with a signal, and wait until it is gone."""
        if self._process is None:
            return
        self._process.send_signal(number)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def cpu(self) -> float:
        """Microseconds of processor time it has used so far, in steps of a clock tick."""
        text = Path(f"/proc/{self.pid}/stat").read_text("utf-8")
        fields = text.rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) * _TICK_MICROSECONDS

    def memory(self) -> int:
        """Bytes of memory it occupies."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text("utf-8").split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def _command(self) -> list[str]:
        return [*self._slowed(), *self._served()]

    def _slowed(self) -> list[str]:
        """Before the command: each of its syncs takes longer, and nothing else does."""
        if not self._sync_seconds:
            return []
        delay = [part.format(microseconds=round(1e6 * self._sync_seconds)) for part in _DELAY]
        return [*_TRACER, "-e", delay[0], "-e", delay[1]]

    def _served(self) -> list[str]:
        address = f"127.0.0.1:{self.port}"
        if self.kind == TOCSIN:
            options = ["--config", str(self._config), "--data", str(self._folder / "data")]
            return [sys.executable, "-m", "router", "serve", *options, "--listen", address]
        return [
            "prometheus-alertmanager",
            f"--config.file={self._config}",
            f"--storage.path={self._folder / 'data'}",
            f"--web.listen-address={address}",
            "--cluster.listen-address=",
            "--log.level=error",
        ]


@contextmanager
def serving(
    kind: str,
    folder: Path,
    *,
    sink: str = "http://127.0.0.1:9/",
    group_by: str = "alertname",
    group_wait: str = "10m",
    written: str = "",
    sync_seconds: float = 0.0,
) -> Iterator[Server]:
    """A server that is ready, and gone with all it kept when left.

    It has our usual configuration, or the alertmanager.yml that is *written*. Each sync of its
    files takes `sync_seconds` longer than the disk needs.
    """
    folder.mkdir(parents=True)
    server = Server(
        kind,
        folder,
        sink=sink,
        group_by=group_by,
        group_wait=group_wait,
        written=written,
        sync_seconds=sync_seconds,
    )
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port
