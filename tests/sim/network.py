"""The network to the process: it delays, doubles requests, and loses answers."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from random import Random
from typing import TYPE_CHECKING

import anyio
from sim.life import Life
from sim.pulse import Lost, NoRoom

from router.core import event as e
from router.errors import RouterError
from router.runtime.door import Outcome

if TYPE_CHECKING:
    from sim.world import World


class Network:
    """Carries what is asked to the process that serves, whichever it is. `up` is set while one is.

    Everything here may raise Lost, when nobody listens or the answer does not arrive, NoRoom, and
    what the front door raises.
    """

    def __init__(self, world: World, chance: Random) -> None:
        self._world = world
        self._chance = chance
        self.up = asyncio.Event()

    async def post(
        self, make: Callable[[], Sequence[e.Event]], *, insists: bool = False
    ) -> list[Outcome]:
        """A source's request, made at the moment it leaves; sometimes it arrives twice."""
        if not self.up.is_set():  # It would ask again and again.
            await self.up.wait()
            raise Lost("nobody listened")
        await anyio.sleep(self._chance.uniform(0.0, 0.2))
        if self._world.stormy and self._chance.random() < self._world.swarm.doubles:
            self._world.start(self._again, make, self._chance.choice((0.0, 0.1, 20.0)), insists)
        return await self._ask(make(), insists=insists)

    async def _again(
        self, make: Callable[[], Sequence[e.Event]], delay: float, insists: bool
    ) -> None:
        events = make()
        await anyio.sleep(delay)
        try:
            await self._ask(events, insists=insists)
        except (RouterError, Lost, NoRoom):
            return

    async def answer(self, events: Sequence[e.Event]) -> list[Outcome]:
        """A person's request."""
        await anyio.sleep(self._chance.uniform(0.0, 0.1))
        return await self._ask(events, urgent=True)

    async def _ask(
        self, events: Sequence[e.Event], *, urgent: bool = False, insists: bool = False
    ) -> list[Outcome]:
        life, world = self._world.life, self._world
        if life is None or not life.serving or life.tasks is None:
            raise Lost("nobody listens")
        reply: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        life.pulse.replies.append(reply)
        life.tasks.start_soon(_handle, life, events, urgent, insists, reply)
        outcomes = await reply
        if reply in life.pulse.replies:
            life.pulse.replies.remove(reply)
        if world.stormy and self._chance.random() < world.swarm.lost_replies:
            raise Lost("the answer was lost")
        if any(outcome.no_room for outcome in outcomes):
            raise NoRoom
        return outcomes


async def _handle(
    life: Life,
    events: Sequence[e.Event],
    urgent: bool,
    insists: bool,
    reply: asyncio.Future[list[Outcome]],
) -> None:
    """A request, inside the process."""
    try:
        outcomes = await life.door.submit(events, urgent=urgent, insists=insists)
    except RouterError as error:
        if not reply.done():
            reply.set_exception(error)
        return
    if not reply.done():
        reply.set_result(outcomes)
