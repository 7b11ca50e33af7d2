"""Who is on call: the highest layer with somebody, and exceptions to it."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clocks import at, spell
from support.rota import hours, layer, override, rotation, schedule

from router.core.layer import Layer
from router.core.moment import DAY, HOUR, MINUTE, SECOND
from router.core.restriction import Restriction
from router.core.schedule import Override, Schedule, Shift, gaps, on_call, timeline

BERLIN = "Europe/Berlin"
BASE = layer("dora", "eli", every="daily")
OFFICE = layer(
    "ana", "bo", every="weekly", restrict=("mon tue wed thu fri 09:00-17:00",), priority=1
)
BOSS = layer("zoe", restrict=("mon 09:00-10:00",), priority=2)
TWO = schedule(BASE, OFFICE)


@pytest.mark.parametrize(
    ("found", "moment", "people"),
    [
        pytest.param(TWO, "2026-01-05 12:00", ("ana",), id="a layer above hides those below"),
        pytest.param(TWO, "2026-01-05 17:00", ("dora",), id="while there is somebody in it"),
        pytest.param(TWO, "2026-01-13 12:00", ("bo",), id="each layer turns by itself"),
        pytest.param(schedule(BASE, OFFICE, BOSS), "2026-01-05 09:30", ("zoe",), id="three layers"),
        pytest.param(schedule(BASE, OFFICE, BOSS), "2026-01-05 10:00", ("ana",), id="the second"),
        pytest.param(
            schedule(BOSS, OFFICE, BASE), "2026-01-05 09:30", ("zoe",), id="priority, not order"
        ),
        pytest.param(
            schedule(layer("ana"), layer("bo+ana")),
            "2026-01-05 09:30",
            ("ana", "bo"),
            id="layers of one priority are on call together, nobody twice",
        ),
        pytest.param(schedule(), "2026-01-05 09:30", (), id="without a layer nobody is"),
        pytest.param(schedule(OFFICE), "2026-01-04 12:00", (), id="nor when all are closed"),
    ],
)
def test_layers(found: Schedule, moment: str, people: tuple[str, ...]) -> None:
    assert on_call(found, at(moment)) == people


NOON = "2026-01-05 12:00"


@pytest.mark.parametrize(
    ("overrides", "people"),
    [
        pytest.param([], ("ana", "bo"), id="none"),
        pytest.param([override(NOON, "2026-01-05 13:00", "cy")], ("cy",), id="others instead"),
        pytest.param([override(NOON, "2026-01-05 13:00")], (), id="nobody instead"),
        pytest.param(
            [override("2026-01-05 11:00", NOON, "cy")], ("ana", "bo"), id="one that ended"
        ),
        pytest.param(
            [override(NOON, "2026-01-05 13:00", add=("cy",))], ("ana", "bo", "cy"), id="one more"
        ),
        pytest.param(
            [override(NOON, "2026-01-05 13:00", add=("bo",))], ("ana", "bo"), id="one who is anyway"
        ),
        pytest.param([override(NOON, "2026-01-05 13:00", remove=("ana",))], ("bo",), id="one less"),
        pytest.param(
            [override(NOON, "2026-01-05 13:00", remove=("ana", "bo"))],
            ("dora",),
            id="without anybody left, the layer below steps in",
        ),
        pytest.param(
            [override(NOON, "2026-01-05 13:00", remove=("ana", "bo", "dora", "eli"))],
            (),
            id="until there is none",
        ),
        pytest.param(
            [override(NOON, "2026-01-05 13:00", add=("cy",), remove=("bo",))],
            ("ana", "cy"),
            id="one for another",
        ),
        pytest.param(
            [
                override(NOON, "2026-01-05 13:00", add=("cy",)),
                override(NOON, "2026-01-05 13:00", remove=("di",)),
                override(NOON, "2026-01-05 13:00", "di", "eve"),
            ],
            ("eve", "cy"),
            id="first those named, then without those removed, then with those added",
        ),
        pytest.param(
            [
                override("2026-01-01 00:00", "2026-01-31 00:00"),
                override("2026-01-05 11:00", "2026-01-05 13:00", add=("cy",)),
            ],
            ("cy",),
            id="a temporary schedule is nobody, and single shifts",
        ),
    ],
)
def test_overrides(overrides: list[Override], people: tuple[str, ...]) -> None:
    together = layer("ana+bo", restrict=("mon 09:00-17:00",), priority=1)
    found = schedule(BASE, together, overrides=tuple(overrides))
    assert on_call(found, at(NOON)) == people


def told(found: Schedule, since: str, until: str, zone: str = "UTC") -> list[str]:
    """A timeline in words."""
    shifts = timeline(found, at(since, zone), at(until, zone))
    return [f"{spell(s.start, zone)[5:]} {' '.join(s.users) or 'nobody'}" for s in shifts]


def test_a_timeline_tells_every_change_and_only_changes() -> None:
    exceptions = (
        override("2026-01-06 12:00", "2026-01-06 13:00", "cy"),
        override("2026-01-06 14:00", "2026-01-06 15:00", "ana"),
    )
    found = schedule(BASE, OFFICE, overrides=exceptions)
    assert told(found, "2026-01-05 10:00", "2026-01-07 09:00") == [
        "01-05 10:00+00:00 ana",
        "01-05 17:00+00:00 dora",
        "01-06 09:00+00:00 ana",
        "01-06 12:00+00:00 cy",
        "01-06 13:00+00:00 ana",
        "01-06 17:00+00:00 eli",
    ]


@pytest.mark.parametrize(
    ("zone", "every", "start", "since", "until", "expected"),
    [
        pytest.param(
            BERLIN,
            "12h",
            "2026-01-05 02:30",
            "2026-10-24 12:00",
            "2026-10-25 16:00",
            [
                "10-24 12:00+02:00 ana",
                "10-24 14:30+02:00 bo",
                "10-25 02:30+02:00 ana",
                "10-25 14:30+01:00 bo",
            ],
            id="half past two comes twice and is handed over once",
        ),
        pytest.param(
            "Australia/Lord_Howe",
            "daily",
            "2026-01-05 02:15",
            "2026-10-03 12:00",
            "2026-10-05 12:00",
            ["10-03 12:00+10:30 bo", "10-04 02:30+11:00 ana", "10-05 02:15+11:00 bo"],
            id="a quarter past two is skipped",
        ),
        pytest.param(
            "America/Santiago",
            "daily",
            "2026-01-05 00:00",
            "2026-09-05 12:00",
            "2026-09-07 12:00",
            ["09-05 12:00-04:00 bo", "09-06 01:00-03:00 ana", "09-07 00:00-03:00 bo"],
            id="midnight is skipped",
        ),
        pytest.param(
            "America/St_Johns",
            "hourly",
            "2026-01-05 01:30",
            "2026-11-01 00:45",
            "2026-11-01 03:00",
            ["11-01 00:45-02:30 bo", "11-01 01:30-02:30 ana", "11-01 02:30-03:30 bo"],
            id="a half hour's offset",
        ),
    ],
)
def test_nights_on_which_the_clocks_change(
    zone: str, every: str, start: str, since: str, until: str, expected: list[str]
) -> None:
    found = schedule(layer("ana", "bo", every=every, start=start, zone=zone))
    assert told(found, since, until, zone) == expected


def test_the_sun_is_followed_around_the_world() -> None:
    day = ("mon tue wed thu fri 09:00-17:00",)
    found = schedule(
        layer("night"),
        layer("kim", restrict=day, zone="Asia/Seoul", priority=1),
        layer("ana", restrict=day, zone=BERLIN, priority=1),
        layer("joe", restrict=day, zone="America/New_York", priority=1),
    )
    assert told(found, "2026-03-10 00:00", "2026-03-11 00:00") == [
        "03-10 00:00+00:00 kim",
        "03-10 08:00+00:00 ana",
        "03-10 13:00+00:00 ana joe",
        "03-10 16:00+00:00 joe",
        "03-10 21:00+00:00 night",
    ]


def test_a_span_of_no_length_has_no_shifts() -> None:
    assert timeline(TWO, at(NOON), at(NOON)) == []
    assert timeline(TWO, at(NOON), at(NOON) - 1) == []


def test_gaps_are_the_spans_in_which_nobody_is_on_call() -> None:
    found = schedule(OFFICE, overrides=(override("2026-01-05 12:00", "2026-01-05 13:00"),))
    spans = gaps(found, at("2026-01-05 09:00"), at("2026-01-06 10:00"))
    assert [(spell(a)[5:16], spell(b)[5:16]) for a, b in spans] == [
        ("01-05 12:00", "01-05 13:00"),
        ("01-05 17:00", "01-06 09:00"),
    ]
    assert list(gaps(TWO, at("2026-01-01"), at("2027-01-01"))) == []


def test_everybody_it_can_put_on_call_is_known() -> None:
    exceptions = (
        override("2026-01-06 12:00", "2026-01-06 13:00", "cy", "ana"),
        override("2026-01-06 12:00", "2026-01-06 13:00", add=("di",), remove=("gone",)),
    )
    found = schedule(BASE, OFFICE, overrides=exceptions)
    assert found.people() == ("dora", "eli", "ana", "bo", "cy", "di")


ZONES = (
    *("UTC", BERLIN, "Australia/Lord_Howe", "Pacific/Chatham", "America/St_Johns"),
    *("Asia/Kathmandu", "America/Havana", "America/Santiago", "Africa/Cairo", "Africa/Casablanca"),
)
PEOPLE = ("ana", "bo", "cy", "di")
YEAR = (at("2026-01-01"), at("2027-01-01"))
clocks = st.integers(0, 95).map(lambda quarter: f"{quarter // 4:02}:{quarter % 4 * 15:02}")
together = st.lists(st.sampled_from(PEOPLE), unique=True, min_size=1, max_size=2).map(tuple)
some = st.lists(st.sampled_from(PEOPLE), unique=True, max_size=2).map(tuple)
windows = st.builds(lambda start, end: hours(f"{start}-{end}"), clocks, clocks)
daily = st.lists(st.integers(0, 6), unique=True, min_size=1)
restrictions = st.builds(
    lambda window, days: Restriction(days=tuple(days), start=window.start, end=window.end),
    windows,
    daily,
)
starts = st.builds(
    lambda month, day, clock: f"2026-{month:02}-{day:02} {clock}",
    st.integers(1, 12),
    st.integers(1, 28),
    clocks,
)


@st.composite
def layers(draw: st.DrawFn, *, restricted: bool = True) -> Layer:
    zone = draw(st.sampled_from(ZONES))
    people = draw(st.lists(together, min_size=1, max_size=4))
    every = draw(st.sampled_from(["hourly", "12h", "daily", "weekly", "monthly"]))
    return Layer(
        turns=tuple(people),
        rotation=rotation(every, draw(starts), zone),
        first=draw(st.integers(0, 3)),
        restrict=tuple(draw(st.lists(restrictions, max_size=2))) if restricted else (),
        timezone=zone,
        priority=draw(st.integers(0, 2)),
    )


@st.composite
def exceptions(draw: st.DrawFn) -> Override:
    start = draw(st.integers(*YEAR))
    return Override(
        start=start,
        end=start + draw(st.integers(1, 60 * DAY)),
        users=draw(st.none() | some),
        add=draw(some),
        remove=draw(some),
        replace=tuple(
            draw(st.dictionaries(st.sampled_from(PEOPLE), st.sampled_from(PEOPLE))).items()
        ),
    )


schedules = st.builds(
    lambda found, exceptional: Schedule(
        name="any", layers=tuple(found), overrides=tuple(exceptional)
    ),
    st.lists(layers(), max_size=3),
    st.lists(exceptions(), max_size=3),
)
spans = st.builds(
    lambda start, length: (start, start + length),
    st.integers(*YEAR),
    st.integers(1, 20 * DAY),
)


def agree(found: Schedule, shifts: list[Shift], since: int, until: int) -> None:
    """At every boundary, just before and just after it, both say the same."""
    assert shifts[0].start == since
    assert shifts[-1].end == until
    for one, two in pairwise(shifts):
        assert one.end == two.start
        assert one.users != two.users
    for start, end, users in shifts:
        assert start < end
        inside = {start, start + SECOND, (start + end) // 2, end - SECOND, end - 1}
        for moment in inside:
            if start <= moment < end:
                assert on_call(found, moment) == users


@settings(deadline=None)
@given(schedules, spans, st.lists(st.integers(0, 20 * DAY), max_size=5))
def test_timeline_and_point_query_agree(
    found: Schedule, span: tuple[int, int], later: list[int]
) -> None:
    since, until = span
    shifts = timeline(found, since, until)
    agree(found, shifts, since, until)
    for moment in (since + each for each in later if since + each < until):
        (users,) = (s.users for s in shifts if s.start <= moment < s.end)
        assert on_call(found, moment) == users


@settings(deadline=None)
@given(schedules, spans, st.integers(0, 20 * DAY))
def test_a_timeline_in_two_parts_is_the_same(
    found: Schedule, span: tuple[int, int], later: int
) -> None:
    since, until = span
    middle = min(since + later, until)
    parts = [*timeline(found, since, middle), *timeline(found, middle, until)]
    joined: list[Shift] = []
    for shift in parts:
        if joined and joined[-1].users == shift.users:
            joined.append(Shift(joined.pop().start, shift.end, shift.users))
        else:
            joined.append(shift)
    assert joined == timeline(found, since, until)


@settings(deadline=None)
@given(st.lists(layers(restricted=False), min_size=1, max_size=2), spans)
def test_an_unrestricted_rotation_has_no_gap(found: list[Layer], span: tuple[int, int]) -> None:
    whole = schedule(*found)
    assert list(gaps(whole, *span)) == []
    agree(whole, timeline(whole, *span), *span)


def test_a_year_of_hourly_turns_is_quickly_told() -> None:
    found = schedule(layer("ana", "bo", every="hourly", zone=BERLIN))
    shifts = timeline(found, *YEAR)
    # In October an hour lasts two; in March the one whose turn is skipped parts nobody.
    assert len(shifts) == 365 * 24 - 2
    assert sorted({(s.end - s.start) // MINUTE for s in shifts}) == [60, 120]
    assert sum(s.end - s.start for s in shifts) == 365 * 24 * HOUR
