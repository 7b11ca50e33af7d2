"""The service as these tests run it: killed, watched, wrapped, or broken on purpose."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from support.eventually import eventually
from support.service import TOCSIN, Service

READY_SECONDS = 3.0
SABOTAGE = str(Path(__file__).with_name("sabotage.py"))


class Process(Service):
    """`tocsin serve` with `faults` planted (see sabotage.py), run below the command `wrapper`.

    Another `wrapper` counts from the next start on. `killed_at` are monotonic seconds; `readied`
    how long each start without a wrapper took to be ready, but for the time that others had the
    processor. A line of the log that a kill cut off is no error.
    """

    def __init__(
        self,
        folder: Path,
        routes: str = "",
        *,
        faults: Sequence[str] = (),
        wrapper: Sequence[str] = (),
        data: Path | None = None,
        environ: Mapping[str, str] | None = None,
        starts: bool = True,
    ) -> None:
        super().__init__(folder, routes, data=data, environ=environ, starts=starts)
        self._faults = ",".join(faults)
        self.wrapper = [*wrapper]
        self.killed_at: list[float] = []
        self.readied: list[float] = []

    def _launch(self) -> subprocess.Popen[bytes]:
        program = [sys.executable, SABOTAGE, self._faults] if self._faults else [TOCSIN]
        command = [*self.wrapper, *program, "serve", "--config", str(self.config)]
        command += ["--data", str(self.data), "--listen", f"127.0.0.1:{self.port}"]
        with self._out.open("ab") as out, self._err.open("ab") as err:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self.environ,
                start_new_session=True,
            )

    async def start(self, *, ready: bool = True) -> None:
        """Start it, and note how long it took to be ready."""
        began = time.monotonic() - queued(os.getpid())
        await super().start(ready=ready)
        if ready and not self.wrapper:
            waited = queued(os.getpid()) + queued(self.pid)
            self.readied.append(time.monotonic() - began - waited)

    def crash(self) -> None:
        """kill -9, noted. What is dead already stays so."""
        if self.wrapper and self.running:  # What it wraps dies, so that it can write down the end.
            for child in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
                os.kill(int(child), signal.SIGKILL)
            assert self._process is not None
            self._process.wait(10)
        self.killed_at.append(time.monotonic())
        self.kill()

    async def struck(self) -> None:
        """Return when its wrapper has killed it, which is noted."""
        await eventually("it is struck", lambda: not self.running, seconds=60, every=0.005)
        self.killed_at.append(time.monotonic())

    async def crash_and_restart(self) -> None:
        """kill -9, and a start at once."""
        self.crash()
        await self.start()

    def log(self) -> list[dict[str, Any]]:
        """All it logged, but for what a kill cut off."""
        return [line for line in super().log() if line.get("logger") != "?"]

    def said(self, event: str) -> int:
        """How often the log has this event."""
        return sum(line.get("event") == event for line in self.log())

    async def timelines(self) -> list[dict[str, Any]]:
        """Every incident with its whole timeline, oldest first."""
        found: list[dict[str, Any]] = []
        before = ""
        while True:
            page = (await self.get(f"/api/v1/incidents?limit=1000{before}")).json()
            found += page["incidents"]
            if page["next"] is None:
                break
            before = f"&before={page['next']}"
        shown: list[dict[str, Any]] = []
        for incident in sorted(found, key=lambda i: int(i["number"])):
            reply = await self.get(f"/api/v1/incidents/{incident['number']}")
            shown.append(json.loads(reply.body))
        return shown


def queued(pid: int) -> float:
    """Seconds that a process was ready to run and had to wait, as others had the processor.

    0 where the kernel does not say.
    """
    path = Path(f"/proc/{pid}/schedstat")
    return int(path.read_text().split()[1]) / 1e9 if path.exists() else 0.0
