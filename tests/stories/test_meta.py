"""Stories of what Tocsin reports about itself: on a route that nothing can silence."""

import pytest
from support.configured import channel, configured, inhibit, person, policy, route, step
from support.consistent import check_state, check_stored
from support.world import World

from router.core import event as e
from router.core import meta
from router.core.alert import Report
from router.core.configuration import Configuration
from router.core.interval import Interval
from router.core.labels import canonical
from router.core.maintenance import Maintenance
from router.core.matcher import parse_list
from router.core.route import Route

FULL = {"alertname": "TocsinDiskFull", "severity": "critical"}


def house(own: Route | None) -> Configuration:
    """Everything that could keep anything quiet does so, always; and all inhibits all."""
    return configured(
        route("", route("alertname=~.+", to="ops", muted=("always",)), to="ops", wait="0s"),
        users=[person("ana", "sms"), person("bo", "sms")],
        receivers=[channel("ops"), channel("self")],
        policies=[policy("own", step("5m", "user:ana"), step("5m", "user:bo"))],
        intervals={"always": (Interval(),)},
        rules=(inhibit("alertname=~.+", "alertname=~.+"),),
        maintenance=[
            Maintenance(name="all", matchers=parse_list("alertname=~.+"), intervals=(Interval(),))
        ],
        meta=own,
    )


def reports(world: World, labels: dict[str, str] | None = None, *, over: bool = False) -> str:
    """Something is wrong with ourselves, or over."""
    ends_at = world.now.wall + (0 if over else 10**11)
    found = canonical(labels or FULL)
    return world.submit(e.Reported(Report(labels=found, ends_at=ends_at, source=meta.SOURCE)))


def test_nothing_that_keeps_alerts_quiet_touches_it() -> None:
    world = World(house(meta.route("self", "own", group_wait=0)))
    world.silences("alertname=~.+", until="99:00")
    world.fires("NodeDown")
    reports(world)
    assert world.until("0:06") == [
        "0:00 self slack: first notification: TocsinDiskFull",
        "0:00 ana sms: page, step 1",
        "0:05 bo sms: page, step 2",
    ]
    world.acks(by="ana")
    world.at("0:07")
    reports(world, over=True)
    assert world.until("0:20") == [
        "0:10 self slack: all alerts resolved: -TocsinDiskFull",
        "0:10 ana sms: resolved",
        "0:10 bo sms: resolved",
    ]
    check_state(world.state)


def test_it_holds_nothing_of_anybody_back() -> None:
    plain = configured(
        route(to="ops", wait="0s"),
        receivers=[channel("ops"), channel("self")],
        rules=(inhibit("severity=critical", "severity=warning"),),
        meta=meta.route("self", "", group_wait=0),
    )
    world = World(plain)
    reports(world)
    world.fires("Slow", severity="warning")
    assert "0:00 ops slack: first notification: Slow" in world.until("0:01")


def test_one_trouble_is_told_once_and_again_only_after_its_interval() -> None:
    world = World(house(meta.route("self", "", group_wait=0)))
    for minute in range(0, 300, 1):
        world.at(f"0:{minute}")
        reports(world)
    assert [line.partition(" ")[2] for line in world.until("5:00")] == [
        "self slack: first notification: TocsinDiskFull",
        "self slack: repeat interval elapsed: TocsinDiskFull",
    ]


def test_nobody_else_can_begin_or_end_what_it_says() -> None:
    world = World(house(meta.route("self", "", group_wait=0)))
    reports(world)
    assert world.resolves("TocsinDiskFull", severity="critical") == "ours"
    assert world.fires("TocsinDiskFull", severity="critical") == "ours"
    assert len(world.until("0:10")) == 1


def test_labels_alone_do_not_take_its_route() -> None:
    world = World(house(meta.route("self", "", group_wait=0)))
    world.fires("TocsinDiskFull", severity="critical")
    assert world.until("0:10") == []


def test_an_alert_that_took_its_labels_before_gives_way_to_it() -> None:
    world = World(house(meta.route("self", "", group_wait=0)))
    world.fires("TocsinDiskFull", severity="critical")
    world.at("0:01")
    reports(world)
    assert world.until("0:02") == ["0:01 self slack: first notification: TocsinDiskFull"]
    check_state(world.state)
    check_stored(world.state, world.rows)


@pytest.mark.parametrize("restarts", [True, False])
def test_a_restart_or_reload_leaves_it_where_it_is(restarts: bool) -> None:
    own = house(meta.route("self", "own", group_wait=0))
    world = World(own)
    reports(world)
    world.at("0:01")
    if restarts:
        world.restarts()
    else:
        world.reloads(own)
    assert world.until("0:06")[-1] == "0:05 bo sms: page, step 2"
    assert len(world.post.sent) == 3


def test_without_a_route_of_its_own_any_more_it_is_routed_like_all_others() -> None:
    world = World(house(meta.route("self", "", group_wait=0)))
    reports(world)
    world.at("0:01").reloads(house(None))
    world.at("0:20")
    check_state(world.state)
    reports(world, over=True)
    world.at("0:40")
    check_state(world.state)
    assert not [a for a in world.state.by_id.values() if a.firing]
