"""A journal in memory, for tests of the loop: it can be held up, and it can be full or broken."""

from collections.abc import Sequence

import anyio

from router.core.command import Command
from router.core.moment import Stamp
from router.core.stored import Stored
from router.errors import DiskFull, StoreError


class MemoryJournal:
    """Keeps every batch that was committed. `held` stops commits until released.

    `failures` are raised by the next commits, one each; `room` says whether there is room again.
    What `load` gives back is `stored`.
    """

    def __init__(self, stored: Stored | None = None) -> None:
        self.batches: list[list[Command]] = []
        self.failures: list[StoreError] = []
        self.stored = stored or Stored(instance="test-1")
        self.room = True
        self.ballast = True
        self._gate = anyio.Event()
        self._gate.set()

    def hold(self) -> None:
        """Let commits wait from now on."""
        self._gate = anyio.Event()

    def release(self) -> None:
        """Let them go on."""
        self._gate.set()

    async def commit(self, commands: Sequence[Command], stamp: Stamp) -> None:
        await self._gate.wait()
        if self.failures:
            raise self.failures.pop(0)
        self.batches.append(list(commands))

    async def probe(self, stamp: Stamp) -> None:
        if not self.room:
            raise DiskFull("the disk is full")

    async def load(self) -> Stored:
        return self.stored

    def release_ballast(self) -> None:
        self.ballast = False

    async def restore_ballast(self) -> bool:
        self.ballast = self.room
        return self.room
