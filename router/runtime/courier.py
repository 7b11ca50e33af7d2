"""Carries deliveries out of the outbox: claims, sends, and reports what became of each."""

import asyncio
import time
from collections.abc import Callable, Sequence
from heapq import heappop, heappush
from typing import Protocol

import anyio
import structlog
from anyio.abc import TaskGroup

from router.core import event as e
from router.core.integration import Integration
from router.core.moment import SECOND
from router.core.notification import Delivery
from router.core.outgoing import Destination, Outgoing, Receipt
from router.core.sending import wanted
from router.core.urgency import rank
from router.errors import DeliveryError, PermanentDeliveryError, StoreError, Withdrawn
from router.runtime.door import Door

DEADLINE_SECONDS = 45.0  # Beyond the patience of every sender; a hung one must end some day.
SWEEP_SECONDS = 10.0
_RESERVE = 4  # A fourth as many places again are kept for what is critical.

_log = structlog.get_logger("tocsin.courier")


class Post(Protocol):
    """Knows how to say something to an integration, and where its messages queue."""

    def destination(self, integration: Integration) -> Destination:
        """The queue an integration's messages share."""

    async def send(
        self, outgoing: Outgoing, integration: Integration, wanted: Callable[[], bool]
    ) -> Receipt:
        """Say it once. Raises DeliveryError, PermanentDeliveryError or Withdrawn."""


class _Queue:
    """Deliveries waiting for one destination, urgent ones first."""

    def __init__(self, destination: Destination) -> None:
        self.destination = destination
        self.waiting: list[tuple[int, int]] = []
        self.busy = 0
        self.free_at = 0.0
        self.alarm: asyncio.TimerHandle | None = None

    def places(self, rank: int) -> int:
        """How many sends may be under way for the next one to begin: for a critical one, more."""
        parallel = self.destination.parallel
        return parallel if rank else parallel + parallel // _RESERVE


class Courier:
    """Sends what is due, one queue a destination, so that a dead one delays no other.

    `compose` turns a claimed row into what a sender needs. `attempted` is called with the channel
    and the seconds of every attempt.
    """

    def __init__(
        self,
        door: Door,
        post: Post,
        compose: Callable[[Delivery], Outgoing],
        attempted: Callable[[str, float], None] = lambda _channel, _seconds: None,
        deadline: float = DEADLINE_SECONDS,
    ) -> None:
        self._door = door
        self._post = post
        self._compose = compose
        self.attempted = attempted
        self._deadline = deadline
        self._queues: dict[str, _Queue] = {}
        self._known: set[int] = set()
        self._reserved: dict[int, _Queue] = {}
        self._tasks: TaskGroup | None = None
        self._closing = False
        self._idle = anyio.Event()
        self.under_way = 0
        self.sent_at = 0.0

    async def run(self) -> None:
        """Send until cancelled; what is under way then has an unknown outcome."""
        async with anyio.create_task_group() as tasks:
            self._tasks = tasks
            for queue in self._queues.values():
                self._pump(queue)  # The loop may have begun to offer before.
            while True:
                self.sweep()
                await anyio.sleep(SWEEP_SECONDS)

    async def finish(self, seconds: float) -> None:
        """Begin no more, and give what is under way so long to end."""
        self._closing = True
        if self.under_way:
            self._idle = anyio.Event()
            with anyio.move_on_after(seconds):
                await self._idle.wait()

    def sweep(self) -> None:
        """Offer whatever is due and was not offered: a missed wake-up costs lateness only."""
        service = self._door.now().service
        rows = self._door.state.deliveries.values()
        self.offer([row.id for row in rows if not row.claimed and row.due <= service])

    def reserve(self, number: int) -> bool:
        """Whether a delivery that is due could be sent at once; if so, its place is kept for it.

        Decide its claim then in the batch at hand, and `offer` it when that is committed or undone.
        """
        row = self._next(number)
        if row is None or self._tasks is None or self._closing:
            return False
        queue = self._queue(row)
        now = asyncio.get_running_loop().time()
        urgency = rank(self._door.state, row)
        if queue.waiting or now < queue.free_at or queue.busy >= queue.places(urgency):
            return False
        self._known.add(number)
        self._begin(queue, now)
        self._reserved[number] = queue
        return True

    def offer(self, numbers: Sequence[int]) -> None:
        """These deliveries are due and committed: send each when its lane and queue let it."""
        for number in numbers:
            if queue := self._reserved.pop(number, None):
                assert self._tasks is not None
                self._tasks.start_soon(self._carry, queue, number, True)
            elif row := self._next(number):
                self._known.add(number)
                queue = self._queue(row)
                heappush(queue.waiting, (rank(self._door.state, row), number))
                self._pump(queue)

    def _next(self, number: int) -> Delivery | None:
        """The delivery, if it leads its lane and nobody has taken it up."""
        row = self._door.state.deliveries.get(number)
        if row is None or row.claimed or number in self._known:
            return None
        return row if self._door.state.lane_head(row.lane) is row else None

    def _begin(self, queue: _Queue, now: float) -> None:
        queue.free_at = now + queue.destination.spacing / SECOND
        queue.busy += 1
        self.under_way += 1

    def _queue(self, row: Delivery) -> _Queue:
        integration = self._door.state.configuration.integration(row.target)
        gone = Destination(name=f"gone {row.target}")
        destination = self._post.destination(integration) if integration else gone
        queue = self._queues.setdefault(destination.name, _Queue(destination))
        queue.destination = destination
        return queue

    def _pump(self, queue: _Queue) -> None:
        """Start as many sends as the destination takes now."""
        if self._closing:
            return
        clock = asyncio.get_running_loop()
        while self._tasks and queue.waiting and queue.busy < queue.places(queue.waiting[0][0]):
            if clock.time() < queue.free_at:
                if queue.alarm is None:
                    queue.alarm = clock.call_at(queue.free_at, self._alarm, queue)
                return
            self._begin(queue, clock.time())
            _, number = heappop(queue.waiting)
            self._tasks.start_soon(self._carry, queue, number)

    def _alarm(self, queue: _Queue) -> None:
        queue.alarm = None
        self._pump(queue)

    async def _carry(self, queue: _Queue, number: int, asked: bool = False) -> None:
        """Claim it, unless that was `asked` already; send it, and let the next have its place."""
        row = self._door.state.deliveries.get(number)
        try:
            # Claimed without being asked, it went along with another one while it waited here.
            if row is not None and row.claimed is asked:
                await self._deliver(row)
        except StoreError:
            _log.warning("its result could not be kept; it will be repeated", delivery=number)
        finally:
            self._known.discard(number)
            queue.busy -= 1
            self.under_way -= 1
            if not self.under_way:
                self._idle.set()
            if row is not None:
                self._go_on(row)
            self._pump(queue)

    def _go_on(self, done: Delivery) -> None:
        """Offer what leads the lane now. If that is the same, unchanged, something must change."""
        head = self._door.state.lane_head(done.lane)
        if head is not None and head is not done and head.due <= self._door.now().service:
            self.offer([head.id])

    async def _deliver(self, row: Delivery) -> None:
        integration = self._door.state.configuration.integration(row.target)
        if not row.claimed:
            (outcome,) = await self._door.submit([e.Claimed(row.id)], urgent=True)
            if outcome.answer is None or outcome.answer.code != "claimed":
                return
            row = self._door.state.deliveries[row.id]
        started = anyio.current_time()
        result = await self._attempt(row, integration)
        if integration is not None:
            self.attempted(integration.kind, anyio.current_time() - started)
        self.sent_at = time.perf_counter()
        _tell(row, result)
        await self._door.submit([result], urgent=True)

    async def _attempt(self, row: Delivery, integration: Integration | None) -> e.Event:
        """One attempt, and what became of it as an event."""
        if integration is None:
            gone = f"{row.target} is no longer in routes.toml"
            return e.Failed(delivery=row.id, error=gone, permanent=True)
        try:
            with anyio.fail_after(self._deadline):
                receipt = await self._post.send(
                    self._compose(row), integration, lambda: wanted(self._door.state, row.id)
                )
        except Withdrawn:
            return e.Skipped(row.id)
        except DeliveryError as error:
            return _failure(row.id, error)
        except TimeoutError:
            late = f"no answer within {self._deadline:g} s"
            return e.Failed(delivery=row.id, error=late, ambiguous=True)
        except Exception as error:  # noqa: BLE001 - a sender's or library's bug: the page goes on
            _log.exception("a sender broke", key=row.key, target=row.target)
            what = f"{type(error).__name__} in the sender"
            return e.Failed(delivery=row.id, error=what, ambiguous=True)
        return e.Delivered(delivery=row.id, ref=receipt.ref, detail=receipt.detail)


def _tell(row: Delivery, result: e.Event) -> None:
    """One line of the log for one attempt, with the correlation id of the alert it tells of."""
    told = {
        "key": row.key,
        "target": row.target,
        "attempt": row.attempt,
        "group": row.group,
        "incident": row.incident,
        "cid": row.cid,
    }
    if isinstance(result, e.Failed):
        outcome = "unknown outcome" if result.ambiguous else "not delivered"
        _log.warning(outcome, error=result.error, permanent=result.permanent, **told)
    else:
        _log.info("withdrawn" if isinstance(result, e.Skipped) else "delivered", **told)


def _failure(number: int, error: DeliveryError) -> e.Failed:
    wait = error.retry_after
    return e.Failed(
        delivery=number,
        error=str(error),
        permanent=isinstance(error, PermanentDeliveryError),
        ambiguous=error.ambiguous,
        retry_after=int(wait * SECOND) if wait is not None else None,
    )
