"""A door that writes down what is submitted and promises nothing else."""

import time
from collections.abc import Callable, Sequence

import anyio

from router.core.command import Answer
from router.core.configuration import Configuration
from router.core.event import Event, Received, Rejected, Reported
from router.core.labels import decode
from router.core.moment import Now
from router.core.route import Route
from router.core.state import State
from router.core.stored import Stored
from router.core.tree import Tree
from router.runtime.door import Outcome


class RecordingDoor:
    """Keeps each submit whole, in order. Entries it received count as seen from then on.

    `errors` are raised by the next submits, first to last; those keep nothing. `rule` gives the
    error a rule has with an event, or "", and `answer` what it says to it. While `open` is not set
    a submit waits before it keeps anything, and while `returning` is not set it waits after that.
    """

    def __init__(self) -> None:
        self.submits: list[list[Event]] = []
        self.errors: list[Exception] = []
        self.insisted: list[bool] = []
        self.rule: Callable[[Event], str] = lambda _event: ""
        self.answer: Callable[[Event], tuple[Answer, ...]] = lambda _event: ()
        self.open = anyio.Event()
        self.open.set()
        self.returning = anyio.Event()
        self.returning.set()
        tree = Tree(Route(id="0", key="{}", receiver="ops"))
        self._state = State(Configuration(tree=tree), Stored(instance="test"))

    @property
    def state(self) -> State:
        """Nothing is known."""
        return self._state

    @property
    def accepting(self) -> bool:
        """Always, until a submit says otherwise."""
        return not self.errors

    def now(self) -> Now:
        """The real time: Redis stamps its entries with it too."""
        return Now(wall=time.time_ns() // 1000, service=time.monotonic_ns() // 1000)

    async def submit(
        self, events: Sequence[Event], *, urgent: bool = False, insists: bool = False
    ) -> list[Outcome]:
        """Keep the events, or raise the next error."""
        await self.open.wait()
        if self.errors:
            raise self.errors.pop(0)
        self.submits.append(list(events))
        self.insisted.append(insists)
        outcomes = [Outcome(self.answer(event), self.rule(event)) for event in events]
        await self.returning.wait()
        return outcomes

    async def settled(self) -> None:
        """At once."""

    async def seen(self, source: str, ids: Sequence[str]) -> set[str]:
        """What the store would say of these entries."""
        known = {e.entry for e in self.events if isinstance(e, Received) and e.source == source}
        return known & set(ids)

    @property
    def events(self) -> list[Event]:
        """Everything submitted."""
        return [event for events in self.submits for event in events]

    @property
    def names(self) -> list[str]:
        """The alertname of every alert reported, in order."""
        reports = [event.report for event in self.events if isinstance(event, Reported)]
        return [decode(report.labels)["alertname"] for report in reports]

    @property
    def rejected(self) -> list[Rejected]:
        """What was rejected, in order."""
        return [event for event in self.events if isinstance(event, Rejected)]
