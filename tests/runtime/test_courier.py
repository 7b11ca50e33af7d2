"""The courier: in the order of the lane, one queue a destination, never after the answer."""

import anyio
from support.couriers_house import house
from support.small import configuration, reported

from router.core import command as c
from router.core import event as e
from router.core.moment import MINUTE, SECOND
from router.errors import DeliveryError, PermanentDeliveryError


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
        rooms.loop.reserve = lambda _number: False
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
