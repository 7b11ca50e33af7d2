"""Where webhooks arrive: when did each probe come?"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager, suppress

_PROBE = re.compile(rb'"probe":\s*"([^"]+)"')
_LENGTH = re.compile(rb"content-length:\s*(\d+)")
_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"


class Sink:
    """Answers every webhook, and keeps the first arrival of each probe by its name."""

    def __init__(self) -> None:
        self.arrived: dict[str, float] = {}
        self.requests = 0
        self.url = ""
        self._more = asyncio.Event()
        self._connections: set[asyncio.Task[None]] = set()

    async def wait_for(self, names: Collection[str], seconds: float) -> None:
        """Return when all these probes have come, or when it took too long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while not self.arrived.keys() >= set(names):
                    self._more.clear()
                    await self._more.wait()

    async def finish(self) -> None:
        """Let connections end whose other end is gone."""
        if self._connections:
            await asyncio.wait(self._connections, timeout=2)

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Serve one connection until it ends."""
        if task := asyncio.current_task():
            self._connections.add(task)
            task.add_done_callback(self._connections.discard)
        try:
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).lower()
                found = _LENGTH.search(head)
                body = await reader.readexactly(int(found[1]) if found else 0)
                at = time.perf_counter()
                self.requests += 1
                for name in _PROBE.findall(body):
                    self.arrived.setdefault(name.decode(), at)
                writer.write(_ANSWER)
                self._more.set()
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


@asynccontextmanager
async def listening() -> AsyncIterator[Sink]:
    """A sink on a free port of loopback."""
    sink = Sink()
    server = await asyncio.start_server(sink.take, "127.0.0.1", 0)
    sink.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
    try:
        yield sink
    finally:
        server.close()
        await sink.finish()
