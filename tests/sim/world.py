"""A simulated world around the real loop, courier and rules: hurt for hours, then left to heal."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from random import Random
from typing import Any

import anyio
from anyio.abc import TaskGroup
from sim import weather
from sim.auditor import Auditor
from sim.disk import Disk, DiskWeather
from sim.end import End
from sim.heartbeat import Caller
from sim.history import History
from sim.life import Life
from sim.machine import Machine
from sim.network import Network
from sim.people import Habits, People
from sim.plot import CLUSTERS, plots_with
from sim.post import PostWeather, Providers
from sim.redis import Queue
from sim.sources import ONCE, Producer, Source, Temper
from sim.trouble import Trouble

from router.core.moment import MINUTE
from router.core.outgoing import Outgoing
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
        self.plots = plots_with(self.swarm.max_alerts)
        self.file = self.plots[self.swarm.plot]
        self.most_waiting = self.swarm.most_waiting
        self.history = History(lambda: self.machine.passed)
        self.watch = Auditor(self.history, self.machine, self.plots, self.swarm)
        self.disk = Disk(self._dice("disk"), self.watch)
        self.network = Network(self, self.chance)
        self._trouble = Trouble(self, self._dice("trouble"))
        self.signer = Signer([_KEY])
        self.queue = Queue(self._dice("queue"), lambda: self.machine.wall, self.watch.entries)
        self.providers = Providers(
            self._dice("post"),
            self.watch.attempts,
            self._arrived,
            lambda: self.start(self._trouble.fill),
        )
        self.people = People(
            self._dice("people"),
            self.network.answer,
            self.start,
            self.signer,
            lambda: self.machine.wall,
        )
        self.sources = [self._source(name) for name in sorted(set(CLUSTERS.values()))]
        self.caller = Caller(self._dice("caller"), self.network.post)
        self.life: Life | None = None
        self.down = 0.0
        self.power = False
        self.stormy = True
        self.gathers = bool(self.file.gathered)
        self.end = End(self)
        self._healed = asyncio.Event()
        self._broken: list[int] = []
        self._tasks: TaskGroup | None = None

    def _dice(self, what: str) -> Random:
        return Random(f"{self._seed}/{what}")

    def _source(self, name: str) -> Source:
        dice, wall = self._dice(name), lambda: self.machine.wall
        if name == "queue":
            return Producer(self.queue, name, dice, self.network.post, wall)
        post = partial(self.network.post, insists=True) if name == ONCE else self.network.post
        return Source(name, dice, post, wall)

    async def run(self, hours: float) -> None:
        """Trouble for so many hours, then a day without; ends early when a promise is broken."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            self._break()
            tasks.start_soon(self._reign)
            tasks.start_soon(self._look)
            tasks.start_soon(self._trouble.run)
            tasks.start_soon(self._trouble.flood, self._dice("flood"))
            tasks.start_soon(self.people.live)
            tasks.start_soon(self.caller.live)
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
            kill_claimed=swarm.kill_claimed, kill_sent=swarm.kill_sent, fills=swarm.fills
        )
        self.queue.strays, self.queue.drops = swarm.strays, swarm.lost_replies
        self.people.habits = Habits(swarm.acks, swarm.races, swarm.between, swarm.whims)
        for source in self.sources:
            source.tempers = {c: Temper(f, q) for c, f, q in swarm.tempers}
            source.restless = swarm.restless
            if isinstance(source, Producer):
                source.doubles = swarm.doubles

    def heal(self) -> None:
        """All troubles end, and stay away."""
        self.stormy = self.caller.moody = False
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
            self.watch.boots(self.file)
            recent = [at for at in self._broken if self.machine.passed - at < 10 * MINUTE]
            life = self.life = Life(self, refusing=len(recent) >= SAFE_MODE)
            self.end.booted(life)
            await life.run(self._serves)
            self.network.up.clear()
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
        self.network.up.set()

    def kill(self, why: str, down: float = 0.0) -> None:
        """End the process as kill -9 does; the next one comes after so many seconds, if any."""
        if self.life is None or not self.life.pulse.alive:
            return
        self.history.note("", why)
        self.down = down
        self.life.pulse.kill()

    def start(self, what: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> None:
        """Let something happen beside everything else, until the world ends."""
        if self._tasks is not None:
            self._tasks.start_soon(what, *args)

    def _arrived(self, outgoing: Outgoing) -> None:
        self.people.reads(outgoing)
