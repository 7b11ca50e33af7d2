"""A program of others, run on loopback beside the one under test."""

import os
import shutil
import signal
import subprocess
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

import aiohttp

from support.eventually import eventually


class Program:
    """A server in a process of its own; an async context manager that waits until it answers.

    Not having it installed is an error, not a reason to skip. What it printed is shown when the
    test fails.
    """

    def __init__(self, folder: Path, command: Sequence[str], ready: str) -> None:
        program = shutil.which(command[0])
        if program is None:
            raise FileNotFoundError(f"{command[0]} is not installed; install it for these tests")
        folder.mkdir(parents=True, exist_ok=True)
        self._command = [program, *command[1:]]
        self._output = folder / f"{command[0]}.txt"
        self._folder = folder
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None

    def signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        assert self._process is not None, "it was not started"
        os.kill(self._process.pid, number)

    def kill(self) -> None:
        """End it at once."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    async def __aenter__(self) -> "Program":
        self._start()
        try:
            async with aiohttp.ClientSession() as session:
                await eventually("it is ready", lambda: self._answers(session), seconds=20)
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    def _start(self) -> None:
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self._folder,
            )

    async def _answers(self, session: aiohttp.ClientSession) -> bool:
        assert self._process is not None
        if self._process.poll() is not None:
            raise RuntimeError(f"it ended: {self._output.read_text('utf-8', 'replace')[-2000:]}")
        try:
            async with session.get(self._ready) as answer:
                return answer.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
        if error is not None:
            print(f"{self._command[0]}: {self._output.read_text('utf-8', 'replace')[-5000:]}")
