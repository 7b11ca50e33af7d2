"""Local times that come twice, or never, are instants all the same."""

from zoneinfo import ZoneInfo

import pytest
from support.clocks import at, local, spell

from router.core import civil

BERLIN = "Europe/Berlin"
HOWE = "Australia/Lord_Howe"
ORDINARY = [
    ("UTC", "2026-03-29 02:30", "2026-03-29 02:30+00:00"),
    (BERLIN, "2026-07-01 12:00", "2026-07-01 12:00+02:00"),
    ("Asia/Kathmandu", "2026-03-29 02:30", "2026-03-29 02:30+05:45"),
    (BERLIN, "2026-03-29 01:59", "2026-03-29 01:59+01:00"),
    (BERLIN, "2026-10-25 03:00", "2026-10-25 03:00+01:00"),
]
SKIPPED = [
    (BERLIN, "2026-03-29 02:00", "2026-03-29 03:00+02:00"),
    (BERLIN, "2026-03-29 02:59", "2026-03-29 03:00+02:00"),
    (HOWE, "2026-10-04 02:15", "2026-10-04 02:30+11:00"),
    ("Pacific/Chatham", "2026-09-27 03:00", "2026-09-27 03:45+13:45"),
    ("America/Havana", "2026-03-08 00:30", "2026-03-08 01:00-04:00"),
    ("America/Santiago", "2026-09-06 00:00", "2026-09-06 01:00-03:00"),
    ("Africa/Cairo", "2026-04-24 00:59", "2026-04-24 01:00+03:00"),
    ("America/St_Johns", "2010-03-14 00:30", "2010-03-14 01:01-02:30"),
    ("Africa/Casablanca", "2026-03-22 02:30", "2026-03-22 03:00+01:00"),
    ("Pacific/Apia", "2011-12-30 12:00", "2011-12-31 00:00+14:00"),
]
TWICE = [
    (BERLIN, "2026-10-25 02:00", "2026-10-25 02:00+02:00", "2026-10-25 02:00+01:00"),
    (BERLIN, "2026-10-25 02:59", "2026-10-25 02:59+02:00", "2026-10-25 02:59+01:00"),
    (HOWE, "2026-04-05 01:45", "2026-04-05 01:45+11:00", "2026-04-05 01:45+10:30"),
    ("Pacific/Chatham", "2026-04-05 03:00", "2026-04-05 03:00+13:45", "2026-04-05 03:00+12:45"),
    ("America/Havana", "2026-11-01 00:30", "2026-11-01 00:30-04:00", "2026-11-01 00:30-05:00"),
    ("America/Santiago", "2026-04-04 23:30", "2026-04-04 23:30-03:00", "2026-04-04 23:30-04:00"),
    ("Africa/Cairo", "2026-10-29 23:30", "2026-10-29 23:30+03:00", "2026-10-29 23:30+02:00"),
    ("America/St_Johns", "2010-11-06 23:30", "2010-11-06 23:30-02:30", "2010-11-06 23:30-03:30"),
    ("Africa/Casablanca", "2026-02-15 02:30", "2026-02-15 02:30+01:00", "2026-02-15 02:30+00:00"),
]


@pytest.mark.parametrize(("zone", "shown", "expected"), [*ORDINARY, *SKIPPED])
def test_a_time_that_comes_once_or_never_is_one_instant(
    zone: str, shown: str, expected: str
) -> None:
    for instant in (civil.first, civil.last):
        assert spell(instant(local(shown), ZoneInfo(zone)), zone) == expected


@pytest.mark.parametrize(("zone", "shown", "earlier", "later"), TWICE)
def test_a_time_that_comes_twice_is_two_instants(
    zone: str, shown: str, earlier: str, later: str
) -> None:
    assert spell(civil.first(local(shown), ZoneInfo(zone)), zone) == earlier
    assert spell(civil.last(local(shown), ZoneInfo(zone)), zone) == later


def test_what_the_clocks_show_comes_back() -> None:
    assert civil.local(at("2026-10-25 02:30 again", BERLIN), civil.zone(BERLIN)) == local(
        "2026-10-25 02:30"
    )
