"""A simulated world around the real loop, courier and rules: hurt for hours, then left to heal."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any

import anyio
from anyio.abc import TaskGroup
from sim import weather
from sim.auditor import Auditor
from sim.disk import Disk, DiskWeather
from sim.end import End
from sim.history import History
from sim.life import Life
from sim.machine import Machine
from sim.people import Habits, People
from sim.plot import CLUSTERS, PLOTS
from sim.post import Mood, PostWeather, Providers
from sim.pulse import Lost
from sim.redis import Queue
from sim.sources import Producer, Source, Temper

from router.core import event as e
from router.core.moment import MINUTE, SECOND
from router.core.outgoing import Outgoing
from router.errors import RouterError
from router.runtime.door import Outcome
from router.runtime.links import Signer

HOUR = 3600.0
SAFE_MODE = 3
_KEY = b"the key of every simulation"


class World:
    """Everything of one seed. `run` takes it through its troubles and out of them."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.chance = self._dice("world")
        self.swarm = weather.draw(self._dice("swarm"))
        self.machine = Machine()
        self.file = PLOTS[self.swarm.plot]
        self.history = History(lambda: self.machine.passed)
        self.watch = Auditor(self.history, self.machine, self.file)
        self.disk = Disk(self._dice("disk"), self.watch)
        self.signer = Signer([_KEY])
        self.queue = Queue(self._dice("queue"), lambda: self.machine.wall, self._acknowledged)
        self.providers = Providers(self._dice("post"), self.watch.attempts, self._arrived)
        self.people = People(
            self._dice("people"), self._answer, self._start, self.signer, lambda: self.machine.wall
        )
        self.sources = [self._source(name) for name in sorted(set(CLUSTERS.values()))]
        self.life: Life | None = None
        self.down = 0.0
        self.power = False
        self.stormy = True
        self.end = End(self)
        self._healed = asyncio.Event()
        self._listens = asyncio.Event()
        self._broken: list[int] = []
        self._tasks: TaskGroup | None = None

    def _dice(self, what: str) -> Random:
        return Random(f"{self._seed}/{what}")

    def _source(self, name: str) -> Source:
        dice, wall = self._dice(name), lambda: self.machine.wall
        if name == "queue":
            return Producer(self.queue, name, dice, self.post, wall)
        return Source(name, dice, self.post, wall)

    async def run(self, hours: float) -> None:
        """Trouble for so many hours, then a day without; ends early when a promise is broken."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            self._break()
            tasks.start_soon(self._reign)
            tasks.start_soon(self._look)
            tasks.start_soon(self._trouble)
            tasks.start_soon(self.people.live)
            for source in self.sources:
                tasks.start_soon(source.tell)
                for key in source.firing:
                    tasks.start_soon(source.live, key)
            await self._until(hours * HOUR)
            if not self.history.broken:
                await self.end.watch()
            tasks.cancel_scope.cancel()

    async def _until(self, seconds: float) -> None:
        for _ in range(int(seconds / 60)):
            await anyio.sleep(60.0)
            if self.history.broken:
                return

    def _break(self) -> None:
        """Let the troubles of this seed begin."""
        swarm = self.swarm
        boundary = swarm.boundary
        self.disk.weather = DiskWeather(boundary, boundary, swarm.fails, swarm.slowest)
        self.providers.weather = PostWeather(
            kill_claimed=swarm.kill_claimed, kill_sent=swarm.kill_sent
        )
        self.queue.strays, self.queue.drops = swarm.strays, swarm.lost_replies
        self.people.habits = Habits(swarm.acks, swarm.races, swarm.minutes * 2, swarm.whims)
        for source in self.sources:
            source.tempers = {c: Temper(f, q) for c, f, q in swarm.tempers}
            source.restless = swarm.restless
            if isinstance(source, Producer):
                source.doubles = swarm.doubles

    def heal(self) -> None:
        """All troubles end, and stay away."""
        self.stormy = False
        self._healed.set()
        self.disk.weather, self.providers.weather = DiskWeather(), PostWeather()
        self.queue.away, self.queue.strays, self.queue.drops = False, 0.0, 0.0
        self.history.note("", "everything heals")

    async def _look(self) -> None:
        while True:
            await anyio.sleep(60.0)
            self.watch.look()
            if self.life is not None and self.life.serving:
                self.end.compare(self.life)

    async def _reign(self) -> None:
        """One process after another."""
        while True:
            self.watch.boots()
            recent = [at for at in self._broken if self.machine.passed - at < 10 * MINUTE]
            life = self.life = Life(self, refusing=len(recent) >= SAFE_MODE)
            self.end.booted(life)
            await life.run(self._serves)
            self._listens.clear()
            if life.fault:
                self.watch.wrong("", f"the process ended by {life.fault}")
            if life.broke:
                self._broken.append(self.machine.passed)
            self.history.count("ends")
            self.history.note("", "the process has ended" + (" (disk)" if life.broke else ""))
            self.watch.died()
            down = self.down or self.chance.choice((0.0, 0.5, 2.0, 5.0, 30.0, 400.0))
            with anyio.move_on_after(down if self.stormy else 1.0):
                await self._healed.wait()
                await anyio.sleep(1.0)
            self.down = 0.0
            if self.power:
                self.power = False
                self.machine.reboot()

    def _serves(self) -> None:
        self.watch.serves()
        self._listens.set()

    def _kill(self, why: str, down: float = 0.0) -> None:
        if self.life is None or not self.life.pulse.alive:
            return
        self.history.note("", why)
        self.down = down
        self.life.pulse.kill()

    async def _trouble(self) -> None:
        dice = self._dice("trouble")
        while self.stormy:
            await anyio.sleep(dice.expovariate(1 / (60.0 * self.swarm.minutes)))
            if self.stormy:
                await self._hurt(dice.choice(self.swarm.troubles), dice)

    async def _hurt(self, trouble: str, dice: Random) -> None:
        match trouble:
            case "kill":
                self._kill("kill -9", dice.choice((0.0, 1.0, 60.0, 900.0, 7200.0)))
            case "power":
                self.power = True
                self._kill("the power is gone", dice.choice((20.0, 600.0)))
            case "stop":
                if self.life is not None and self.life.serving:
                    self.history.note("", "SIGTERM")
                    self._start(self.life.stop)
            case "slow disk":
                await self._for(dice, self.disk.weather, "slowest", dice.choice((1.0, 8.0)))
            case "full disk":
                await self._for(dice, self.disk.weather, "full", True)
            case "redis":
                await self._for(dice, self.queue, "away", True)
            case "mood":
                target = dice.choice(weather.TARGETS)
                bad = Mood(weather.mood(dice), dice.choice((0.3, 1.0)))
                self.history.note("", f"{target} {bad.name}")
                self.providers.weather.moods[target] = bad
            case "calm":
                self.providers.weather.moods.clear()
            case "clock":
                self._step(
                    dice.choice(weather.STEPS) * (dice.choice((1, -1)) if self.swarm.back else 1)
                )
            case "edit":
                await self.edit(dice.choice(sorted(PLOTS)), dice)

    async def _for(self, dice: Random, what: object, name: str, value: object) -> None:
        before = getattr(what, name)
        self.history.note("", f"{name}: {value}")
        setattr(what, name, value)
        await anyio.sleep(dice.uniform(20.0, 700.0))
        if self.stormy:
            setattr(what, name, before)
            self.history.note("", f"{name}: {before}")

    def _step(self, seconds: int) -> None:
        self.history.note("", f"the wall clock is set by {seconds} s")
        self.machine.wall_off += seconds * SECOND
        self.watch.wall_stepped()

    async def edit(self, name: str, dice: Random) -> None:
        """routes.toml is edited, and taken over a moment later."""
        self.file = plot = PLOTS[name]
        self.history.note("", f"routes.toml is {name}")
        if dice.random() < 0.2:
            self._kill("killed during the reload")
            return
        event = e.Reconfigured(plot.configuration, plot.name.encode())
        for _ in range(20):
            await anyio.sleep(dice.uniform(0.1, 2.0))
            if self.life is not None and self.life.loop.state.configuration is plot.configuration:
                return
            try:
                await self._answer([event])
            except (RouterError, Lost):
                continue
            return

    def _start(self, what: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> None:
        if self._tasks is not None:
            self._tasks.start_soon(what, *args)

    def _acknowledged(self, entry: str) -> None:
        self.watch.acknowledged(entry, durable=("queue", entry) in self.disk.seen)

    def _arrived(self, outgoing: Outgoing) -> None:
        self.people.reads(outgoing)

    async def post(self, make: Callable[[], Sequence[e.Event]]) -> list[Outcome]:
        """A source's request over a network that delays it, doubles it, and loses answers."""
        if not self._listens.is_set():  # It would ask again and again.
            await self._listens.wait()
            raise Lost("nobody listened")
        await anyio.sleep(self.chance.uniform(0.0, 0.2))
        if self.stormy and self.chance.random() < self.swarm.doubles:
            self._start(self._again, make, self.chance.choice((0.0, 0.1, 20.0)))
        return await self._ask(make(), urgent=False)

    async def _again(self, make: Callable[[], Sequence[e.Event]], delay: float) -> None:
        events = make()
        await anyio.sleep(delay)
        try:
            await self._ask(events, urgent=False)
        except (RouterError, Lost):
            return

    async def _answer(self, events: Sequence[e.Event]) -> list[Outcome]:
        await anyio.sleep(self.chance.uniform(0.0, 0.1))
        return await self._ask(events, urgent=True)

    async def _ask(self, events: Sequence[e.Event], *, urgent: bool) -> list[Outcome]:
        life = self.life
        if life is None or not life.serving or life.tasks is None:
            raise Lost("nobody listens")
        reply: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        life.pulse.replies.append(reply)
        life.tasks.start_soon(_handle, life, events, urgent, reply)
        outcomes = await reply
        if reply in life.pulse.replies:
            life.pulse.replies.remove(reply)
        if self.stormy and self.chance.random() < self.swarm.lost_replies:
            raise Lost("the answer was lost")
        return outcomes


async def _handle(
    life: Life, events: Sequence[e.Event], urgent: bool, reply: asyncio.Future[list[Outcome]]
) -> None:
    """A request, inside the process."""
    try:
        outcomes = await life.door.submit(events, urgent=urgent)
    except RouterError as error:
        if not reply.done():
            reply.set_exception(error)
        return
    if not reply.done():
        reply.set_result(outcomes)
