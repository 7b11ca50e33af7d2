"""A page that could leave at once is claimed in the commit that plans it."""

import anyio
import pytest
from support.couriers_house import house
from support.small import SMS, configuration, reported

from router.core import command as c
from router.core import event as e
from router.core.configuration import Contact, Policy, Step, User
from router.core.moment import MINUTE
from router.errors import DiskFull


async def test_a_page_whose_destination_is_free_is_claimed_as_it_is_planned() -> None:
    async with house() as rooms:
        await rooms.alert()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)
        now = rooms.clock.now().service
        planned = [
            {x.delivery.id for x in batch if isinstance(x, c.Enqueue) and x.delivery.due <= now}
            for batch in rooms.journal.batches
        ]
        claimed = [
            {x.delivery.id for x in batch if isinstance(x, c.PutDelivery) and x.delivery.claimed}
            for batch in rooms.journal.batches
        ]
        assert planned == claimed, "one commit lies before a page"
        assert sum(map(len, claimed)) == 2


async def test_a_page_leaves_before_whoever_reported_is_answered() -> None:
    async with house() as rooms:
        await rooms.alert()
        assert len(rooms.post.sent) == 2


async def test_what_is_claimed_as_it_is_planned_leaves_after_the_commit() -> None:
    async with house() as rooms, anyio.create_task_group() as tasks:
        rooms.journal.hold()
        tasks.start_soon(rooms.alert)
        await rooms.quiet()
        rooms.courier.sweep()
        await rooms.quiet()
        assert not rooms.post.sent
        rooms.journal.release()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)


async def test_an_answer_that_comes_while_a_claim_is_committed_withdraws_the_page() -> None:
    async with house() as rooms, anyio.create_task_group() as tasks:
        rooms.post.hangs["slack"] = anyio.Event()
        rooms.journal.hold()
        tasks.start_soon(rooms.alert)
        await rooms.quiet()
        (incident,) = rooms.loop.state.incidents.values()
        answer = e.Acknowledged(incident=incident.number, by="ana", via="link")
        tasks.start_soon(rooms.loop.submit, [answer])
        await rooms.quiet()
        rooms.journal.release()
        await rooms.quiet(lambda: bool(rooms.records("acknowledged")))
        rooms.post.hangs["slack"].set()
        await rooms.quiet(lambda: not rooms.courier.under_way)
        assert "user:ana/slack" not in rooms.post.targets()


async def test_the_place_of_a_page_that_could_not_be_committed_is_free_again() -> None:
    async with house() as rooms:
        rooms.journal.failures.append(DiskFull("no room"))
        with pytest.raises(DiskFull):
            await rooms.alert()
        await rooms.quiet()
        assert not rooms.courier.under_way
        assert await rooms.journal.restore_ballast()
        rooms.loop.disk_full = False
        await rooms.alert()
        await rooms.quiet(lambda: len(rooms.post.sent) == 2)


async def test_pages_that_a_person_would_drown_in_leave_with_those_of_the_same_moment() -> None:
    ana = User(id="ana", methods={"sms": SMS}, urgent=(Contact("sms"),), limits={"sms": ()})
    policy = Policy(name="critical", rounds=1, steps=(Step(("user:ana",), MINUTE),))
    file = configuration(users={"ana": ana}, policies={"critical": policy})
    async with house(file=file) as rooms:
        rooms.post.parallel = 5
        wall = rooms.clock.now().wall
        names = [{"alertname": f"Fire {number}"} for number in range(5)]
        await rooms.loop.submit([reported(wall, "critical", labels) for labels in names])
        await rooms.quiet(lambda: len(rooms.records("sent")) == 5)
        assert len(rooms.post.sent) == 3, "of which one tells of three"


async def test_while_stopping_no_other_send_begins() -> None:
    async with house() as rooms:
        await rooms.courier.finish(0.05)
        await rooms.alert()
        await rooms.quiet()
        assert not rooms.post.sent
        assert not any(row.claimed for row in rooms.loop.state.deliveries.values())


async def test_what_another_message_took_along_while_it_waited_does_not_leave_on_its_own() -> None:
    async with house(deadline=5) as rooms:
        hanging = rooms.post.hangs["slack"] = anyio.Event()
        wall = rooms.clock.now().wall
        both = [reported(wall, "critical", {"alertname": name}) for name in ("Fire", "Flood")]
        await rooms.loop.submit(both)
        await rooms.quiet(lambda: rooms.post.under_way == 1)
        rows = rooms.loop.state.deliveries.values()
        (waiting,) = [row.id for row in rows if row.target == "user:ana/slack" and not row.claimed]
        await rooms.loop.submit([e.Claimed(waiting)], urgent=True)
        hanging.set()
        await rooms.quiet(lambda: not rooms.courier.under_way)
        assert rooms.post.targets().count("user:ana/slack") == 1
