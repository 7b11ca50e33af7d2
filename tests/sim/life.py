"""One process of the service, from its start on what the disk holds to its end."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random
from typing import Protocol

import anyio
from anyio.abc import TaskGroup
from sim.disk import Disk, SimJournal
from sim.plot import Plot
from sim.post import Providers, SimPost
from sim.pulse import Killed, Pulse
from sim.redis import Queue, SimStream

from router.core import event as e
from router.core.moment import Now
from router.core.notification import Delivery
from router.core.outgoing import Outgoing
from router.core.state import State
from router.errors import DiskFull, Overloaded, StoreError
from router.runtime.clock import SystemClock
from router.runtime.compose import compose
from router.runtime.courier import Courier
from router.runtime.door import Observed, Outcome
from router.runtime.links import Signer
from router.runtime.loop import Loop
from router.runtime.safe import SafeMode

URL = "https://tocsin.example"
_SWEEP_SECONDS = 600.0


class Watch(Protocol):
    """Who hears of everything that passes through the front door."""

    def invoked(self, events: Sequence[e.Event], *, urgent: bool, insists: bool) -> int: ...

    def answered(self, request: int, outcomes: Sequence[Outcome]) -> None: ...

    def refused(self, request: int, *, turned_away: bool) -> None: ...

    def decided(self, observed: Sequence[Observed]) -> None: ...


class Witness:
    """The front door, with somebody standing beside it."""

    def __init__(self, loop: Loop, watch: Watch, pulse: Pulse) -> None:
        self._loop = loop
        self._watch = watch
        self._pulse = pulse

    @property
    def state(self) -> State:
        return self._loop.state

    @property
    def accepting(self) -> bool:
        return self._loop.accepting

    def now(self) -> Now:
        return self._loop.now()

    async def settled(self) -> None:
        await self._loop.settled()

    async def submit(
        self, events: Sequence[e.Event], *, urgent: bool = False, insists: bool = False
    ) -> list[Outcome]:
        self._pulse.check()
        request = self._watch.invoked(events, urgent=urgent, insists=insists)
        safe = self._loop.refusing
        try:
            outcomes = await self._loop.submit(events, urgent=urgent, insists=insists)
        except (DiskFull, Overloaded) as error:
            if self._pulse.alive:
                many = isinstance(error, Overloaded) and not safe
                self._watch.refused(request, turned_away=many)
            raise
        self._pulse.check()
        self._watch.answered(request, outcomes)
        return outcomes


class Stopwatch:
    """Measures how long a batch takes: no time at all, or by chance longer than one may."""

    def __init__(self, chance: Random) -> None:
        self._chance = chance
        self._worked = 0.0
        self._time = asyncio.get_running_loop().time

    def __call__(self) -> float:
        if self._chance.random() < 0.05:
            self._worked += 0.006
        return self._time() + self._worked


class Outside(Protocol):
    """What a process finds around it."""

    disk: Disk
    providers: Providers
    queue: Queue
    signer: Signer
    file: Plot
    chance: Random
    most_waiting: int

    @property
    def watch(self) -> Watch:
        """Who looks on."""


class Life:
    """Starts as the program does: reads the rows, recovers, serves. `refusing` is safe mode."""

    def __init__(self, outside: Outside, *, refusing: bool) -> None:
        self.pulse = Pulse()
        disk = outside.disk
        stored = disk.load()
        self.clock = SystemClock(disk.stamp)
        state = State(outside.file.configuration, stored)
        state.recover(self.clock.now().service)
        self.first: list[e.Event] = [e.Started()]
        text = outside.file.name.encode()
        if text != stored.text:
            self.first.append(e.Reconfigured(outside.file.configuration, text))
        self.journal = SimJournal(disk, self.pulse)
        self.loop = Loop(
            state,
            self.journal,
            self.clock,
            offer=lambda numbers: self.courier.offer(numbers),
            reserve=lambda number: self.courier.reserve(number),
            stopwatch=Stopwatch(outside.chance),
            most_waiting=outside.most_waiting,
        )
        self.loop.refusing = refusing
        self.loop.observe = outside.watch.decided
        self.door = Witness(self.loop, outside.watch, self.pulse)
        self._signer = outside.signer
        post = SimPost(outside.providers, self.pulse)
        self.courier = Courier(self.door, post, self._compose)
        self.stream = SimStream(outside.queue, self.pulse, self.door, self.journal.seen)
        self.tasks: TaskGroup | None = None
        self.serving = False
        self.broke = False
        self.fault = ""

    def _compose(self, row: Delivery) -> Outgoing:
        return compose(row, self.loop.state, self._signer, URL, self.clock.now())

    async def run(self, started: Callable[[], None]) -> None:
        """Serve until killed, or until the disk breaks. `started` is told when it is ready."""
        try:
            async with anyio.create_task_group() as tasks:
                self.tasks = tasks
                tasks.start_soon(self.loop.run)
                tasks.start_soon(self.loop.probe_disk, 60.0)
                tasks.start_soon(SafeMode(self.loop).run)
                await self.door.submit(self.first, urgent=True)
                self.serving = True
                started()
                tasks.start_soon(self.stream.run)
                tasks.start_soon(self._sweep)
                tasks.start_soon(self.courier.run)
                await self.pulse.death.wait()
                raise Killed
        except* Killed:
            pass
        except* StoreError:
            self.broke = True
        except* Exception as group:  # noqa: BLE001 - no bug may end the process
            self.fault = "; ".join(sorted(map(repr, group.exceptions)))
        finally:
            self.serving = False
            self.pulse.kill()

    async def stop(self) -> None:
        """As told by SIGTERM."""
        self.serving = False
        await self.courier.finish(4.0)
        if self.pulse.alive:
            with suppress(StoreError):  # It may be killed, or the disk break, even now.
                await self.loop.drain()
        self.pulse.kill()

    async def _sweep(self) -> None:
        while True:
            await self.pulse.pause(_SWEEP_SECONDS)
            try:
                await self.door.submit([e.Swept()], urgent=True)
            except DiskFull:
                continue
