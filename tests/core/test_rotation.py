"""Turns follow one another by the local clock, over every change of it."""

from itertools import pairwise

import pytest
from support.clocks import at, local, spell

from router.core.moment import DAY, MINUTE
from router.core.rotation import Rotation

LENGTHS = {
    "hourly": {"minutes": 60},
    "every 15m": {"minutes": 15},
    "every 12h": {"minutes": 720},
    "daily": {"minutes": 1440},
    "weekly": {"minutes": 10080},
    "monthly": {"months": 1},
    "every 3 months": {"months": 3},
}


def rotation(length: str, start: str, zone: str = "UTC") -> Rotation:
    return Rotation(start=local(start), timezone=zone, **LENGTHS[length])


def handoffs(turns: Rotation, since: str, until: str) -> list[str]:
    """When turns begin, both ends excluded, by the local clock."""
    zone = turns.timezone
    found = turns.handoffs(at(since, zone), at(until, zone))
    return [spell(each, zone).removeprefix("2026-") for each in found]


@pytest.mark.parametrize(
    ("length", "moment", "turn"),
    [
        pytest.param("hourly", "2026-01-05 09:00", 0, id="a turn begins with its hand-off"),
        pytest.param("hourly", "2026-01-05 09:59:59.999999", 0, id="and ends just before the next"),
        pytest.param("hourly", "2026-01-05 10:00", 1, id="which is another's"),
        pytest.param("hourly", "2026-01-05 08:59:59.999999", -1, id="before the start, they count"),
        pytest.param("hourly", "2026-01-04 09:00", -24, id="down"),
        pytest.param("every 12h", "2026-01-06 08:00", 1, id="twelve hours"),
        pytest.param("daily", "2026-01-07 08:59", 1, id="a day"),
        pytest.param("weekly", "2026-01-26 09:00", 3, id="a week"),
        pytest.param("weekly", "2025-12-29 08:59", -2, id="a week before"),
        pytest.param("monthly", "2026-02-05 08:59", 0, id="a month is not over an hour earlier"),
        pytest.param("monthly", "2026-02-05 09:00", 1, id="nor later"),
        pytest.param("monthly", "2025-12-05 08:59", -2, id="months before"),
        pytest.param("every 3 months", "2026-12-31 00:00", 3, id="three months"),
        pytest.param("every 3 months", "2025-10-05 09:00", -1, id="three months before"),
    ],
)
def test_the_turn_at(length: str, moment: str, turn: int) -> None:
    assert rotation(length, "2026-01-05 09:00").turn(at(moment)) == turn


@pytest.mark.parametrize(
    ("length", "start", "zone", "since", "until", "expected"),
    [
        pytest.param(
            "daily",
            "2026-01-01 02:30",
            "Europe/Berlin",
            "2026-03-27 12:00",
            "2026-03-30 12:00",
            ["03-28 02:30+01:00", "03-29 03:00+02:00", "03-30 02:30+02:00"],
            id="a hand-off at a time that is skipped happens as it is skipped",
        ),
        pytest.param(
            "daily",
            "2026-01-01 02:30",
            "Europe/Berlin",
            "2026-10-24 12:00",
            "2026-10-26 12:00",
            ["10-25 02:30+02:00", "10-26 02:30+01:00"],
            id="one at a time that comes twice happens at the first",
        ),
        pytest.param(
            "hourly",
            "2026-01-01 00:00",
            "Europe/Berlin",
            "2026-10-25 00:30",
            "2026-10-25 04:30",
            ["10-25 01:00+02:00", "10-25 02:00+02:00", "10-25 03:00+01:00", "10-25 04:00+01:00"],
            id="an hour that comes twice is one turn",
        ),
        pytest.param(
            "hourly",
            "2026-01-01 00:30",
            "Europe/Berlin",
            "2026-10-25 00:45",
            "2026-10-25 04:00",
            ["10-25 01:30+02:00", "10-25 02:30+02:00", "10-25 03:30+01:00"],
            id="half hours likewise",
        ),
        pytest.param(
            "every 15m",
            "2026-01-01 00:00",
            "Europe/Berlin",
            "2026-10-25 02:20",
            "2026-10-25 03:20",
            ["10-25 02:30+02:00", "10-25 02:45+02:00", "10-25 03:00+01:00", "10-25 03:15+01:00"],
            id="no quarter of it is handed over twice",
        ),
        pytest.param(
            "hourly",
            "2026-01-01 00:00",
            "Australia/Lord_Howe",
            "2026-04-05 00:30",
            "2026-04-05 03:30",
            ["04-05 01:00+11:00", "04-05 02:00+10:30", "04-05 03:00+10:30"],
            id="half an hour that comes twice",
        ),
        pytest.param(
            "hourly",
            "2026-01-01 00:00",
            "Pacific/Chatham",
            "2026-09-27 01:30",
            "2026-09-27 05:30",
            ["09-27 02:00+12:45", "09-27 03:45+13:45", "09-27 04:00+13:45", "09-27 05:00+13:45"],
            id="an hour skipped at a quarter to three",
        ),
        pytest.param(
            "daily",
            "2026-01-01 00:00",
            "America/Havana",
            "2026-03-07 12:00",
            "2026-03-09 12:00",
            ["03-08 01:00-04:00", "03-09 00:00-04:00"],
            id="midnight is skipped",
        ),
        pytest.param(
            "daily",
            "2026-01-01 00:30",
            "America/Havana",
            "2026-10-31 12:00",
            "2026-11-02 12:00",
            ["11-01 00:30-04:00", "11-02 00:30-05:00"],
            id="midnight comes twice",
        ),
        pytest.param(
            "daily",
            "2026-01-01 23:30",
            "America/Santiago",
            "2026-04-03 12:00",
            "2026-04-05 12:00",
            ["04-03 23:30-03:00", "04-04 23:30-03:00"],
            id="the clocks go back to the day before",
        ),
        pytest.param(
            "weekly",
            "2026-01-02 00:15",
            "Africa/Cairo",
            "2026-04-20 12:00",
            "2026-05-02 12:00",
            ["04-24 01:00+03:00", "05-01 00:15+03:00"],
            id="a weekly hand-off in the hour that is skipped",
        ),
        pytest.param(
            "daily",
            "2026-01-01 02:30",
            "Africa/Casablanca",
            "2026-02-14 12:00",
            "2026-02-16 12:00",
            ["02-15 02:30+01:00", "02-16 02:30+00:00"],
            id="the month of fasting begins",
        ),
        pytest.param(
            "daily",
            "2026-01-01 09:00",
            "Asia/Kathmandu",
            "2026-03-28 12:00",
            "2026-03-30 12:00",
            ["03-29 09:00+05:45", "03-30 09:00+05:45"],
            id="where the clocks never change",
        ),
        pytest.param(
            "monthly",
            "2026-01-31 09:00",
            "UTC",
            "2026-01-31 09:00",
            "2026-06-30 10:00",
            [
                *("02-28 09:00+00:00", "03-31 09:00+00:00", "04-30 09:00+00:00"),
                *("05-31 09:00+00:00", "06-30 09:00+00:00"),
            ],
            id="a month without such a day hands over on its last, the next on the day itself",
        ),
        pytest.param(
            "every 3 months",
            "2025-11-30 09:00",
            "UTC",
            "2026-01-01 00:00",
            "2026-12-01 00:00",
            ["02-28 09:00+00:00", "05-30 09:00+00:00", "08-30 09:00+00:00", "11-30 09:00+00:00"],
            id="quarters",
        ),
        pytest.param(
            "monthly",
            "2026-01-29 02:30",
            "Europe/Berlin",
            "2026-03-01 00:00",
            "2026-05-01 00:00",
            ["03-29 03:00+02:00", "04-29 02:30+02:00"],
            id="a monthly hand-off at a time that is skipped",
        ),
    ],
)
def test_handoffs(
    length: str, start: str, zone: str, since: str, until: str, expected: list[str]
) -> None:
    assert handoffs(rotation(length, start, zone), since, until) == expected


def test_leap_years_have_their_own_last_day() -> None:
    turns = rotation("monthly", "2027-12-31 09:00")
    assert [spell(turns.begins(turn)) for turn in (2, 14)] == [
        "2028-02-29 09:00+00:00",
        "2029-02-28 09:00+00:00",
    ]


def test_a_day_that_never_was_is_nobodys_turn() -> None:
    turns = rotation("daily", "2011-12-28 09:00", "Pacific/Apia")  # There was no 30 December.
    assert turns.begins(2) == at("2011-12-31 00:00", "Pacific/Apia")
    assert turns.turn(at("2011-12-31 00:00", "Pacific/Apia") - 1) == 1
    assert turns.turn(at("2011-12-31 00:00", "Pacific/Apia")) == 2
    short = rotation("hourly", "2011-12-29 00:00", "Pacific/Apia")
    assert short.turn(at("2011-12-31 00:00", "Pacific/Apia")) == 48
    assert len({short.begins(turn) for turn in range(24, 49)}) == 1


def test_turns_of_two_hours_are_short_and_long_on_the_nights_the_clocks_change() -> None:
    turns = Rotation(start=local("2026-01-01 01:00"), timezone="Europe/Berlin", minutes=120)
    night = at("2026-03-29 00:59", "Europe/Berlin"), at("2026-03-29 06:00", "Europe/Berlin")
    assert [(b - a) // MINUTE for a, b in pairwise(turns.handoffs(*night))] == [60, 120]
    night = at("2026-10-25 00:59", "Europe/Berlin"), at("2026-10-25 06:00", "Europe/Berlin")
    assert [(b - a) // MINUTE for a, b in pairwise(turns.handoffs(*night))] == [180, 120]


def test_handoffs_exclude_both_ends() -> None:
    turns = rotation("daily", "2026-01-05 09:00")
    start = at("2026-01-05 09:00")
    assert list(turns.handoffs(start, start + DAY)) == []
    assert list(turns.handoffs(start - 1, start + DAY + 1)) == [start, start + DAY]
