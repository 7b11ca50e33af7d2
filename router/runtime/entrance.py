"""Where everything comes in that is decided on: who may, who must wait, who is answered at once."""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence

from router.core import event as e
from router.core.moment import Now
from router.core.state import State
from router.errors import DiskFull, Overloaded, StoreError
from router.runtime.decider import NOTHING, Batch, Decider
from router.runtime.door import Outcome
from router.runtime.journal import Clock
from router.runtime.queue import EVENTS_MAX, Queue, Submission

FULL = "the disk is full; free some room, the service goes on by itself"


class Entrance(Decider):
    """Lets events wait until they are decided on, and those who submitted them until that is kept.

    `repeated` is called with the numbers of reports, by source, that only carried on what fires;
    `most_waiting` is how many events may wait.
    """

    def __init__(
        self,
        state: State,
        clock: Clock,
        reserve: Callable[[int], bool],
        repeated: Callable[[Counter[str]], None],
        most_waiting: int = EVENTS_MAX,
    ) -> None:
        super().__init__(state, clock, reserve)
        self.repeated = repeated
        self._queue = Queue(most_waiting)
        self._wake = asyncio.Event()
        self._committing: asyncio.Future[None] | None = None
        self._batch = Batch()
        self._ended: StoreError | None = None
        self.refusing = False
        self.turned_away = 0

    @property
    def state(self) -> State:
        """What is known. Read it, never change it, and await settled() before telling anybody."""
        return self._state

    @property
    def accepting(self) -> bool:
        """Whether new alerts can be taken and kept now."""
        return not self.disk_full and not self.refusing

    @property
    def queued(self) -> int:
        """How many events wait to be decided."""
        return self._queue.events

    def now(self) -> Now:
        """This instant on both clocks."""
        return self._clock.now()

    async def submit(
        self, events: Sequence[e.Event], *, urgent: bool = False, insists: bool = False
    ) -> list[Outcome]:
        """Decide, commit, apply: when this returns, the outcomes are durable, in order."""
        if urgent:
            return await self._enqueue(events, urgent=True)
        self._admit(events, insists=insists)
        carried = self._carry_on_at_once(events)
        rest = events[carried:]
        outcomes = await self._enqueue(rest, insists=insists) if rest else []
        return [NOTHING] * carried + outcomes

    def _carry_on_at_once(self, events: Sequence[e.Event]) -> int:
        """Take the reports in front that only carry on what fires; how many there were.

        Nothing is written for them, so they wait for no batch unless there is one.
        """
        now, sources = self._clock.now(), list[str]()
        if self._queue or self._committing or self._ended or not self._attends(now):
            return 0
        for event in events:
            source = self._carry_on(event, now)
            if source is None:
                break
            sources.append(source)
        if sources:
            self.repeated(Counter(sources))
        return len(sources)

    async def _enqueue(
        self, events: Sequence[e.Event], *, urgent: bool = False, insists: bool = False
    ) -> list[Outcome]:
        if self._ended is not None:
            raise self._ended
        done: asyncio.Future[list[Outcome]] = asyncio.get_running_loop().create_future()
        self._queue.put(Submission(events, done, urgent, insists=insists))
        self._wake.set()
        return await done

    def _admit(self, events: Sequence[e.Event], *, insists: bool) -> None:
        if self.disk_full:
            raise DiskFull(FULL)
        if self.refusing:
            raise Overloaded("the service is in safe mode and takes no alerts", retry_after=30)
        if not insists and not self._queue.has_room(events):
            self.turned_away += len(events)
            raise Overloaded(f"{self.queued} events are waiting to be decided")

    async def settled(self) -> None:
        """Return when everything applied to the state so far is durable."""
        if self._committing is not None:
            await asyncio.shield(self._committing)

    def _end(self) -> None:
        """Nobody decides any more: whoever waits, or comes later, has to keep what they have."""
        error = self._ended = self._ended or StoreError("the service is ending; come again")
        decided = (submission for submission, _ in self._batch.decided)
        for submission in (*decided, *self._queue):
            if not submission.done.done():
                submission.done.set_exception(error)

    async def drain(self) -> None:
        """Return when every event submitted so far has been decided and committed."""
        before = [submission.done for submission in self._queue]
        await self._enqueue([])
        if before:  # They need not have had their turn yet.
            await asyncio.wait(before)
