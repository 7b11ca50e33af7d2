"""A source that invents labels: it takes no more room than it may, and nobody else's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.configured import channel, configured, route
from support.virtual import BEGAN
from support.world import World

from router.core.census import is_crowded
from router.core.moment import HOUR

HOUSE = configured(route(to="ops", wait="30s", interval="5m"), receivers=[channel("ops")])


@pytest.fixture
def world() -> World:
    world = World(replace(HOUSE, max_alerts=2))
    world.fires("A", severity="warning")
    world.fires("B", severity="warning")
    return world


def known(world: World) -> str:
    return "".join(alert.labels.decode()[14] for alert in world.state.by_id.values())


def test_one_more_is_refused_and_nothing_is_kept_of_it(world: World) -> None:
    assert world.fires("C", severity="warning") == "crowded"
    assert known(world) == "AB"
    assert len(world.rows.alerts) == 2


def test_what_is_critical_finds_room(world: World) -> None:
    assert world.fires("C", severity="page") == ""
    assert known(world) == "ABC"


def test_what_is_known_goes_on_and_ends(world: World) -> None:
    assert world.fires("A", severity="warning", lasts="300:00") == ""
    assert world.resolves("B", severity="warning") == ""
    assert world.fires("B", severity="warning") == "", "it is known until its end was told"


def test_other_sources_have_their_own_room(world: World) -> None:
    assert world.report("C", {}, None, source="cron") == ""
    assert known(world) == "ABC"


def test_there_is_room_again_when_one_has_ended_and_is_forgotten(world: World) -> None:
    world.at("0:01")
    world.resolves("B", severity="warning")
    world.at("0:10")
    assert world.fires("C", severity="warning") == ""
    assert known(world) == "AC"


def test_zero_is_no_limit() -> None:
    world = World(replace(HOUSE, max_alerts=0))
    assert [world.fires(name) for name in "ABCD"] == [""] * 4


def test_one_that_another_source_repeats_is_that_ones(world: World) -> None:
    world.report("A", {"severity": "warning"}, BEGAN.wall + 300 * HOUR, source="cron")
    assert (world.state.census.of("prometheus"), world.state.census.of("cron")) == (1, 1)
    assert world.fires("C", severity="warning") == ""


def test_after_a_start_as_many_are_counted(world: World) -> None:
    world.restarts()
    assert is_crowded(world.state, "prometheus")
    assert world.fires("C", severity="warning") == "crowded"


acts = st.tuples(
    st.sampled_from(("fires", "ends", "waits", "starts again")),
    st.sampled_from("ABCD"),
    st.sampled_from(("prometheus", "cron")),
)


@given(st.lists(acts, max_size=30))
def test_the_count_is_that_of_the_alerts(story: list[tuple[str, str, str]]) -> None:
    world = World(replace(HOUSE, max_alerts=3))
    for what, name, source in story:
        match what:
            case "fires":
                world.report(name, {}, world.now.wall + HOUR, source=source)
            case "ends":
                world.report(name, {}, world.now.wall, source=source)
            case "waits":
                world.run(world.now.service + 400_000_000)
            case _:
                world.restarts()
        state = world.state
        sources = [alert.source for alert in state.by_id.values()]
        assert {one: state.census.of(one) for one in state.census} == {
            one: sources.count(one) for one in sources
        }
        assert max(map(sources.count, sources), default=0) <= 4, "three, and one of another's"
