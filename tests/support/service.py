"""The whole program as its users run it: `tocsin serve` in a process of its own."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import anyio

from support.eventually import eventually

TOCSIN = str(Path(sys.executable).parent / "tocsin")
STARTING_SECONDS = 15.0
STOPPING_SECONDS = 10.0


class Reply:
    """An HTTP answer, read to its end."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self) -> str:
        """The body as text."""
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def __repr__(self) -> str:
        return f"<{self.status} {self.text[:500]!r}>"


class Service:
    """`tocsin serve` on a free port of loopback; an async context manager.

    `folder` gets routes.toml (when `routes` is its text), the data folder, and what the process
    writes. The port stays the same across restarts. Leaving ends the process and fails the test
    if the log has an error that nobody said to `expect`. What was written is printed on a failure.
    """

    ready_path = "/health/ready"

    def __init__(
        self,
        folder: Path,
        routes: str = "",
        *,
        config: Path | None = None,
        data: Path | None = None,
        environ: Mapping[str, str] | None = None,
        args: Sequence[str] = (),
        starts: bool = True,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.config = config or folder / "routes.toml"
        self.data = data or folder / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.args = [*args]
        self.environ = {**_surroundings(), **(environ or {})}
        self._starts = starts
        self._expected: list[re.Pattern[str]] = []
        self._out, self._err = folder / "stdout.txt", folder / "stderr.txt"
        self._process: subprocess.Popen[bytes] | None = None
        self._session: aiohttp.ClientSession | None = None
        if routes:
            self.write(routes)

    def write(self, routes: str) -> None:
        """Put a routes.toml in place, whole at once."""
        new = self.config.with_suffix(".new")
        new.write_text(routes, "utf-8")
        new.replace(self.config)

    def expect(self, pattern: str) -> None:
        """Lines of the log that match this may be errors."""
        self._expected.append(re.compile(pattern))

    async def start(self, *, ready: bool = True) -> None:
        """Start the process and, unless told otherwise, wait until it is ready."""
        assert not self.running, "it already runs"
        self._process = self._launch()
        if ready:
            await self.ready()

    def _launch(self) -> subprocess.Popen[bytes]:
        command = [TOCSIN, "serve", "--config", str(self.config), "--data", str(self.data)]
        command += ["--listen", f"127.0.0.1:{self.port}", *self.args]
        with self._out.open("ab") as out, self._err.open("ab") as err:
            return subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=self.environ,
                start_new_session=True,
            )

    async def ready(self, seconds: float = STARTING_SECONDS) -> None:
        """Wait until it takes alerts."""

        async def is_ready() -> bool:
            if not self.running:
                raise RuntimeError(f"tocsin ended with {self.exit_code}: {self.stderr[-4000:]}")
            try:
                return (await self.get(self.ready_path)).status == 200
            except aiohttp.ClientConnectionError:
                return False

        await eventually("tocsin is ready", is_ready, seconds=seconds)

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def exit_code(self) -> int | None:
        """With what it ended; negative for a signal, None while it runs."""
        return None if self._process is None else self._process.poll()

    @property
    def pid(self) -> int:
        """The process, which must have been started."""
        assert self._process is not None, "it was not started"
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the process."""
        os.kill(self.pid, number)

    def kill(self) -> None:
        """End it as a crash would: kill -9, its whole process group."""
        if self._process is not None:
            if self._process.poll() is None:
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    async def terminate(self, seconds: float = STOPPING_SECONDS) -> int:
        """Ask it to stop, as a supervisor does; the exit code."""
        if self.running:
            self.signal(signal.SIGTERM)
        return await self.ended(seconds)

    async def ended(self, seconds: float = STOPPING_SECONDS) -> int:
        """Wait for its end; the exit code."""
        await eventually("tocsin ends", lambda: not self.running, seconds=seconds)
        assert self.exit_code is not None
        return self.exit_code

    async def restart(self) -> None:
        """SIGTERM, its end with exit code 0, and a new start."""
        code = await self.terminate()
        assert code == 0, f"tocsin ended with {code}: {self.stderr[-4000:]}"
        await self.start()

    async def request(self, method: str, path: str, **options: Any) -> Reply:
        """Ask it something; options as aiohttp's request takes them. Redirects are not followed."""
        assert self._session is not None, "use it as an async context manager"
        options.setdefault("allow_redirects", False)
        url = path if path.startswith("http") else self.url + path
        async with self._session.request(method, url, **options) as answer:
            return Reply(answer.status, answer.headers.copy(), await answer.read())

    async def get(self, path: str, **options: Any) -> Reply:
        """GET a path of it, or an address."""
        return await self.request("GET", path, **options)

    async def post(self, path: str, body: object = None, **options: Any) -> Reply:
        """POST a body (bytes as they are, anything else as JSON) to a path of it, or an address."""
        if isinstance(body, bytes):
            options["data"] = body
        elif body is not None:
            options["json"] = body
        return await self.request("POST", path, **options)

    @property
    def stdout(self) -> str:
        """All it printed."""
        return self._out.read_text("utf-8", "replace") if self._out.exists() else ""

    @property
    def stderr(self) -> str:
        """All it logged, as text."""
        return self._err.read_text("utf-8", "replace") if self._err.exists() else ""

    def log(self) -> list[dict[str, Any]]:
        """All it logged. A line that is no JSON becomes an error, as nothing else may be there."""
        return [_line(text) for text in self.stderr.splitlines()]

    def unexpected(self) -> list[dict[str, Any]]:
        """The errors in the log that nobody said to expect."""
        errors = [line for line in self.log() if line.get("level") in ("error", "critical")]
        return [line for line in errors if not self._is_expected(line)]

    def _is_expected(self, line: dict[str, Any]) -> bool:
        text = json.dumps(line)
        return any(pattern.search(text) for pattern in self._expected)

    async def __aenter__(self) -> Self:
        timeout = aiohttp.ClientTimeout(total=30)
        self._session = aiohttp.ClientSession(
            timeout=timeout, connector=aiohttp.TCPConnector(limit=0, force_close=True)
        )
        try:
            if self._starts:
                await self.start()
        except BaseException as error:
            await self.__aexit__(type(error), error, error.__traceback__)
            raise
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with anyio.CancelScope(shield=True):
            try:
                if error is None and self.running:
                    assert await self.terminate() == 0, "it did not end well"
            finally:
                self.kill()
                if self._session is not None:
                    await self._session.close()
        # Of all this, pytest shows only what belongs to a test that failed.
        print(f"tocsin at {self.url} printed:\n{self.stdout[-20000:]}")
        print(f"and logged:\n{self.stderr[-20000:]}")
        if error is None:
            assert not self.unexpected(), f"errors in the log: {self.unexpected()}"


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _surroundings() -> dict[str, str]:
    """What a process needs, and nothing that could change what it does."""
    kept = ("PATH", "HOME", "TMPDIR", "LANG", "SYSTEMROOT")
    return {name: os.environ[name] for name in kept if name in os.environ}


def _line(text: str) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except ValueError:
        line = None
    return line if isinstance(line, dict) else {"level": "error", "event": text, "logger": "?"}
