"""Sources: each tells of its own alerts, until it is answered, and some again and again."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any

import anyio
import msgspec
from sim.plot import CLUSTERS, SEVERITIES, labels_of
from sim.pulse import Lost, NoRoom, at_most
from sim.redis import Queue

from router.core import event as e
from router.core.alert import Report
from router.core.labels import canonical
from router.core.moment import DAY, MINUTE
from router.errors import RouterError
from router.runtime.door import Outcome

Key = tuple[str, str]
REPEATING = ("prometheus", "cron")
ONCE = "once"  # A webhook that does not come again when there is no room.
Post = Callable[[Callable[[], Sequence[e.Event]]], Coroutine[Any, Any, list[Outcome]]]


class Temper(msgspec.Struct):
    """How long, in minutes, a cluster's alerts fire and do not, on average."""

    firing: float = 60.0
    quiet: float = 60.0


class Source:
    """One. `post` sends what is asked of it at the moment it leaves; `owed` is not yet answered.

    `restless` is how often an alert changes again within seconds.
    """

    def __init__(self, name: str, chance: Random, post: Post, wall: Callable[[], int]) -> None:
        self.name = name
        self.chance = chance
        self.tempers: dict[str, Temper] = {}
        self.restless = 0.0
        self.moving = True
        self.firing: dict[Key, bool] = {
            (cluster, alert): False
            for cluster, owner in CLUSTERS.items()
            if owner == name
            for alert in SEVERITIES
        }
        self.owed: dict[Key, bool] = {}
        self._began: dict[Key, int] = {}
        self._post = post
        self._wall = wall
        self._news = asyncio.Event()

    async def live(self, key: Key) -> None:
        """Let one alert come and go, for as long as anything moves."""
        temper = self.tempers.get(key[0], Temper())
        while self.moving:
            await anyio.sleep(self._while(temper.firing if self.firing[key] else temper.quiet))
            if self.moving:
                self.turn(key, firing=not self.firing[key])

    def _while(self, mean: float) -> float:
        if self.restless and self.chance.random() < self.restless:
            return self.chance.uniform(0.2, 20.0)
        return self.chance.expovariate(1 / (60.0 * mean))

    def turn(self, key: Key, *, firing: bool) -> None:
        """It fires, or it has ended."""
        self.firing[key] = self.owed[key] = firing
        if firing:
            self._began[key] = self._wall()
        self._news.set()

    async def tell(self) -> None:
        """Tell whatever is to be told, for ever; the repeating ones every few minutes."""
        while True:
            repeats = self.name in REPEATING and any(self.firing.values())
            wait = self.chance.uniform(60.0, 150.0) if repeats or self.owed else 3600.0
            if self.owed and self.chance.random() < 0.9:
                wait = self.chance.uniform(0.0, 2.0)
            self._news.clear()
            await at_most(wait, self._news)
            await self.tell_once(repeats)

    async def tell_once(self, repeats: bool) -> None:
        """Tell what is owed, and what fires if it `repeats`: one request, and its answer."""
        said = dict(self.owed)
        if repeats:
            said = {key: True for key, firing in self.firing.items() if firing} | said
        if not said:
            return
        try:
            await self._post(lambda: [self._report(key, said[key]) for key in said])
        except (RouterError, Lost):
            await anyio.sleep(self.chance.uniform(1.0, 10.0))
            return
        except NoRoom:
            if self.name != ONCE:
                await anyio.sleep(self.chance.uniform(30.0, 60.0))
                return
        for key, firing in said.items():
            if self.owed.get(key) is firing:
                del self.owed[key]

    def _report(self, key: Key, firing: bool) -> e.Event:
        wall = self._wall()
        ends_at: int | None = wall
        if firing:
            ahead = {"prometheus": 10 * MINUTE, "cron": None}.get(self.name, 30 * DAY)
            ends_at = None if ahead is None else wall + ahead
        return e.Reported(
            Report(
                labels=canonical(labels_of(*key)),
                starts_at=min(self._began.get(key, wall), wall),
                ends_at=ends_at,
                source=self.name,
            )
        )


class Producer(Source):
    """Writes to the stream instead; Redis takes it at once, and some things twice."""

    def __init__(
        self, queue: Queue, name: str, chance: Random, post: Post, wall: Callable[[], int]
    ) -> None:
        super().__init__(name, chance, post, wall)
        self._queue = queue
        self.doubles = 0.0

    def turn(self, key: Key, *, firing: bool) -> None:
        self.firing[key] = firing
        payload = msgspec.json.encode({"labels": labels_of(*key), "firing": firing})
        for _ in range(1 + (self.chance.random() < self.doubles)):
            self._queue.add(payload)

    async def tell(self) -> None:
        """Redis does."""
