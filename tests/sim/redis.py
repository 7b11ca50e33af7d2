"""A Redis stream without a Redis: entries, what was given to whom, and what was acknowledged."""

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import Protocol

import msgspec
from redis.exceptions import ConnectionError as RedisConnectionError
from sim.pulse import Pulse, at_most
from support.small import secret

from router.core.alert import Report
from router.core.labels import canonical
from router.core.moment import DAY
from router.core.settings import RedisSource
from router.errors import DecodeError
from router.runtime.door import Door
from router.runtime.stream import Stream
from router.runtime.stream_consumer import CLAIM_START, Consumer, Timing
from router.runtime.stream_entry import Entry
from router.runtime.stream_intake import Refused, Seen

SOURCE = RedisSource(name="queue", url=secret("redis://nowhere"), stream="alerts", rejects="bad")
_TIMING = Timing(block_seconds=60.0)


class Watch(Protocol):
    """Who looks on at the stream's end."""

    def wrote(self, entry: str, payload: bytes) -> None: ...

    def acknowledged(self, entry: str) -> None: ...

    def moved(self, entry: str) -> None: ...


class Queue:
    """One stream with one group. `away` is Redis not answering; `drops` loses XACKs."""

    def __init__(
        self,
        chance: Random,
        wall: Callable[[], int],
        watch: Watch,
    ) -> None:
        self.chance = chance
        self.away = False
        self.drops = 0.0
        self.strays = 0.0
        self.new: list[Entry] = []
        self.ours: dict[str, Entry] = {}
        self.theirs: dict[str, Entry] = {}
        self._wall = wall
        self._watch = watch
        self._last = (0, 0)
        self._arrived = asyncio.Event()

    def add(self, payload: bytes) -> str:
        """XADD: the entry's id. Ids never go back, whatever the clock does."""
        now = self._wall() // 1000
        last, count = self._last
        self._last = (now, 0) if now > last else (last, count + 1)
        entry = Entry(f"{self._last[0]}-{self._last[1]}", {b"payload": payload})
        self.new.append(entry)
        self._watch.wrote(entry.id, payload)
        self._arrived.set()
        return entry.id

    def check(self) -> None:
        """Raises RedisConnectionError while Redis is away."""
        if self.away:
            raise RedisConnectionError("the simulated Redis is away")

    def give(self, most: int) -> list[Entry]:
        """XREADGROUP >: some go to another consumer, which dies and leaves them."""
        given, self.new = self.new[:most], self.new[most:]
        for entry in given:
            stray = self.chance.random() < self.strays
            (self.theirs if stray else self.ours)[entry.id] = entry
        return [entry for entry in given if entry.id in self.ours]

    async def wait(self, seconds: float) -> None:
        """Until something new is there."""
        self._arrived.clear()
        if not self.new:
            await at_most(seconds, self._arrived)

    def forget(self, entry: str) -> None:
        """XACK."""
        self.ours.pop(entry, None)
        self._watch.acknowledged(entry)

    def move(self, entry: str) -> None:
        """XADD to the rejects, and XACK."""
        self.ours.pop(entry, None)
        self._watch.moved(entry)

    @property
    def empty(self) -> bool:
        """Whether every entry was acknowledged."""
        return not (self.new or self.ours or self.theirs)


class SimConsumer(Consumer):
    """The queue as one process reaches it."""

    def __init__(self, queue: Queue, pulse: Pulse) -> None:
        self._queue = queue
        self._pulse = pulse

    def _check(self) -> None:
        self._pulse.check()
        self._queue.check()

    async def ensure_group(self) -> None:
        self._check()

    async def new(self) -> list[Entry]:
        self._check()
        await self._queue.wait(_TIMING.block_seconds)
        self._check()
        return self._queue.give(self._queue.chance.choice((1, 4, 128)))

    async def pending(self, after: str) -> list[Entry]:
        self._check()
        return [entry for one, entry in self._queue.ours.items() if _order(one) > _order(after)]

    async def claim(self, start: str) -> tuple[str, list[Entry]]:
        self._check()
        self._queue.ours.update(self._queue.theirs)
        taken = list(self._queue.theirs.values())
        self._queue.theirs.clear()
        return CLAIM_START, taken

    async def forget_dead(self) -> list[str]:
        self._check()
        return []

    async def acknowledge(self, ids: Sequence[str]) -> None:
        self._reach()
        for one in ids:
            self._queue.forget(one)

    async def move(self, refused: Refused) -> None:
        self._reach()
        self._queue.move(refused.entry)

    def _reach(self) -> None:
        self._check()
        if self._queue.chance.random() < self._queue.drops:
            raise RedisConnectionError("the simulated connection broke")

    async def lag(self) -> int | None:
        self._check()
        return len(self._queue.new)

    async def close(self) -> None:
        """Nothing to hang up."""


class SimStream(Stream):
    """The product's reader of a stream, on the simulated queue."""

    def __init__(self, queue: Queue, pulse: Pulse, door: Door, seen: Seen) -> None:
        consumer = SimConsumer(queue, pulse)
        super().__init__(
            SOURCE, door=door, decode=decode, seen=seen, timing=_TIMING, consumer=consumer
        )


class Payload(msgspec.Struct):
    """What the simulated producer writes."""

    labels: dict[str, str]
    firing: bool


class Decoded(msgspec.Struct):
    """The alerts of a payload."""

    reports: list[Report]
    problems: list[str] = []


def decode(payload: bytes, *, now: int, as_of: int | None, cid: str) -> Decoded:
    """Read a payload; what fires does so until it is said to have ended."""
    try:
        read = msgspec.json.decode(payload, type=Payload)
    except msgspec.DecodeError as error:
        raise DecodeError(str(error)) from None
    report = Report(
        labels=canonical(read.labels),
        starts_at=now,
        ends_at=now + 30 * DAY if read.firing else now,
        source=SOURCE.name,
        cid=cid,
        as_of=as_of,
    )
    return Decoded([report])


def _order(one: str) -> tuple[int, int]:
    milliseconds, _, count = one.partition("-")
    return int(milliseconds), int(count or 0)
