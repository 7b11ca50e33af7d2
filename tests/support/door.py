"""A front door that passes everything on to a real one, and fails when a test tells it to."""

from collections.abc import Sequence

import anyio

from router.core.event import Event
from router.core.moment import Now
from router.core.state import State
from router.errors import RouterError
from router.runtime.door import Door, Outcome


class TroubledDoor:
    """`raises` is raised by submit, `error` is what every outcome says; both change nothing.

    `events` are those that were submitted, the last with `insisted`. While `settling` is set,
    settled() waits for it.
    """

    def __init__(self, inner: Door) -> None:
        self._inner = inner
        self.events: list[Event] = []
        self.insisted = False
        self.raises: RouterError | None = None
        self.error = ""
        self.closed = False
        self.settling: anyio.Event | None = None

    @property
    def state(self) -> State:
        return self._inner.state

    @property
    def accepting(self) -> bool:
        return not self.closed and self._inner.accepting

    def now(self) -> Now:
        return self._inner.now()

    async def submit(
        self, events: Sequence[Event], *, urgent: bool = False, insists: bool = False
    ) -> list[Outcome]:
        self.events.extend(events)
        self.insisted = insists
        if self.raises is not None:
            raise self.raises
        if self.error:
            return [Outcome(error=self.error) for _ in events]
        return await self._inner.submit(events, urgent=urgent, insists=insists)

    async def settled(self) -> None:
        if self.settling is not None:
            await self.settling.wait()
        await self._inner.settled()
