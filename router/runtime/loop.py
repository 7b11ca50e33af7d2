"""The timekeeper: decides, applies and commits in batches, one after another."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Sequence

import anyio
import structlog

from router.core import event as e
from router.core.command import Command
from router.core.moment import SECOND
from router.core.state import State
from router.errors import DiskFailed, DiskFull, StoreError
from router.runtime import crashes
from router.runtime.decider import COURIER, Batch
from router.runtime.door import Observed
from router.runtime.entrance import FULL, Entrance
from router.runtime.journal import Clock, Journal
from router.runtime.queue import EVENTS_MAX, Submission

SLICE_SECONDS = 0.005  # A batch closes after so long, so that answers never wait for a storm.
LONGEST_SLEEP = 1.0
GATHER_SECONDS = 0.001  # A batch waits so long for more, …
GATHER_TURNS = 32  # … or for so many turns of the event loop.
DEPARTURE_TURNS = 2  # A send begins in the first, and its client writes in the second.

_log = structlog.get_logger("tocsin.loop")


class Loop(Entrance):
    """Holds the state and lets nothing but events change it.

    `offer` is called with the numbers of deliveries whose time has come, after their commit, or
    after the batch was undone; `reserve` before it, with one of them; `observe` with the events of
    a batch and their outcomes, `repeated` with the numbers of reports, by source, that only carried
    on what fires, `committed` with the seconds and the commands of a commit.
    `stopwatch` measures how long a batch takes; `most_waiting` is how many events the queue takes.
    """

    def __init__(
        self,
        state: State,
        journal: Journal,
        clock: Clock,
        *,
        offer: Callable[[Sequence[int]], None] = lambda _numbers: None,
        reserve: Callable[[int], bool] = lambda _number: False,
        observe: Callable[[Sequence[Observed]], None] = lambda _observed: None,
        repeated: Callable[[Counter[str]], None] = lambda _repeats: None,
        committed: Callable[[float, int], None] = lambda _seconds, _commands: None,
        stopwatch: Callable[[], float] = time.perf_counter,
        most_waiting: int = EVENTS_MAX,
    ) -> None:
        super().__init__(state, clock, reserve, repeated, most_waiting)
        self._journal = journal
        self.offer = offer
        self.observe = observe
        self.committed = committed
        self._stopwatch = stopwatch
        self._unsaved: list[Command] = []
        self._filed = state.filed  # As far as it is durable.
        self._rest_until = 0.0
        self.progress = 0.0

    async def run(self) -> None:
        """Keep deciding and keeping time until cancelled.

        Raises:
            StoreError: a commit failed for another reason than a full disk. Memory and disk may
                differ now: the process must end, and recovers when it starts again.
        """
        self._ended = None
        try:
            await self._prove()
            while True:
                await self._sleep()
                self.progress = self._stopwatch()
                if self.disk_full and not await self._writes():
                    self._hold()
                    continue
                batch = self._next_batch()
                if batch.commands or batch.ready:
                    with anyio.CancelScope(shield=True):
                        if batch.commands and not await self._commit(batch):
                            continue
                        await self._dispatch(batch)
                self._release(batch)
                await self._gather(len(batch.decided) if batch.commands else 0)
        finally:
            self._end()

    async def probe_disk(self, every: float = 1.0) -> None:
        """While the disk is full, look again and again whether there is room."""
        while True:
            await anyio.sleep(every)
            if self.disk_full and await self._journal.restore_ballast():
                self.disk_full = False
                _log.warning("there is room on the disk again; alerts are accepted")

    async def _sleep(self) -> None:
        """Wait for an event, or until something is due, whichever comes first."""
        self._wake.clear()
        if self._queue:
            return
        delay = max(0 if self._doubted else self._delay(), self._rest_until - self._stopwatch())
        if delay <= 0:
            return
        handle = asyncio.get_running_loop().call_later(delay, self._wake.set)
        try:
            await self._wake.wait()
        finally:
            handle.cancel()

    def _delay(self) -> float:
        due = self._state.waiting.soonest()
        if due is None:
            return LONGEST_SLEEP
        return min((due - self._clock.now().service) / SECOND, LONGEST_SLEEP)

    def _next_batch(self) -> Batch:
        """Decide queued events and what is due, urgent ones first, until the slice is used up."""
        self._batch = batch = Batch()
        self._notice_absence(batch)
        started = self._stopwatch()
        if self._doubted and started >= self._rest_until:
            self._decide_item(*self._doubted.popleft(), batch)
            return batch
        while submission := self._queue.take():
            alone = self._apart.alone(map(crashes.suspect, submission.events))
            if alone and batch.decided:
                self._queue.put_back(submission)
                break
            self._decide_all(submission, batch, self._clock.now())
            if alone:
                return batch
            if self._stopwatch() - started > SLICE_SECONDS:
                break
        started = self._stopwatch()
        if started >= self._rest_until:
            while self._decide_due(batch):
                if self._stopwatch() - started > SLICE_SECONDS:
                    break
        return batch

    async def _commit(self, batch: Batch) -> bool:
        """Make a batch durable; False when the disk is full and it has been undone."""
        done = self._committing = asyncio.get_running_loop().create_future()
        started = self._stopwatch()
        try:
            await self._journal.commit([*self._unsaved, *batch.commands], self._clock.stamp())
        except DiskFull as error:
            await self._undo(batch, error)
            done.set_exception(error)
            done.exception()  # Nobody may be waiting for it.
            return False
        except StoreError as error:
            if not isinstance(error, DiskFailed):
                self._blame([event for event, _ in batch.observed])
            self._ended = error
            done.set_exception(error)
            done.exception()
            raise
        finally:
            self._committing = None
        self.committed(self._stopwatch() - started, len(batch.commands))
        self._unsaved.clear()
        self._filed = self._state.filed
        done.set_result(None)
        return True

    async def _dispatch(self, batch: Batch) -> None:
        """Let its pages begin to leave before anybody is answered, which would delay them."""
        if batch.ready:
            self.offer(batch.ready)
            for _ in range(DEPARTURE_TURNS):
                await asyncio.sleep(0)

    def _release(self, batch: Batch) -> None:
        for submission, outcomes in batch.decided:
            if not submission.done.done():
                submission.done.set_result(outcomes)
        if batch.observed:
            self.observe(batch.observed)
        if batch.repeats:
            self.repeated(batch.repeats)

    async def _gather(self, answered: int) -> None:
        """Let those who were answered come again before those who wait are decided on.

        A commit costs hundreds of microseconds however little it holds, and whoever sends one
        alert at a time has the next one ready. Nobody is waited for when nobody else waits.
        """
        await asyncio.sleep(0)
        reports = self._queue.reports
        enough = len(reports) + answered if reports else 0
        until = self._stopwatch() + GATHER_SECONDS
        for _ in range(GATHER_TURNS):
            if len(reports) >= enough or self._queue.hurries or self._stopwatch() >= until:
                return
            await asyncio.sleep(0)

    async def _undo(self, batch: Batch, error: DiskFull) -> None:
        """The disk is full: forget the batch, go on from what is on disk, keep paging.

        Results of sends under way cannot be refused: they stay in memory and are written first
        when there is room.
        """
        if not self.disk_full:
            _log.error("the disk is full: alerts are refused until there is room")
        self.disk_full = True
        self._journal.release_ballast()
        self._rest_until = self._stopwatch() + LONGEST_SLEEP
        state = State(self._filed, await self._journal.load())
        state.apply(self._unsaved)
        state.recover(self._clock.now().service)
        self._state = state
        for submission, _ in batch.decided:
            self._keep_or_refuse(submission, error)
        self.offer(batch.ready)

    async def _prove(self) -> None:
        """Write before anything is asked: a disk that was full when we began is not found late."""
        if not self.disk_full and not await self._writes():
            _log.error("the disk is full: alerts are refused until there is room")
            self._journal.release_ballast()
            self.disk_full = True

    async def _writes(self) -> bool:
        """Whether a commit has any chance. To undo one costs much: the whole state is read."""
        try:
            with anyio.CancelScope(shield=True):
                await self._journal.probe(self._clock.stamp())
        except DiskFull:
            return False
        except StoreError as error:
            self._ended = error
            raise
        return True

    def _hold(self) -> None:
        """There is no room at all: let go what was planned, put off what would be decided."""
        while submission := self._queue.take():
            self._keep_or_refuse(submission, DiskFull(FULL))
        self._rest_until = self._stopwatch() + LONGEST_SLEEP
        self.offer(self._put_off(int(LONGEST_SLEEP * SECOND)))

    def _keep_or_refuse(self, submission: Submission, error: DiskFull) -> None:
        """What the courier did, and that we began, cannot be refused: it is written later."""
        began = any(isinstance(event, e.Started) for event in submission.events)
        if began or all(isinstance(event, COURIER) for event in submission.events):
            self._keep_in_memory(submission)
        elif not submission.done.done():
            submission.done.set_exception(error)

    def _keep_in_memory(self, submission: Submission) -> None:
        kept, now = Batch(), self._clock.now()
        outcomes = [self._decide(event, kept, now) for event in submission.events]
        self._unsaved.extend(kept.commands)
        if not submission.done.done():
            submission.done.set_result(outcomes)
