"""What a report does to what is known, and what of it reaches the disk."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.configured import channel, configured, route
from support.virtual import BEGAN
from support.world import World

from router.core import command as c
from router.core import event as e
from router.core.alert import Alert, Report
from router.core.labels import canonical
from router.core.merge import begin, merge
from router.core.moment import HOUR, MINUTE, SECOND, Now

HOUSE = configured(route(to="ops", wait="30s"), receivers=[channel("ops")])
LABELS = canonical({"alertname": "Disk"})


@pytest.fixture
def world() -> World:
    return World(HOUSE)


def written(world: World, ends: int, *, starts: int = 0, note: str = "") -> list[str]:
    """The names of the commands that a report of `starts` to `ends` minutes comes to."""
    seen: list[c.Command] = []
    world.watchers.append(lambda _event, commands: seen.extend(commands))
    world.submit(
        e.Reported(
            Report(
                labels=LABELS,
                annotations=note.encode() or b"{}",
                starts_at=BEGAN.wall + starts * MINUTE,
                ends_at=BEGAN.wall + ends * MINUTE,
            )
        )
    )
    world.watchers.pop()
    return [type(command).__name__ for command in seen]


def test_the_first_report_is_written_with_its_group(world: World) -> None:
    assert written(world, 4) == ["PutAlert", "PutGroup", "Record", "Join"]


def test_an_end_of_what_is_not_known_is_nothing(world: World) -> None:
    world.at("0:05")
    assert written(world, 4) == []


def test_a_repeat_stays_in_memory(world: World) -> None:
    written(world, 4)
    world.at("0:01")
    assert written(world, 5, note='{"summary":"fuller"}') == ["RefreshAlert"]
    alert = world.state.alerts[LABELS]
    assert alert.ends_at == BEGAN.wall + 5 * MINUTE
    assert alert.annotations == b'{"summary":"fuller"}'
    assert world.rows.alerts[1].ends_at == BEGAN.wall + 4 * MINUTE


def test_a_later_start_while_it_fires_changes_nothing(world: World) -> None:
    written(world, 10)
    assert written(world, 10, starts=1) == ["RefreshAlert"]
    assert world.state.alerts[LABELS].starts_at == BEGAN.wall


def test_an_earlier_start_is_written(world: World) -> None:
    written(world, 10)
    assert written(world, 9, starts=-1) == ["PutAlert"]
    assert world.rows.alerts[1].starts_at == BEGAN.wall - MINUTE


@pytest.mark.parametrize(
    ("first", "second", "command"),
    [
        pytest.param(60, 79, "RefreshAlert", id="a far end that moved by less than a fourth"),
        pytest.param(60, 81, "PutAlert", id="a far end that moved by more than a fourth"),
        pytest.param(1, 5, "RefreshAlert", id="an end that is not far"),
    ],
)
def test_a_far_end_that_moved_far_is_written(
    world: World, first: int, second: int, command: str
) -> None:
    written(world, first)
    assert written(world, second) == [command]


def test_its_end_is_written_with_everything_that_was_refreshed(world: World) -> None:
    written(world, 4)
    written(world, 5, note='{"a":"b"}')
    world.at("0:02")
    assert written(world, 2) == ["PutAlert", "Record"]
    assert not world.rows.alerts[1].firing


def test_a_shorter_made_up_end_comes_sooner(world: World) -> None:
    world.fires("Disk", lasts=None)
    assert world.state.next_due() == BEGAN.service + 30 * SECOND
    world.fires("Disk", lasts="0:00:10")
    assert world.state.next_due() == BEGAN.service + 10 * SECOND


minutes = st.integers(-60, 60)


@given(
    old=st.tuples(minutes, st.integers(1, 60), st.booleans()),
    new=st.tuples(st.none() | minutes, st.none() | minutes),
)
def test_the_short_way_for_repeats_ends_where_merging_does(
    old: tuple[int, int, bool], new: tuple[int | None, int | None]
) -> None:
    world = World(HOUSE)
    starts, ends, made_up = old
    known = begin(
        Report(
            labels=LABELS,
            starts_at=BEGAN.wall + min(starts, ends) * MINUTE,
            ends_at=BEGAN.wall + ends * MINUTE,
        ),
        1,
        world.now,
        5 * MINUTE,
    )
    known.timeout = made_up
    world.state.apply([c.PutAlert(known)])
    group = e.Reported(Report(labels=canonical({"alertname": "Cpu"}), ends_at=BEGAN.wall + HOUR))
    world.submit(group)
    world.state.apply([c.Join(1, 1)])
    report = Report(
        labels=LABELS,
        starts_at=None if new[0] is None else BEGAN.wall + new[0] * MINUTE,
        ends_at=None if new[1] is None else BEGAN.wall + new[1] * MINUTE,
        source="another",
        cid="another",
    )
    merged = merge(known, begin(report, 0, world.now, 5 * MINUTE), world.now)
    world.submit(e.Reported(report))
    assert _facts(world.state.alerts[LABELS]) == _facts(merged)


def _facts(alert: Alert) -> tuple[object, ...]:
    return (
        alert.starts_at if alert.firing else None,  # Of what has ended only the end is kept.
        alert.ends_at,
        alert.expires_due,
        alert.updated_at,
        alert.firing,
        alert.timeout,
        alert.source,
        alert.changed_at,
        alert.cid,
    )


def test_the_clock_on_the_wall_resolves_nothing(world: World) -> None:
    world.fires("Disk", lasts="0:10")
    world.set_clock(5 * HOUR)
    world.at("0:09:59")
    assert world.told("expired") == []
    world.at("0:10")
    assert len(world.told("expired")) == 1
    assert world.now == Now(BEGAN.wall + 5 * HOUR + 10 * MINUTE, BEGAN.service + 10 * MINUTE)
