"""Overrides made at run time: checked for sense, kept, and laid over the schedules of the file."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.configured import configured, person, route
from support.rota import layer, override, schedule
from support.virtual import BEGAN
from support.world import World

from router.core import event as e
from router.core.command import Answer, PutOverride
from router.core.configuration import Configuration
from router.core.engine import decide
from router.core.moment import DAY, HOUR, MINUTE
from router.core.override import PostedOverride, effective, ignored
from router.core.overriding import KEPT, OVERRIDES_MAX
from router.core.schedule import Override, Schedule, on_call, timeline

NOW = BEGAN.wall  # Friday 2027-01-15 08:00 UTC.
PEOPLE = ("ana", "bo", "cy", "di")


def house(*layers: Any, filed: tuple[Override, ...] = (), users: tuple[str, ...] = PEOPLE) -> Any:
    found = schedule(*(layers or (DAILY,)), overrides=filed)
    return configured(
        route(), users=[person(name, "sms") for name in users], schedules={"primary": found}
    )


DAILY = layer("ana", "bo", every="daily", start="2027-01-15 08:00")


def change(start: int, end: int, **what: Any) -> Override:
    """From so many hours after now on until so many."""
    return Override(start=NOW + start * HOUR, end=NOW + end * HOUR, **what)


def made(world: World, *changes: Override, on: str = "primary") -> tuple[str, str]:
    """The code and the sentence with which overrides are answered."""
    return answered(world, e.Overridden(schedule=on, overrides=changes, by="boss", via="test"))


def swap(world: World, start: int, end: int, user: str, taker: str, **more: Any) -> tuple[str, str]:
    span: Any = {"start": NOW + start * HOUR, "end": NOW + end * HOUR}
    found = e.Swapped(
        schedule="primary", user=user, taker=taker, by="boss", via="test", **span, **more
    )
    return answered(world, found)


def answered(world: World, event: e.Event) -> tuple[str, str]:
    (answer,) = (c for c in decide(world.state, event, world.now) if isinstance(c, Answer))
    assert world.submit(event) == answer.code
    return answer.code, answer.text


def shifts(configuration: Configuration, hours: int) -> list[str]:
    found = timeline(configuration.schedules["primary"], NOW, NOW + hours * HOUR)
    return [f"+{(s.start - NOW) // HOUR} {' '.join(s.users) or 'nobody'}" for s in found]


def test_an_override_lies_over_the_schedule_of_the_file() -> None:
    world = World(house())
    assert made(world, change(2, 4, users=("cy",)))[0] == "overridden"
    assert shifts(world.state.configuration, 30) == ["+0 ana", "+2 cy", "+4 ana", "+24 bo"]
    assert shifts(world.state.filed, 30) == ["+0 ana", "+24 bo"]


def test_the_newest_that_names_who_is_on_call_counts() -> None:
    filed = (override("2027-01-15 09:00", "2027-01-15 13:00", "bo"),)
    world = World(house(filed=filed))
    made(world, change(2, 6, users=("cy",)))
    made(world, change(3, 4, users=("di",)))
    assert shifts(world.state.configuration, 7) == [
        "+0 ana", "+1 bo", "+2 cy", "+3 di", "+4 cy", "+6 ana",
    ]  # fmt: skip


def test_what_began_before_now_begins_now() -> None:
    world = World(house())
    made(world, change(-5, 1, users=("cy",)))
    ((kept,),) = (world.state.overrides.values(),)
    assert kept.change.start == NOW


def test_a_temporary_schedule_is_nobody_and_single_shifts() -> None:
    world = World(house())
    parts = (change(1, 9, users=()), change(2, 4, add=("cy",)), change(6, 9, add=("di",)))
    made(world, *parts)
    assert shifts(world.state.configuration, 10) == [
        "+0 ana", "+1 nobody", "+2 cy", "+4 nobody", "+6 di", "+9 ana",
    ]  # fmt: skip
    first = min(world.state.overrides)
    assert {each.part_of for each in world.state.overrides.values()} == {first}
    assert {each.kind for each in world.state.overrides.values()} == {"temporary"}
    last = max(world.state.overrides)
    assert answered(world, e.OverrideRemoved(id=last, by="boss", via="test"))[0] == "removed"
    assert shifts(world.state.configuration, 10) == ["+0 ana"]


@pytest.mark.parametrize(
    ("what", "code", "said"),
    [
        pytest.param(change(1, 2, users=("zoe",)), "unknown", "no user 'zoe'; known", id="user"),
        pytest.param(change(1, 2, remove=("zoe",)), "unknown", "no user 'zoe'", id="removed"),
        pytest.param(change(-2, -1, users=()), "invalid", "it is over already", id="past"),
        pytest.param(
            change(3, 2, users=()), "invalid", "does not lie after its start", id="turned"
        ),
        pytest.param(change(1, 24 * 500, users=()), "invalid", "more than 400 days", id="too long"),
        pytest.param(change(1, 2), "invalid", "it changes nothing", id="nothing"),
        pytest.param(
            change(1, 2, add=("cy",), remove=("cy",)), "invalid", "adds and removes 'cy'", id="both"
        ),
        pytest.param(
            change(11, 12, remove=("di",)),
            "conflict",
            "an override of routes.toml adds or removes 'di' at that time too",
            id="against the file",
        ),
        pytest.param(
            change(21, 22, users=("bo",)), "conflict", "gives bo's turns to cy", id="a swap's giver"
        ),
        pytest.param(
            change(21, 22, replace=(("bo", "di"),)),
            "conflict",
            "gives bo's turns to cy",
            id="twice",
        ),
    ],
)
def test_nonsense_is_refused_and_changes_nothing(what: Override, code: str, said: str) -> None:
    filed = (
        override("2027-01-15 18:00", "2027-01-15 20:00", add=("di",)),
        Override(start=NOW + 20 * HOUR, end=NOW + 23 * HOUR, replace=(("bo", "cy"),)),
    )
    world = World(house(filed=filed))
    answer = made(world, what)
    assert answer[0] == code
    assert said in answer[1]
    assert not world.state.overrides
    assert not world.records("overridden")


def test_a_schedule_that_is_not_there_is_named_with_those_that_are() -> None:
    world = World(house())
    assert made(world, change(1, 2, users=()), on="primry") == (
        "unknown",
        "no schedule 'primry'; known: primary",
    )


def test_there_may_be_so_many_and_no_more() -> None:
    world = World(house())
    many = tuple(change(n, n + 1, users=("cy",)) for n in range(OVERRIDES_MAX))
    assert made(world, *many)[0] == "overridden"
    assert made(world, change(1, 2, users=()))[0] == "conflict"


def test_a_swap_replaces_somebody_wherever_she_is_on_call() -> None:
    world = World(house(layer("ana+cy", "bo", every="daily", start="2027-01-15 08:00")))
    assert swap(world, 12, 60, "ana", "di")[0] == "swapped"
    assert shifts(world.state.configuration, 80) == [
        "+0 ana cy", "+12 di cy", "+24 bo", "+48 di cy", "+60 ana cy", "+72 bo",
    ]  # fmt: skip
    (record,) = world.records("swapped")
    assert record.detail["by"] == "boss"


def test_both_ways_at_once_is_an_exchange() -> None:
    world = World(house())
    span = (NOW, NOW + 48 * HOUR)
    assert swap(world, 0, 48, "ana", "bo", back=span)[0] == "swapped"
    assert shifts(world.state.configuration, 72) == ["+0 bo", "+24 ana"]


def test_a_swap_is_paid_back_in_another_span_which_may_overlap() -> None:
    world = World(house())
    assert swap(world, 0, 30, "ana", "bo", back=(NOW + 20 * HOUR, NOW + 50 * HOUR))[0] == "swapped"
    assert shifts(world.state.configuration, 60) == ["+0 bo", "+24 ana"]
    assert len(world.state.overrides) == 3
    (first, *_) = world.state.overrides
    answered(world, e.OverrideRemoved(id=first + 1, by="boss", via="test"))
    assert shifts(world.state.configuration, 60) == ["+0 ana", "+24 bo", "+48 ana"]


def test_an_added_turn_and_a_swapped_one_can_be_swapped_on() -> None:
    world = World(house())
    made(world, change(0, 10, add=("cy",)))
    assert swap(world, 2, 8, "cy", "di")[0] == "swapped"
    assert swap(world, 4, 6, "di", "bo")[0] == "swapped"
    assert shifts(world.state.configuration, 12) == [
        "+0 ana cy", "+2 ana di", "+4 ana bo", "+6 ana di", "+8 ana cy", "+10 ana",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("span", "who", "code", "said"),
    [
        pytest.param(
            (0, 24), ("bo", "ana"), "invalid", "bo is not on call in primary then", id="off"
        ),
        pytest.param((0, 24), ("ana", "ana"), "invalid", "ana has her own turns", id="herself"),
        pytest.param((0, 24), ("zoe", "ana"), "unknown", "no user 'zoe'", id="nobody"),
        pytest.param((0, 24), ("ana", "zoe"), "unknown", "no user 'zoe'", id="to nobody"),
        pytest.param((-9, -1), ("ana", "bo"), "invalid", "it is over already", id="past"),
    ],
)
def test_a_swap_without_sense(span: Any, who: Any, code: str, said: str) -> None:
    world = World(house())
    answer = swap(world, *span, *who)
    assert answer[0] == code
    assert said in answer[1]
    assert not world.state.overrides


def test_taken_back_before_it_began_it_is_gone_and_later_it_ends_now() -> None:
    world = World(house())
    made(world, change(1, 5, users=("cy",)))
    made(world, change(7, 9, users=("cy",)))
    one, two = world.state.overrides
    world.at("2:00")
    assert answered(world, e.OverrideRemoved(id=one, by="boss", via="test"))[0] == "removed"
    assert answered(world, e.OverrideRemoved(id=two, by="boss", via="test"))[0] == "removed"
    assert answered(world, e.OverrideRemoved(id=one, by="boss", via="test"))[0] == "already"
    assert answered(world, e.OverrideRemoved(id=two, by="boss", via="test"))[0] == "unknown"
    assert shifts(world.state.configuration, 12) == ["+0 ana", "+1 cy", "+2 ana"]


def test_one_that_names_what_a_later_file_lacks_is_kept_ignored_and_named() -> None:
    world = World(house())
    made(world, change(1, 5, users=("cy",)))
    made(world, change(6, 7, users=("bo",)))
    one, _ = world.state.overrides
    world.reloads(house(users=("ana", "bo", "di")))
    assert shifts(world.state.configuration, 8) == ["+0 ana", "+6 bo", "+7 ana"]
    said = [*ignored(world.state, world.now.wall)]
    assert said == [f"override {one} of primary is ignored: there is no user 'cy' any more"]
    world.restarts()
    assert shifts(world.state.configuration, 8) == ["+0 ana", "+6 bo", "+7 ana"]
    world.reloads(house())
    assert shifts(world.state.configuration, 8) == ["+0 ana", "+1 cy", "+5 ana", "+6 bo", "+7 ana"]
    world.reloads(house(users=("ana",)))
    world.at("24:00")
    assert not [*ignored(world.state, world.now.wall)], "they are over"


def test_it_is_forgotten_long_after_its_end() -> None:
    world = World(house())
    made(world, change(1, 2, users=("cy",)))
    hours = (2 * HOUR + KEPT) // HOUR
    world.at(f"{hours}:00")
    world.submit(e.Swept())
    assert world.state.overrides
    world.at(f"{hours}:01")
    world.submit(e.Swept())
    assert not world.state.overrides
    assert world.state.configuration is world.state.filed


# A model that knows one minute at a time, and nothing of spans.

SPAN = 180
changes = st.builds(
    lambda start, length, users, add, remove, pairs: Override(
        start=NOW + start * MINUTE,
        end=NOW + (start + length) * MINUTE,
        users=users,
        add=add,
        remove=remove,
        replace=tuple(pairs.items()),
    ),
    st.integers(-20, SPAN),
    st.integers(1, 90),
    st.none() | st.lists(st.sampled_from(PEOPLE), unique=True, max_size=2).map(tuple),
    st.lists(st.sampled_from(PEOPLE), unique=True, max_size=2).map(tuple),
    st.lists(st.sampled_from(PEOPLE), unique=True, max_size=2).map(tuple),
    st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE), max_size=3),
)
LAYERS = (
    layer("di", every="hourly", start="2027-01-15 08:00"),
    layer("ana+bo", "cy", every="hourly", start="2027-01-15 08:30", priority=1),
)


def modelled(filed: list[Override], posted: list[Override], minute: int) -> list[str]:
    """Who is on call in one minute, slowly."""
    wall = NOW + minute * MINUTE
    here = [each for each in (*filed, *posted) if each.start <= wall < each.end]
    gone = {who for each in here for who in each.remove}
    people = ["ana", "bo"] if (minute + 30) // 60 % 2 else ["cy"]
    if all(who in gone for who in people):
        people = ["di"]
    for each in here:
        if each.users is not None:
            people = list(each.users)
    people = [who for who in people if who not in gone]
    for each in here:
        people += each.add
    for each in here:
        people = [dict(each.replace).get(who, who) for who in people]
    return sorted(set(people))


@settings(deadline=None)
@given(st.lists(changes, max_size=3), st.lists(changes, max_size=4))
def test_overrides_agree_with_a_model_that_asks_every_minute(
    filed: list[Override], posted: list[Override]
) -> None:
    rows = [
        PostedOverride(id=n, schedule="primary", change=each, part_of=n, created_at=NOW)
        for n, each in enumerate(posted, 1)
    ]
    found = effective(house(*LAYERS, filed=tuple(filed)), reversed(rows))
    assert effective(found, rows) == found, "to do it again changes nothing"
    primary = found.schedules["primary"]
    told = timeline(primary, NOW, NOW + SPAN * MINUTE)
    assert [one.end for one, _ in pairwise(told)] == [two.start for _, two in pairwise(told)]
    for minute in range(0, SPAN, 1):
        wall = NOW + minute * MINUTE
        expected = modelled(filed, posted, minute)
        (during,) = (shift.users for shift in told if shift.start <= wall < shift.end)
        assert sorted(during) == expected
        if minute % 7 == 0:
            assert on_call(primary, wall) == during


@settings(deadline=None, max_examples=50)
@given(st.lists(changes, max_size=5))
def test_whatever_is_made_one_after_another_a_restart_finds_the_same(made_: list[Override]) -> None:
    world = World(house(*LAYERS))
    for each in made_:
        world.submit(e.Overridden(schedule="primary", overrides=(each,), by="boss", via="test"))
    before = timeline(world.state.configuration.schedules["primary"], NOW, NOW + DAY)
    world.restarts()
    assert timeline(world.state.configuration.schedules["primary"], NOW, NOW + DAY) == before


def test_each_is_kept_under_the_number_of_the_record_that_tells_of_it() -> None:
    world = World(house())
    event = e.Overridden(
        schedule="primary",
        overrides=(change(1, 2, users=()),),
        by="boss",
        via="test",
        comment="power cut",
    )
    commands = decide(world.state, event, world.now)
    (put,) = (command for command in commands if isinstance(command, PutOverride))
    world.submit(event)
    (record,) = world.records("overridden")
    assert record.seq == put.override.id
    assert record.detail == {
        "schedule": "primary",
        "by": "boss",
        "via": "test",
        "comment": "power cut",
        "change": {"start": NOW + HOUR, "end": NOW + 2 * HOUR, "users": ()},
    }


def test_a_schedule_without_overrides_is_the_very_one_of_the_file() -> None:
    found = house()
    assert effective(found, []) is found
    assert isinstance(found.schedules["primary"], Schedule)
