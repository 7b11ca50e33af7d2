"""A loop and a courier with a post office that can be told to fail or hang."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
import anyio.lowlevel

from router.core import command as c
from router.core.configuration import Configuration
from router.core.integration import Integration
from router.core.notification import Delivery, decode
from router.core.outgoing import Destination, Outgoing, Receipt
from router.core.state import State
from router.errors import Withdrawn
from router.runtime.courier import Courier
from router.runtime.loop import Loop
from support.hand_clock import HandClock
from support.memory_journal import MemoryJournal
from support.small import configuration, reported


class Post:
    """Takes everything, one destination a channel; scripted to fail or to hang by channel."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []
        self.fails: dict[str, list[Exception]] = {}
        self.hangs: dict[str, anyio.Event] = {}
        self.under_way = 0
        self.spacing = 0
        self.parallel = 1

    def destination(self, integration: Integration) -> Destination:
        return Destination(name=integration.kind, parallel=self.parallel, spacing=self.spacing)

    async def send(
        self, outgoing: Outgoing, integration: Integration, wanted: Callable[[], bool]
    ) -> Receipt:
        self.under_way += 1
        try:
            if integration.kind in self.hangs:
                await self.hangs[integration.kind].wait()
            await anyio.lowlevel.checkpoint()  # No client writes before its next turn.
            if self.fails.get(integration.kind):
                raise self.fails[integration.kind].pop(0)
            if not wanted():
                raise Withdrawn("no longer wanted")
            self.sent.append((outgoing.target, outgoing.key))
            return Receipt(ref=f"ref of {outgoing.target}")
        finally:
            self.under_way -= 1

    def targets(self) -> list[str]:
        return [target for target, _ in self.sent]


class House:
    """A loop, a courier and a post office; the clock is moved by hand."""

    def __init__(self, deadline: float, file: Configuration) -> None:
        self.journal = MemoryJournal()
        self.clock = HandClock()
        self.post = Post()
        state = State(file, self.journal.stored)
        self.loop = Loop(
            state,
            self.journal,
            self.clock,
            offer=lambda numbers: self.courier.offer(numbers),
            reserve=lambda number: self.courier.reserve(number),
        )
        self.courier = Courier(self.loop, self.post, self.compose, deadline=deadline)

    def compose(self, row: Delivery) -> Outgoing:
        return Outgoing(
            key=row.key,
            subject=row.lane,
            attempt=row.attempt,
            kind=row.kind,
            target=row.target,
            snapshot=decode(row.payload),
            at=0,
        )

    async def alert(self, severity: str = "critical", **labels: str) -> None:
        await self.loop.submit([reported(self.clock.now().wall, severity, labels)])

    async def quiet(self, until: Callable[[], bool] = lambda: True) -> None:
        """Wait until everybody rests and *until* holds."""
        with anyio.fail_after(5):
            while True:
                await anyio.wait_all_tasks_blocked()
                if until():
                    return

    def records(self, kind: str) -> list[c.Record]:
        found = (x for batch in self.journal.batches for x in batch)
        return [x for x in found if isinstance(x, c.Record) and x.kind == kind]


@asynccontextmanager
async def house(deadline: float = 0.2, file: Configuration | None = None) -> AsyncIterator[House]:
    rooms = House(deadline, file or configuration())
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(rooms.loop.run)
        tasks.start_soon(rooms.courier.run)
        await anyio.wait_all_tasks_blocked()
        try:
            yield rooms
        finally:
            rooms.journal.release()  # A commit is not to be cancelled: it would hang for ever.
            tasks.cancel_scope.cancel()
