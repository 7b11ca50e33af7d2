"""What the service does about itself."""

import pytest
from support.configured import channel, configured, person, policy, route, step
from support.post_office import FAILS
from support.virtual import BEGAN
from support.world import World

from router.core import event as e
from router.core.moment import HOUR, MINUTE
from router.core.upkeep import SLICE
from router.core.urgency import due_of
from router.core.waiting import Kind

HOUSE = configured(
    route(to="ops", policy="critical", wait="0s", by=("alertname",)),
    users=[person("ana", "sms")],
    receivers=[channel("ops"), channel("boss")],
    policies=[policy("critical", step("5m", "user:ana"))],
    fallback=("receiver:boss",),
)


@pytest.fixture
def world() -> World:
    world = World(HOUSE)
    world.fires("Disk", lasts="0:10")
    world.post.always("ops slack", FAILS)
    world.until("0:00")
    return world


@pytest.mark.parametrize(
    ("kind", "due"),
    [
        pytest.param(Kind.GROUP, [1, 2, 4, 8, 16, 30, 30], id="a group"),
        pytest.param(Kind.INCIDENT, [1, 2, 4, 8, 16, 30, 30], id="an incident"),
        pytest.param(Kind.DELIVERY, [1, 1, 2, 4, 8, 16, 30], id="a delivery"),
        pytest.param(Kind.ALERT, [1] * 7, id="an alert"),
    ],
)
def test_what_fails_is_set_aside_ever_longer(world: World, kind: Kind, due: list[int]) -> None:
    number = max(world.state.deliveries) if kind is Kind.DELIVERY else 1
    found = []
    for _ in due:
        world.submit(e.Stopped(kind, number, "spoiled"))
        at = due_of(world.state, kind, number)
        assert at is not None
        found.append(round((at - world.now.service) / MINUTE))
        world.now = type(world.now)(world.now.wall, at)
    assert found == due


def test_a_delivery_set_aside_in_mid_flight_may_have_been_sent(world: World) -> None:
    number = max(world.state.deliveries)
    world.now = type(world.now)(world.now.wall, world.state.deliveries[number].due)
    world.submit(e.Claimed(number))
    world.submit(e.Stopped(Kind.DELIVERY, number, "spoiled"))
    row = world.state.deliveries[number]
    assert (row.claimed, row.maybe_sent) == (False, True)


def test_what_is_gone_cannot_be_set_aside(world: World) -> None:
    assert world.submit(e.Stopped(Kind.DELIVERY, 99, "spoiled")) == ""
    assert world.told("stopped") == []


def test_many_alerts_are_routed_anew_in_slices() -> None:
    world = World(HOUSE)
    for number in range(3 * SLICE):
        world.fires(f"A{number}")
    reported = world.state.last["record"]
    world.reloads(
        configured(route(to="boss", by=("alertname",), wait="0s"), receivers=[channel("boss")])
    )
    slices = []
    while world.state.reroute:
        left = len(world.state.reroute)
        assert world.state.take_due(world.now.service) == (Kind.REROUTE, 0)
        world.submit(e.Due(Kind.REROUTE, 0))
        slices.append(left - len(world.state.reroute))
    assert sum(slices) == 3 * SLICE
    assert max(slices) == SLICE
    assert world.state.last["record"] == reported + 1, "nothing moved, so nothing is told"


def test_a_source_heard_after_a_start_has_its_time_again(world: World) -> None:
    world.at("0:01").restarts()
    assert world.state.unheard == {"prometheus"}
    alert = world.state.by_id[1]
    assert world.state.ends_due(alert) == BEGAN.service + 16 * MINUTE
    world.at("0:02").fires("Cpu")
    assert world.state.unheard == set()
    assert world.state.ends_due(alert) == BEGAN.service + 10 * MINUTE


def test_silences_are_forgotten_after_their_retention(world: World) -> None:
    world.silences("alertname=Net", until="1:00")
    kept = world.configuration.retention // HOUR
    world.at(f"{kept + 1}:00").submit(e.Swept())
    assert world.state.silences.get("quiet")
    world.at(f"{kept + 1}:01").submit(e.Swept())
    assert world.state.silences.get("quiet") is None
