"""Stories of alerts that a queue brings late, twice, or in the wrong order."""

import pytest
from support.configured import channel, configured, route
from support.virtual import BEGAN, after
from support.world import World

from router.core import event as e
from router.core.moment import DAY

HOUSE = configured(route(to="ops", wait="0s"), receivers=[channel("ops")])
LATER = BEGAN.wall + DAY


@pytest.fixture
def world() -> World:
    return World(HOUSE)


def entry(world: World, as_of: str, *, firing: bool) -> str:
    """An entry read now that was written at `as_of`."""
    ends_at = LATER if firing else BEGAN.wall + after(as_of)
    return world.report(
        "Disk", {}, ends_at, source="queue", as_of=BEGAN.wall + after(as_of), starts=as_of
    )


def test_in_order_each_counts(world: World) -> None:
    world.at("0:10")
    entry(world, "0:01", firing=True)
    entry(world, "0:02", firing=False)
    entry(world, "0:03", firing=True)
    assert world.until("0:11") == ["0:10 ops slack: first notification: Disk"]


def test_an_older_entry_never_opens_again_what_has_ended(world: World) -> None:
    entry(world, "0:00", firing=True)
    world.at("0:02")
    entry(world, "0:02", firing=False)
    world.at("0:03")
    assert entry(world, "0:01", firing=True) == "stale"
    assert not world.state.by_id[1].firing


def test_nor_when_the_alert_is_long_forgotten(world: World) -> None:
    entry(world, "0:00", firing=True)
    world.at("0:02")
    entry(world, "0:02", firing=False)
    world.at("0:30")
    assert not world.state.alerts
    world.restarts()
    assert entry(world, "0:01", firing=True) == "stale"
    assert not world.state.alerts
    assert entry(world, "0:03", firing=True) == ""
    assert world.state.alerts


def test_nor_when_the_end_came_first(world: World) -> None:
    world.at("0:05")
    entry(world, "0:02", firing=False)
    assert entry(world, "0:01", firing=True) == "stale"
    assert world.until("1:00") == []


def test_an_older_end_ends_nothing_that_began_after_it(world: World) -> None:
    world.at("0:05")
    entry(world, "0:04", firing=True)
    assert entry(world, "0:03", firing=False) == "stale"
    assert world.state.by_id[1].firing


def test_of_one_entry_the_last_word_counts(world: World) -> None:
    world.at("0:05")
    entry(world, "0:04", firing=True)
    entry(world, "0:04", firing=False)
    assert world.until("1:00") == []
    entry(world, "0:06", firing=False)
    entry(world, "0:06", firing=True)
    assert world.until("1:01") == ["1:00 ops slack: first notification: Disk"]


def test_an_end_is_remembered_for_two_days(world: World) -> None:
    world.at("0:02")
    entry(world, "0:02", firing=False)
    world.at("48:02").submit(e.Swept())
    assert entry(world, "0:01", firing=True) == "stale"
    world.at("48:03").submit(e.Swept())
    assert not world.state.tombstones


def fires(world: World) -> bool:
    return world.state.by_id[1].firing


def test_what_comes_by_another_way_is_judged_by_its_own_time(world: World) -> None:
    entry(world, "0:00", firing=True)
    world.at("0:02").report("Disk", {}, world.now.wall)
    assert fires(world) is False
    assert entry(world, "0:01", firing=True) == "stale"
    world.at("0:03").report("Disk", {}, LATER)
    assert fires(world)
    assert entry(world, "0:02", firing=False) == "stale"
    assert fires(world)
