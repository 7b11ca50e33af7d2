"""The providers: they take, refuse, put off, fail, hang, lose their answers, and dawdle."""

from collections.abc import Callable
from random import Random
from typing import Protocol

import anyio
import msgspec
from sim.pulse import Killed, Pulse

from router.core.integration import Integration
from router.core.outgoing import Destination, Outgoing, Receipt
from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.senders.senders import destination

MOODS = ("takes", "fails", "busy", "loses", "hangs", "refuses", "slow")


class Mood(msgspec.Struct, frozen=True):
    """How a provider is just now: one of MOODS, and how often it shows it."""

    name: str = "takes"
    chance: float = 1.0


class PostWeather(msgspec.Struct):
    """The moods by target, and the chances of what befalls the process around a send."""

    moods: dict[str, Mood] = {}
    kill_claimed: float = 0.0
    kill_sent: float = 0.0
    fills: float = 0.0
    dawdle: float = 0.05


class Watch(Protocol):
    """Who looks on at the providers' end."""

    def begins(self, outgoing: Outgoing) -> None: ...

    def arrives(self, outgoing: Outgoing) -> None: ...

    def ends(self, outgoing: Outgoing, outcome: str) -> None: ...


class Providers:
    """All of them, whichever process speaks to them. `fill` lets the disk be full for a while."""

    def __init__(
        self,
        chance: Random,
        watch: Watch,
        arrived: Callable[[Outgoing], None],
        fill: Callable[[], None],
    ) -> None:
        self.weather = PostWeather()
        self.chance = chance
        self.watch = watch
        self.arrived = arrived
        self.fill = fill
        self.count = 0

    def mood(self, target: str) -> str:
        """What the provider of a target does with the next attempt."""
        mood = self.weather.moods.get(target, Mood())
        return mood.name if self.chance.random() < mood.chance else "takes"

    def take(self, outgoing: Outgoing) -> Receipt:
        """The message is theirs."""
        self.count += 1
        self.watch.arrives(outgoing)
        self.arrived(outgoing)
        return Receipt(ref=f"m{self.count}")


class SimPost:
    """The providers as one process reaches them: a Post, for as long as it lives."""

    def __init__(self, providers: Providers, pulse: Pulse) -> None:
        self._providers = providers
        self._pulse = pulse

    def destination(self, integration: Integration) -> Destination:
        """As the real senders queue."""
        return destination(integration)

    async def send(
        self, outgoing: Outgoing, integration: Integration, wanted: Callable[[], bool]
    ) -> Receipt:
        """One attempt."""
        others, pulse = self._providers, self._pulse
        pulse.check()
        await self._risk(others.weather.kill_claimed)
        dawdle = others.chance.random() < others.weather.dawdle
        await pulse.pause(others.chance.uniform(0.01, 30.0 if dawdle else 0.1))
        if not wanted():
            raise Withdrawn(f"{outgoing.key} is not wanted any more")
        others.watch.begins(outgoing)
        if others.chance.random() < others.weather.fills:
            others.fill()
        outcome = "unknown"
        try:
            receipt = await self._attempt(outgoing)
            await self._risk(others.weather.kill_sent)
            outcome = "taken"
        except PermanentDeliveryError:
            outcome = "refused"
            raise
        except DeliveryError as error:
            outcome = "unknown" if error.ambiguous else "failed"
            raise
        finally:
            others.watch.ends(outgoing, outcome if pulse.alive else "cut off")
        return receipt

    async def _risk(self, chance: float) -> None:
        if self._providers.chance.random() < chance:
            self._pulse.kill()
            raise Killed

    async def _attempt(self, outgoing: Outgoing) -> Receipt:
        others, pulse = self._providers, self._pulse
        mood = others.mood(outgoing.target)
        await pulse.pause(others.chance.uniform(0.01, 0.3))
        match mood:
            case "fails":
                raise DeliveryError("answered 503")
            case "busy":
                wait = others.chance.choice((1, 5, 30, 120))
                raise DeliveryError("answered 429", retry_after=wait)
            case "refuses":
                raise PermanentDeliveryError("answered 404")
            case "slow":
                await pulse.pause(others.chance.uniform(1.0, 40.0))
        if mood in ("hangs", "loses") and others.chance.random() < 0.5:
            others.take(outgoing)
        if mood == "loses":
            raise DeliveryError("the answer was lost", ambiguous=True)
        if mood == "hangs":
            await anyio.sleep(3600)
        receipt = others.take(outgoing)
        await pulse.pause(others.chance.uniform(0.0, 0.2))
        return receipt
