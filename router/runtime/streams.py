"""Keeps one reader running for every Redis source that routes.toml names."""

from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

import anyio
from anyio.abc import TaskGroup

from router.core.settings import RedisSource


class Reader(Protocol):
    """Reads one stream for ever."""

    connected: bool
    lag: int | None

    async def run(self) -> None:
        """Read until cancelled."""


class Streams:
    """The readers by source. A source whose settings did not change keeps its reader."""

    def __init__(self, make: Callable[[RedisSource], Reader]) -> None:
        self._make = make
        self._tasks: TaskGroup | None = None
        self._wanted: dict[str, RedisSource] = {}
        self._scopes: dict[str, anyio.CancelScope] = {}
        self.readers: dict[str, Reader] = {}

    async def run(self) -> None:
        """Run the readers until cancelled."""
        async with anyio.create_task_group() as self._tasks:
            self.use(list(self._wanted.values()))
            await anyio.sleep_forever()

    def use(self, sources: Iterable[RedisSource]) -> None:
        """Read these sources from now on."""
        wanted = {source.name: source for source in sources}
        for name in [n for n in self._scopes if wanted.get(n) != self._wanted.get(n)]:
            self._scopes.pop(name).cancel()
            del self.readers[name]
        self._wanted = wanted
        if self._tasks is None:
            return
        for name, source in wanted.items():
            if name not in self.readers:
                self.readers[name] = self._make(source)
                self._scopes[name] = anyio.CancelScope()
                self._tasks.start_soon(_within, self._scopes[name], self.readers[name].run)

    def away(self) -> list[str]:
        """The sources whose Redis does not answer."""
        return [name for name, reader in self.readers.items() if not reader.connected]


async def _within(scope: anyio.CancelScope, run: Callable[[], Awaitable[None]]) -> None:
    with scope:
        await run()
