"""When a digest is told: by the clock on the wall, once a day, over every change of the clocks."""

from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from support.clocks import at, spell

from router.core.configuration import Digest
from router.core.digest import next_at
from router.core.moment import DAY, HOUR, MINUTE, to_datetime


def digest(clock: str, zone: str, *days: int) -> Digest:
    hours, minutes = clock.split(":")
    return Digest(
        at=int(hours) * 60 + int(minutes), days=days or (0, 1, 2, 3, 4, 5, 6), timezone=zone
    )


@pytest.mark.parametrize(
    ("clock", "zone", "now", "then"),
    [
        pytest.param(
            "09:00", "UTC", "2026-05-04 08:59", "2026-05-04 09:00+00:00", id="later today"
        ),
        pytest.param(
            "09:00", "UTC", "2026-05-04 09:00", "2026-05-05 09:00+00:00", id="now is told: tomorrow"
        ),
        pytest.param(
            "02:30",
            "Europe/Berlin",
            "2026-03-28 12:00",
            "2026-03-29 03:00+02:00",
            id="a time that is skipped: when it is skipped",
        ),
        pytest.param(
            "02:30",
            "Europe/Berlin",
            "2026-10-24 12:00",
            "2026-10-25 02:30+02:00",
            id="a time that comes twice: the first",
        ),
        pytest.param(
            "02:30",
            "Europe/Berlin",
            "2026-10-25 02:30",
            "2026-10-26 02:30+01:00",
            id="and not the second",
        ),
        pytest.param(
            "02:15",
            "Australia/Lord_Howe",
            "2026-10-03 12:00",
            "2026-10-04 02:30+11:00",
            id="a gap of half an hour",
        ),
        pytest.param(
            "00:00",
            "America/Havana",
            "2026-03-07 12:00",
            "2026-03-08 01:00-04:00",
            id="a midnight that is skipped",
        ),
        pytest.param(
            "03:00",
            "Pacific/Chatham",
            "2026-09-26 12:00",
            "2026-09-27 03:45+13:45",
            id="a gap at a quarter to three",
        ),
    ],
)
def test_a_digest_is_due(clock: str, zone: str, now: str, then: str) -> None:
    assert spell(next_at(digest(clock, zone), at(now, zone)), zone) == then


@pytest.mark.parametrize(
    ("days", "then"),
    [
        pytest.param((0,), "2026-05-11 09:00+00:00", id="on Mondays"),
        pytest.param((0, 1, 2, 3, 4), "2026-05-05 09:00+00:00", id="on working days"),
        pytest.param((6,), "2026-05-10 09:00+00:00", id="on Sundays"),
    ],
)
def test_a_digest_keeps_to_its_days(days: tuple[int, ...], then: str) -> None:
    monday = at("2026-05-04 10:00")
    assert spell(next_at(digest("09:00", "UTC", *days), monday)) == then


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "America/Havana", "Australia/Lord_Howe", "Pacific/Chatham"]
)
@pytest.mark.parametrize("clock", ["00:00", "00:30", "02:15", "02:30", "03:00", "12:00"])
def test_over_a_year_there_is_one_a_day(zone: str, clock: str) -> None:
    told = [at("2026-01-01 00:00") - 1]
    while told[-1] < at("2027-01-01 00:00"):
        told.append(next_at(digest(clock, zone), told[-1]))
    dates = [to_datetime(moment).astimezone(ZoneInfo(zone)).date() for moment in told[1:]]
    assert len(set(dates)) == len(dates)
    assert (dates[-1] - dates[0]).days == len(dates) - 1
    gaps = {later - earlier for earlier, later in pairwise(told[1:])}
    assert max(gaps) <= DAY + HOUR + 30 * MINUTE
    assert min(gaps) >= DAY - HOUR - 30 * MINUTE
