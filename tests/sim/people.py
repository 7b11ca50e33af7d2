"""People: they read what they are sent, and take it, give it back, close it, and ask for quiet."""

from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import Any, Protocol

import anyio
import msgspec
from sim import shifts
from sim.plot import CLUSTERS, DUTY, LADDERS, PEOPLE
from sim.pulse import Lost

from router.core import event as e
from router.core.command import PutOverride
from router.core.matcher import parse_list
from router.core.moment import MINUTE
from router.core.outgoing import Outgoing
from router.core.silence import Silence, expire
from router.errors import RouterError
from router.runtime.door import Outcome
from router.runtime.links import LinkError, Signer

_SOME = tuple(PEOPLE)
_POLICIES = tuple(f"policy:{name}" for name in LADDERS if ":" not in name)
_WHOEVER = (*_SOME, *_SOME, DUTY, DUTY, *_POLICIES)  # Only one of these policies is in routes.toml.

_RESPONDERS = (*_SOME, *_SOME, DUTY, DUTY)

Ask = Callable[[Sequence[e.Event]], Coroutine[Any, Any, list[Outcome]]]


class Start(Protocol):
    """Lets something happen beside everything else."""

    def __call__(self, what: Callable[..., Coroutine[Any, Any, None]], *args: Any) -> None: ...


class Habits(msgspec.Struct):
    """How likely people are to do what; `minutes` between whims of theirs."""

    acks: float = 0.0
    races: float = 0.0
    minutes: float = 20.0
    whims: tuple[str, ...] = ()


class People:
    """All of them. `busy` is false when they are away and answer nothing."""

    def __init__(
        self, chance: Random, ask: Ask, start: Start, signer: Signer, wall: Callable[[], int]
    ) -> None:
        self.chance = chance
        self.habits = Habits()
        self.busy = True
        self.silences: dict[str, Silence] = {}
        self._ask = ask
        self._start = start
        self._signer = signer
        self._wall = wall
        self._seen: list[int] = []
        self._count = 0
        self._laid: list[int] = []

    def reads(self, outgoing: Outgoing) -> None:
        """A message has arrived, with a link for each incident it tells of."""
        for address in (outgoing.ack_url, *(each.ack_url for each in outgoing.bundle)):
            if address:
                self._follows(address)

    def _follows(self, address: str) -> None:
        token = address.rpartition("/")[2]
        try:
            link = self._signer.read(token, self._wall())
        except LinkError:
            return
        if link.incident not in self._seen:
            self._seen.append(link.incident)
        if self.busy and self.chance.random() < self.habits.acks:
            races = self.chance.random() < self.habits.races
            delay = self.chance.uniform(0.0, 0.5) if races else self.chance.uniform(1.0, 700.0)
            self._start(self.take, link.incident, link.target, delay)

    async def take(self, number: int, by: str, delay: float) -> None:
        """Acknowledge after a while; once more if nobody answers."""
        await anyio.sleep(delay)
        who = by.removeprefix("user:").partition("/")[0]
        for _ in range(3):
            if await self._try(e.Acknowledged(incident=number, by=who, via="link")):
                return
            await anyio.sleep(5.0)

    async def live(self) -> None:
        """Do something now and then, until they go away."""
        while self.busy:
            await anyio.sleep(self.chance.expovariate(1 / (60.0 * self.habits.minutes)))
            if self.busy and self.habits.whims:
                await self._whim(self.chance.choice(self.habits.whims))

    async def _whim(self, whim: str) -> None:
        if whim == "silence":
            await self.silence(self.chance.choice(list(CLUSTERS)))
        elif whim == "unsilence":
            if self.silences:
                await self.unsilence(self.chance.choice(sorted(self.silences)))
        elif whim == "page":
            await self.page()
        elif whim in ("override", "swap"):
            for _ in range(self.chance.randint(1, 3)):
                await self.override(swap=whim == "swap")
        elif whim == "take back":
            if self._laid:
                await self._try(self._takes_back())
        elif whim == "relieve" and self._seen:
            await self._relieve(self._seen[-1])
        elif self._seen:
            await self._try(self._answer(whim, self.chance.choice(self._seen[-6:])))

    def _answer(self, whim: str, number: int) -> e.Event:
        """What somebody at the API asks for."""
        match whim:
            case "ack":
                return e.Acknowledged(incident=number, by="ana", via="api")
            case "unack":
                return e.Unacknowledged(incident=number, by="ana", via="api")
            case "snooze":
                span = self.chance.choice((MINUTE, 7 * MINUTE, 40 * MINUTE))
                return e.Snoozed(incident=number, span=span, by="ana", via="api")
            case "unsnooze":
                return e.Unsnoozed(incident=number, by="ana", via="api")
            case "escalate":
                return e.Escalated(incident=number, by="ana", via="api")
            case "reassign":
                to = self.chance.choice(_WHOEVER)
                return e.Reassigned(incident=number, to=(to,), by="ana", via="api")
            case "summon":
                to = self.chance.choice(_RESPONDERS)
                return e.Summoned(incident=number, to=(to,), by="ana", via="api")
        return e.Resolved(incident=number, by="ana", via="api")

    async def page(self) -> None:
        """Page somebody by hand; ask once more, by the same key, where nobody answers, or not."""
        self._count += 1
        event = e.Raised(to="bo", text="Look!", by="ana", via="api", key=f"page {self._count}")
        for _ in range(3):
            if await self._try(event) and self.chance.random() < 0.7:
                return
            await anyio.sleep(5.0)

    async def close(self, number: int) -> None:
        """It is over, whoever has to be told."""
        while not await self._try(e.Resolved(incident=number, by="ana", via="api")):  # noqa: ASYNC110
            await anyio.sleep(5.0)

    async def silence(self, cluster: str) -> None:
        """Ask for quiet about a cluster."""
        self._count += 1
        now = self._wall()
        silence = Silence(
            id=f"s{self._count}",
            matchers=parse_list(f'cluster="{cluster}"'),
            starts_at=now,
            ends_at=now + self.chance.randint(1, 90) * MINUTE,
            updated_at=now,
            created_by="ana",
        )
        self.silences[silence.id] = silence  # It may be kept though nobody says so.
        await self._try(e.Silenced((silence,)))

    async def unsilence(self, name: str) -> None:
        """Let it be loud again."""
        silence = self.silences.pop(name, None)
        if silence is None:
            return
        ended = expire(silence, self._wall())
        while not await self._try(e.Silenced((ended,))):  # noqa: ASYNC110 - they ask again
            await anyio.sleep(5.0)

    async def override(self, *, swap: bool) -> None:
        """Ask for somebody else to be on call for a while, or for nobody."""
        self._count += 1
        ask = shifts.swap if swap else shifts.override
        try:
            (outcome,) = await self._ask([ask(self.chance, self._wall(), f"o{self._count}")])
        except (RouterError, Lost):
            return
        self._laid += [x.override.id for x in outcome.commands if isinstance(x, PutOverride)]

    async def _relieve(self, number: int) -> None:
        """Give an incident to whoever is on call, and then let that be somebody else."""
        await self._try(e.Reassigned(incident=number, to=(DUTY,), by="bo", via="api"))
        await self.override(swap=False)

    def _takes_back(self) -> e.Event:
        return e.OverrideRemoved(id=self._laid.pop(), by="bo", via="api")

    async def _try(self, event: e.Event) -> bool:
        try:
            await self._ask([event])
        except (RouterError, Lost):
            return False
        return True
