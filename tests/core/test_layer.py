"""People take turns, at the hours they take them, and an edited roster keeps today's turn."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clocks import at, spell
from support.rota import layer, rotation, turns

from router.core.layer import Layer, anchored

BERLIN = "Europe/Berlin"
WEEKLY = layer("ana", "bo", "cy", every="weekly")


@pytest.mark.parametrize(
    ("found", "moment", "people"),
    [
        pytest.param(WEEKLY, "2026-01-05 09:00", ("ana",), id="the first turn is the first's"),
        pytest.param(WEEKLY, "2026-01-12 08:59", ("ana",), id="until the hand-off"),
        pytest.param(WEEKLY, "2026-01-12 09:00", ("bo",), id="then the next's"),
        pytest.param(WEEKLY, "2026-01-26 09:00", ("ana",), id="and around again"),
        pytest.param(WEEKLY, "2026-01-05 08:59", ("cy",), id="before the start, the last's"),
        pytest.param(
            layer("ana+bo", "cy", every="daily"),
            "2026-01-05 12:00",
            ("ana", "bo"),
            id="those of one turn are on call together, in their order",
        ),
        pytest.param(layer("ana"), "2026-01-05 12:00", ("ana",), id="one alone needs no rotation"),
        pytest.param(
            layer("ana", "ana", "bo", every="daily"),
            "2026-01-06 12:00",
            ("ana",),
            id="a person may have several turns",
        ),
        pytest.param(
            layer("ana", "bo", every="daily", zone=BERLIN),
            "2026-07-06 07:00",
            ("ana",),
            id="nine o'clock in Berlin, which is seven in summer",
        ),
        pytest.param(
            layer("ana", every="daily", restrict=("mon 09:00-17:00",)),
            "2026-01-06 12:00",
            (),
            id="nobody outside the hours",
        ),
        pytest.param(
            layer("ana", every="daily", restrict=("mon 09:00-17:00", "tue 09:00-17:00")),
            "2026-01-06 12:00",
            ("ana",),
            id="any of the hours will do",
        ),
        pytest.param(
            layer("ana", restrict=("09:00-17:00",), zone=BERLIN),
            "2026-07-06 15:00",
            (),
            id="hours are those of the zone",
        ),
        pytest.param(
            layer("ana", holidays=("2026-12-25",)), "2026-12-25 23:59", (), id="nobody on a holiday"
        ),
        pytest.param(
            layer("ana", holidays=("2026-12-25",)), "2026-12-26 00:00", ("ana",), id="but after it"
        ),
        pytest.param(
            layer("ana", holidays=("2026-12-25",), zone=BERLIN),
            "2026-12-24 23:00",
            (),
            id="a holiday begins at midnight of the zone",
        ),
        pytest.param(
            layer("ana", "bo", every="daily", start="2030-01-07 09:00"),
            "2026-01-05 09:00",
            ("bo",),
            id="a start in the future only says where turns begin",
        ),
    ],
)
def test_who_is_in_it(found: Layer, moment: str, people: tuple[str, ...]) -> None:
    assert found.people(at(moment)) == people


def test_turns_go_on_counting_through_holidays_and_closed_hours() -> None:
    found = layer("ana", "bo", every="daily", holidays=("2026-01-06",), restrict=("10:00-11:00",))
    days = [found.people(at(f"2026-01-0{day} 10:30")) for day in (5, 6, 7)]
    assert days == [("ana",), (), ("ana",)]


def test_its_changes_are_handoffs_windows_and_holidays() -> None:
    found = layer(
        "ana", "bo", every="weekly", restrict=("fri 09:00-17:00",), holidays=("2026-01-07",)
    )
    changes = found.changes(at("2026-01-05 09:00"), at("2026-01-12 10:00"))
    assert [spell(each).removesuffix("+00:00") for each in sorted(changes)] == [
        "2026-01-07 00:00",
        "2026-01-08 00:00",
        "2026-01-09 09:00",
        "2026-01-09 17:00",
        "2026-01-12 09:00",
    ]


def test_where_nobody_hands_over_there_is_no_handoff() -> None:
    changes = layer("ana", every="hourly").changes(at("2026-01-05 09:00"), at("2026-02-05 09:00"))
    assert list(changes) == []


def test_an_anchor_keeps_the_turn_when_somebody_joins_before_it() -> None:
    moment = "2026-01-14 12:00"
    assert WEEKLY.people(at(moment)) == ("bo",)
    assert layer("zoe", "ana", "bo", "cy", every="weekly").people(at(moment)) == ("ana",)
    anchored_there = layer("zoe", "ana", "bo", "cy", every="weekly", anchor=("bo", moment))
    assert anchored_there.people(at(moment)) == ("bo",)
    assert anchored_there.people(at("2026-01-19 09:00")) == ("cy",)
    assert anchored_there.people(at("2026-01-26 09:00")) == ("zoe",)


def test_an_anchor_keeps_the_turn_when_its_length_changes() -> None:
    moment = "2026-01-14 12:00"
    found = layer("ana", "bo", "cy", every="daily", anchor=("bo", moment))
    assert found.people(at(moment)) == ("bo",)
    assert found.people(at("2026-01-15 09:00")) == ("cy",)


def test_of_several_turns_an_anchor_means_the_first() -> None:
    found = layer("bo", "ana", "cy", "ana", every="daily", anchor=("ana", "2026-01-05 12:00"))
    assert [found.people(at(f"2026-01-0{day} 12:00"))[0] for day in (5, 6)] == ["ana", "cy"]


def test_somebody_without_a_turn_is_no_anchor() -> None:
    with pytest.raises(ValueError, match="'zoe' has no turn"):
        anchored(turns("ana", "bo"), rotation("daily", "2026-01-05 09:00"), "zoe", 0)


PEOPLE = ("ana", "bo", "cy", "di", "eve", "flo")


@settings(deadline=None)
@given(
    before=st.permutations(PEOPLE).flatmap(lambda p: st.integers(1, 6).map(lambda n: p[:n])),
    after=st.permutations(PEOPLE).flatmap(lambda p: st.integers(1, 6).map(lambda n: p[:n])),
    every=st.sampled_from(["hourly", "12h", "daily", "weekly", "monthly"]),
    zone=st.sampled_from(["UTC", BERLIN, "America/Havana", "Australia/Lord_Howe"]),
    moment=st.integers(at("2025-01-01"), at("2028-01-01")),
)
def test_an_edited_roster_never_moves_the_present_turn(
    before: list[str], after: list[str], every: str, zone: str, moment: int
) -> None:
    old = layer(*before, every=every, zone=zone)
    present = old.people(moment)
    edited = [*after, *(person for person in present if person not in after)]
    turning = rotation(every, "2026-01-05 09:00", zone)
    first = anchored(turns(*edited), turning, present[0], moment)
    new = Layer(turns=turns(*edited), rotation=turning, first=first, timezone=zone)
    turn = turning.turn(moment)
    for instant in (moment, turning.begins(turn), turning.begins(turn + 1) - 1):
        assert new.people(instant) == present
    following = turning.turn(turning.begins(turn + 1))  # Usually the next, but it may be skipped.
    place = (edited.index(present[0]) + following - turn) % len(edited)
    assert new.people(turning.begins(turn + 1)) == (edited[place],)
