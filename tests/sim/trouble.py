"""Troubles: what befalls the process, the disk, the providers, the clock and routes.toml."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

import anyio
from sim import weather
from sim.plot import PLOTS
from sim.post import Mood
from sim.pulse import Lost
from sim.sources import REPEATING

from router.core import event as e
from router.core.moment import SECOND
from router.errors import RouterError

if TYPE_CHECKING:
    from sim.world import World


class Trouble:
    """One after another, of those that the seed has, for as long as the world is stormy."""

    def __init__(self, world: World, dice: Random) -> None:
        self._world = world
        self._dice = dice

    async def run(self) -> None:
        """Let them come."""
        world, dice = self._world, self._dice
        while world.stormy:
            await anyio.sleep(dice.expovariate(1 / (60.0 * world.swarm.minutes)))
            if world.stormy:
                await self._hurt(dice.choice(world.swarm.troubles))

    async def flood(self, dice: Random) -> None:
        """Now and then the disk stalls while a source has news, sent over many connections."""
        world = self._world
        repeating = [one for one in world.sources if one.name in REPEATING]
        while world.swarm.floods:
            await anyio.sleep(dice.expovariate(1 / (60.0 * world.swarm.floods)))
            if not world.stormy:
                return
            source, weather = dice.choice(repeating), world.disk.weather
            key = dice.choice(sorted(source.firing))
            source.turn(key, firing=not source.firing[key])
            weather.stalls = 3.0
            for _ in range(world.swarm.connections):
                world.start(source.tell_once, True)
            await anyio.sleep(10.0)
            weather.stalls = 0.0

    async def _hurt(self, trouble: str) -> None:
        world, dice = self._world, self._dice
        match trouble:
            case "kill":
                world.kill("kill -9", dice.choice((0.0, 1.0, 60.0, 900.0, 7200.0)))
            case "power":
                world.power = True
                world.kill("the power is gone", dice.choice((20.0, 600.0)))
            case "stop":
                if world.life is not None and world.life.serving:
                    world.history.note("", "SIGTERM")
                    world.start(world.life.stop)
            case "slow disk":
                await self._slow()
            case "full disk":
                await self.fill()
            case "redis":
                world.queue.away = True
                await self._lasts("Redis is away")
                world.queue.away = False
            case "mood":
                self._mood()
            case "calm":
                world.providers.weather.moods.clear()
            case "clock":
                back = dice.choice((1, -1)) if world.swarm.back else 1
                self._step(dice.choice(weather.STEPS) * back)
            case "edit":
                await self._edit(dice.choice(sorted(PLOTS)))

    async def _slow(self) -> None:
        disk = self._world.disk.weather
        usual, disk.slowest = disk.slowest, self._dice.choice((1.0, 8.0))
        await self._lasts("the disk is slow")
        disk.slowest = usual

    async def fill(self) -> None:
        """The disk is full for a while, unless it is already."""
        disk = self._world.disk.weather
        if disk.full or not self._world.stormy:
            return
        disk.full = True
        await self._lasts("the disk is full")
        disk.full = False

    async def _lasts(self, what: str) -> None:
        self._world.history.note("", what)
        await anyio.sleep(self._dice.uniform(20.0, 700.0))
        self._world.history.note("", f"{what} no more")

    def _mood(self) -> None:
        target = self._dice.choice(weather.TARGETS)
        bad = Mood(weather.mood(self._dice), self._dice.choice((0.3, 1.0)))
        self._world.history.note("", f"{target} {bad.name}")
        self._world.providers.weather.moods[target] = bad

    def _step(self, seconds: int) -> None:
        self._world.history.note("", f"the wall clock is set by {seconds} s")
        self._world.machine.wall_off += seconds * SECOND
        self._world.watch.wall_stepped()

    async def _edit(self, name: str) -> None:
        """routes.toml is edited, and taken over a moment later."""
        world, dice = self._world, self._dice
        world.file = plot = world.plots[name]
        world.gathers |= bool(plot.gathered)
        world.history.note("", f"routes.toml is {name}")
        if dice.random() < 0.2:
            world.kill("killed during the reload")
            return
        event = e.Reconfigured(plot.configuration, plot.name.encode())
        for _ in range(20):
            await anyio.sleep(dice.uniform(0.1, 2.0))
            if world.life is not None and world.life.loop.state.filed is plot.configuration:
                return
            try:
                await world.network.answer([event])
            except (RouterError, Lost):
                continue
            return
