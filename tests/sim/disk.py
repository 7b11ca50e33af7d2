"""A disk that is slow, full or broken, and a process that dies beside it: the rows survive."""

from collections.abc import Sequence
from random import Random
from typing import Protocol

import msgspec
from sim.pulse import Killed, Pulse
from support.rows import Rows

from router.core import command as c
from router.core.moment import Stamp
from router.core.stored import Stored
from router.errors import DiskFull, StoreError

BALLAST = 3  # So many commits fit into the room that is set aside.


class DiskWeather(msgspec.Struct):
    """What befalls commits: chances of each, and the most seconds one takes."""

    kill_before: float = 0.0
    kill_after: float = 0.0
    fails: float = 0.0
    slowest: float = 0.003
    full: bool = False
    stalls: float = 0.0  # For so long at least.


class Watch(Protocol):
    """Who looks on at the disk's end."""

    def busy(self) -> None: ...

    def committed(self, commands: Sequence[c.Command]) -> None: ...

    def idle(self, *, full: bool) -> None: ...


class Disk:
    """Keeps what was committed. `watch` sees commits begin, become durable, and end."""

    def __init__(self, chance: Random, watch: Watch) -> None:
        self.rows = Rows("sim")
        self.weather = DiskWeather()
        self.text = b""
        self.stamp: Stamp | None = None
        self.seen: set[tuple[str, str]] = set()
        self.ballast = BALLAST
        self.chance = chance
        self.watch = watch

    def load(self) -> Stored:
        """What a start finds."""
        return msgspec.structs.replace(self.rows.load(), text=self.text)

    def write(self, commands: Sequence[c.Command], stamp: Stamp) -> None:
        """Make it durable."""
        self.rows.commit(commands)
        self.stamp = stamp
        for command in commands:
            match command:
                case c.PutConfiguration(text=text):
                    self.text = text
                case c.PutSeen(source=source, entry=entry):
                    self.seen.add((source, entry))
        self.watch.committed(commands)


class SimJournal:
    """The disk as one process sees it: a Journal, for as long as the process lives."""

    def __init__(self, disk: Disk, pulse: Pulse) -> None:
        self._disk = disk
        self._pulse = pulse

    async def commit(self, commands: Sequence[c.Command], stamp: Stamp) -> None:
        self._pulse.check()
        self._disk.watch.busy()
        try:
            await self._commit(commands, stamp)
        except DiskFull:
            self._disk.watch.idle(full=True)
            raise
        self._disk.watch.idle(full=False)

    async def _commit(self, commands: Sequence[c.Command], stamp: Stamp) -> None:
        disk, weather, pulse = self._disk, self._disk.weather, self._pulse
        slow = disk.chance.random() ** 3 * weather.slowest + weather.stalls
        await pulse.pause(slow / 2)
        if weather.full:
            if not disk.ballast or disk.ballast == BALLAST:
                raise DiskFull("the simulated disk is full")
            disk.ballast -= 1
        if disk.chance.random() < weather.kill_before:
            pulse.kill()
            raise Killed
        if disk.chance.random() < weather.fails:
            if disk.chance.random() < 0.5:
                disk.write(commands, stamp)
            pulse.kill()
            raise StoreError("the simulated disk broke")
        disk.write(commands, stamp)
        if disk.chance.random() < weather.kill_after:
            pulse.kill()
            raise Killed
        await pulse.pause(slow / 2)

    async def probe(self, stamp: Stamp) -> None:
        self._pulse.check()
        if self._disk.weather.full and self._disk.ballast in (0, BALLAST):
            self._disk.watch.idle(full=True)
            raise DiskFull("the simulated disk is full")

    async def load(self) -> Stored:
        self._pulse.check()
        return self._disk.load()

    def release_ballast(self) -> None:
        if self._disk.ballast == BALLAST:
            self._disk.ballast -= 1

    async def restore_ballast(self) -> bool:
        self._pulse.check()
        if not self._disk.weather.full:
            self._disk.ballast = BALLAST
        return not self._disk.weather.full

    async def seen(self, source: str, ids: Sequence[str]) -> set[str]:
        """Those of a stream's entries that were received before."""
        self._pulse.check()
        return {one for one in ids if (source, one) in self._disk.seen}
