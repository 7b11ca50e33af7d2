"""The courier: in the order of the lane, one queue a destination, never after the answer."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import anyio
from support.hand_clock import HandClock
from support.memory_journal import MemoryJournal
from support.small import configuration, reported

from router.core import command as c
from router.core import event as e
from router.core.integration import Integration
from router.core.moment import MINUTE, SECOND
from router.core.notification import Delivery, decode
from router.core.outgoing import Destination, Outgoing, Receipt
from router.core.state import State
from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.runtime.courier import Courier
from router.runtime.loop import Loop


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

    def __init__(self, deadline: float) -> None:
        self.journal = MemoryJournal()
        self.clock = HandClock()
        self.post = Post()
        state = State(configuration(), self.journal.stored)
        self.loop = Loop(state, self.journal, self.clock, offer=lambda n: self.courier.offer(n))
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
async def house(deadline: float = 0.2) -> AsyncIterator[House]:
    rooms = House(deadline)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(rooms.loop.run)
        tasks.start_soon(rooms.courier.run)
        await anyio.wait_all_tasks_blocked()
        yield rooms
        tasks.cancel_scope.cancel()


async def test_what_is_due_is_claimed_on_disk_and_then_sent() -> None:
    async with house() as rooms:
        await rooms.alert()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)
        assert rooms.post.targets() == ["user:ana/slack", "receiver:pager/pagerduty/0"]
        claims = [
            number
            for number, batch in enumerate(rooms.journal.batches)
            if any(isinstance(x, c.PutDelivery) and x.delivery.claimed for x in batch)
        ]
        done = [
            number
            for number, batch in enumerate(rooms.journal.batches)
            if any(isinstance(x, c.CloseDelivery) for x in batch)
        ]
        assert max(claims) < max(done)
        assert rooms.loop.state.log["i1:user:ana/slack"].ref == "ref of user:ana/slack"


async def test_a_dead_destination_delays_no_other() -> None:
    async with house() as rooms:
        rooms.post.hangs["slack"] = anyio.Event()
        await rooms.alert()
        await rooms.quiet(lambda: bool(rooms.post.sent))
        assert rooms.post.targets() == ["receiver:pager/pagerduty/0"]


async def test_a_send_that_takes_too_long_has_an_unknown_outcome_and_is_repeated() -> None:
    async with house() as rooms:
        rooms.post.hangs["pagerduty"] = anyio.Event()
        await rooms.alert()
        await rooms.quiet(lambda: bool(rooms.records("unknown")))
        del rooms.post.hangs["pagerduty"]
        rooms.clock.move(2 * SECOND)
        await rooms.loop.drain()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)
        (unknown,) = rooms.records("unknown")
        assert rooms.post.sent[-1] == ("receiver:pager/pagerduty/0", unknown.detail["key"])


async def test_a_page_answered_while_it_was_connecting_never_leaves() -> None:
    async with house() as rooms:
        connecting = rooms.post.hangs["pagerduty"] = anyio.Event()
        await rooms.alert()
        await rooms.quiet(lambda: bool(rooms.post.sent))
        await rooms.loop.submit([e.Acknowledged(incident=1, by="ana", via="link")], urgent=True)
        connecting.set()
        await rooms.quiet(lambda: not rooms.loop.state.deliveries)
        assert rooms.post.targets() == ["user:ana/slack"]


async def test_a_failed_attempt_is_repeated_under_the_same_key() -> None:
    async with house() as rooms:
        rooms.post.fails["pagerduty"] = [DeliveryError("503")]
        await rooms.alert()
        await rooms.quiet(lambda: bool(rooms.records("failed")))
        (row,) = [r for r in rooms.loop.state.deliveries.values() if r.attempt]
        assert 250_000 <= row.due - rooms.clock.now().service <= 750_000
        rooms.clock.move(SECOND)
        await rooms.loop.drain()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)
        assert rooms.post.sent[-1] == ("receiver:pager/pagerduty/0", row.key)


async def test_the_far_side_says_when_to_come_again() -> None:
    async with house() as rooms:
        rooms.post.fails["pagerduty"] = [DeliveryError("429", retry_after=90)]
        await rooms.alert()
        await rooms.quiet(lambda: bool(rooms.records("failed")))
        (row,) = [r for r in rooms.loop.state.deliveries.values() if r.attempt]
        assert row.due - rooms.clock.now().service == 90 * SECOND


async def test_a_method_that_cannot_work_hands_over_to_the_next_at_once() -> None:
    async with house() as rooms:
        rooms.post.fails["slack"] = [PermanentDeliveryError("account_inactive")]
        await rooms.alert()
        await rooms.quiet(lambda: "user:ana/sms" in rooms.post.targets())


async def test_a_sender_that_breaks_costs_one_attempt() -> None:
    async with house() as rooms:
        rooms.post.fails["pagerduty"] = [RuntimeError("a bug")]
        await rooms.alert()
        await rooms.quiet(lambda: bool(rooms.records("unknown")))
        rooms.clock.move(SECOND)
        await rooms.loop.drain()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)


async def test_a_destination_takes_no_more_at_once_than_it_says() -> None:
    async with house() as rooms:
        for number in range(5):
            await rooms.alert("warning", alertname=f"Disk {number}")
        hanging = rooms.post.hangs["slack"] = anyio.Event()
        rooms.clock.move(MINUTE)
        await rooms.loop.drain()
        await rooms.quiet(lambda: len(rooms.post.sent) == 5)
        assert rooms.post.under_way == 1, "five wait for Slack, one is under way"
        hanging.set()
        await rooms.quiet(lambda: len(rooms.post.sent) == 10)


async def test_messages_to_one_destination_keep_their_distance() -> None:
    async with house() as rooms:
        rooms.post.spacing = SECOND // 20
        for number in range(3):
            await rooms.alert("warning", alertname=f"Disk {number}")
        rooms.clock.move(MINUTE)
        started = anyio.current_time()
        await rooms.loop.drain()
        await rooms.quiet(lambda: len(rooms.post.sent) == 6)
        assert anyio.current_time() - started >= 0.1


async def test_a_wake_up_that_was_missed_costs_lateness_only() -> None:
    async with house() as rooms:
        rooms.loop.offer = lambda _numbers: None
        await rooms.alert()
        await rooms.quiet()
        assert not rooms.post.sent
        rooms.courier.sweep()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)


async def test_what_is_no_longer_in_the_file_is_given_up_and_said_so() -> None:
    async with house() as rooms:
        await rooms.alert("warning")
        fewer = configuration(receivers={"ops": configuration().receivers["pager"]})
        await rooms.loop.submit([e.Reconfigured(fewer, b"")])
        rooms.clock.move(MINUTE)
        await rooms.loop.drain()
        await rooms.quiet(lambda: bool(rooms.post.sent))
        assert rooms.post.targets() == ["receiver:ops/pagerduty/0"]


async def test_a_page_that_waits_for_a_held_incident_keeps_nobody_busy() -> None:
    async with house() as rooms:
        rooms.post.fails["pagerduty"] = [DeliveryError("503")]
        await rooms.alert()
        await rooms.quiet(lambda: bool(rooms.records("failed")))
        wall = rooms.clock.now().wall
        await rooms.loop.submit([reported(wall, "critical", {}, ends=wall - SECOND)])
        assert rooms.loop.state.incidents[1].held
        asked: list[e.Event] = []
        rooms.loop.observe = lambda seen: asked.extend(event for event, _ in seen)
        rooms.clock.move(SECOND)
        for _ in range(20):
            await rooms.loop.drain()
        assert len(asked) == 1, "it asks once, and waits"
        assert rooms.post.targets() == ["user:ana/slack"]
        rooms.clock.move(SECOND)
        await rooms.alert()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)


async def test_stopping_waits_for_sends_under_way_but_not_for_ever() -> None:
    async with house() as rooms:
        hanging = rooms.post.hangs["pagerduty"] = anyio.Event()
        await rooms.alert()
        await rooms.quiet(lambda: bool(rooms.post.sent))
        started = anyio.current_time()
        await rooms.courier.finish(0.05)
        assert anyio.current_time() - started < 0.2
        hanging.set()
        await rooms.courier.finish(5)
        assert not rooms.courier.under_way


async def test_what_is_critical_overtakes_what_waits_for_the_same_destination() -> None:
    async with house(deadline=30) as rooms:
        hanging = rooms.post.hangs["slack"] = anyio.Event()
        for number in range(5):
            await rooms.alert("warning", alertname=f"Disk {number}")
        rooms.clock.move(MINUTE)
        await rooms.loop.drain()
        await rooms.quiet(lambda: rooms.post.under_way == 1)
        await rooms.alert("page", alertname="Fire", team="unrouted")
        rooms.clock.move(MINUTE)
        await rooms.loop.drain()
        await rooms.quiet(lambda: sum("/webhook/" in t for t in rooms.post.targets()) == 6)
        hanging.set()
        await rooms.quiet(lambda: len(rooms.post.sent) == 12)
        slack = [key for target, key in rooms.post.sent if "/slack/" in target]
        fire = max(rooms.loop.state.groups)
        assert [f"g{fire}." in key for key in slack] == [False, True, False, False, False, False]


async def test_what_is_critical_finds_a_place_where_all_others_are_taken() -> None:
    async with house(deadline=30) as rooms:
        rooms.post.parallel = 4
        hanging = rooms.post.hangs["slack"] = anyio.Event()
        for number in range(6):
            await rooms.alert("warning", alertname=f"Disk {number}")
        rooms.clock.move(MINUTE)
        await rooms.loop.drain()
        await rooms.quiet(lambda: rooms.post.under_way == 4)
        await rooms.alert("page", alertname="Fire", team="unrouted")
        rooms.clock.move(MINUTE)
        await rooms.loop.drain()
        await rooms.quiet(lambda: sum("/webhook/" in t for t in rooms.post.targets()) == 7)
        assert rooms.post.under_way == 5, "of seven that wait for Slack, the fire is the fifth"
        hanging.set()
        await rooms.quiet(lambda: len(rooms.post.sent) == 14)
