"""A real Redis of one's own, that can be killed and started again."""

import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path
from types import TracebackType

import redis

_STARTING_SECONDS = 10.0


class RedisServer:
    """A redis-server on a free port of loopback, its data in `folder`; a context manager.

    With `durable` it writes every command to its append-only file before it answers, so that
    kill() loses nothing. Not having redis-server installed is an error, not a reason to skip.
    """

    def __init__(self, folder: Path, *, durable: bool = True) -> None:
        program = shutil.which("redis-server")
        if program is None:
            raise FileNotFoundError("redis-server is not installed; install it to run these tests")
        folder.mkdir(parents=True, exist_ok=True)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self._folder = folder
        self._command = [
            program,
            *("--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(folder)),
            *("--save", "", "--appendonly", "yes" if durable else "no"),
            *("--appendfsync", "always", "--loglevel", "warning"),
        ]
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address."""
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL)
        give_up = time.monotonic() + _STARTING_SECONDS
        while time.monotonic() < give_up:
            try:
                with redis.Redis(port=self.port, socket_timeout=1) as client:
                    client.ping()
                return
            except redis.ConnectionError:
                assert self._process.poll() is None, "redis-server ended at its start"
                time.sleep(0.01)
        raise TimeoutError(f"redis-server did not answer within {_STARTING_SECONDS:g} seconds")

    def kill(self) -> None:
        """End it as a crash would: kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to it."""
        assert self._process is not None, "it runs"
        self._process.send_signal(number)

    def empty(self) -> None:
        """Forget all it kept; it must not be running."""
        shutil.rmtree(self._folder / "appendonlydir", ignore_errors=True)

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()
