"""What an audit finds: what is late, what is forgotten, and nothing where all is well."""

from msgspec.structs import replace
from support.configured import configured, person, policy, route, step
from support.post_office import FAILS, HANGS
from support.world import World

from router.core import event as e
from router.core.audit import Figures, audit
from router.core.command import PutIncident
from router.core.moment import HOUR, MINUTE, SECOND, Now
from router.core.waiting import Kind

HOUSE = configured(
    route(policy="critical", wait="0s"),
    users=[person("ana", "sms")],
    policies=[policy("critical", step("5m", "user:ana"), rounds=0)],
)


def later(world: World, microseconds: int) -> Figures:
    """An audit so long after, with nothing decided meanwhile."""
    now = world.now
    return audit(world.state, Now(now.wall + microseconds, now.service + microseconds))


def test_a_quiet_service_is_well() -> None:
    world = World(HOUSE)
    assert later(world, HOUR) == Figures()
    world.fires("Disk")
    world.at("0:01")
    assert later(world, 0) == Figures()
    assert later(world, 0).findings(MINUTE, moving=False) == []


def test_what_is_due_and_not_decided_on_is_late() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    world.at("0:01")
    figures = later(world, 6 * MINUTE)
    assert figures.timer == 2 * MINUTE
    assert figures.findings(MINUTE, moving=True) == ["what is due waits since 120 s to be decided"]


def test_a_page_that_is_not_sent_is_late_however_much_else_leaves() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    while (item := world.state.take_due(world.now.service)) and item[0] is not Kind.DELIVERY:
        world.submit(e.Due(*item))
    assert world.state.deliveries, "a page is due, and its wake-up has just been lost"
    assert later(world, MINUTE).findings(MINUTE, moving=False) == []
    figures = later(world, 90 * SECOND)
    assert figures.urgent == figures.delivery == 90 * SECOND
    assert figures.findings(MINUTE, moving=True) == ["a delivery waits since 90 s to be sent"]


def test_a_provider_that_is_down_is_not_our_being_late() -> None:
    world = World(HOUSE)
    world.post.fate = lambda: FAILS
    world.fires("Disk")
    for minute in range(1, 60):
        world.at(f"0:{minute}")
        assert later(world, 0).findings(MINUTE, moving=False) == []


def test_what_hangs_is_late_when_its_sender_should_have_given_up() -> None:
    world = World(HOUSE)
    world.post.fate = lambda: HANGS
    world.fires("Disk")
    world.at("0:01:50")
    assert later(world, 0).findings(MINUTE, moving=False) == []
    world.at("0:02:10")
    assert later(world, 0).findings(MINUTE, moving=False) == [
        "a delivery waits since 70 s to be sent"
    ]


def test_what_is_not_urgent_may_queue_while_the_queue_moves() -> None:
    late = Figures(delivery=10 * MINUTE)
    assert late.findings(MINUTE, moving=True) == []
    assert late.findings(MINUTE, moving=False) == ["a delivery waits since 600 s to be sent"]


def test_an_incident_that_rings_and_waits_for_nothing_is_forgotten() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    world.at("0:01")
    [incident] = world.state.incidents.values()
    world.state.apply([PutIncident(replace(incident, next_due=None))])
    assert later(world, 0).findings(MINUTE, moving=True) == [
        "1 incidents ring and have no next step"
    ]
