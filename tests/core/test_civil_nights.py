"""Every quarter of an hour around each change of the clocks, against a plain search."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from router.core.civil import first
from router.core.moment import SECOND, from_datetime, to_datetime

ZONES = [
    "Europe/Berlin",
    "Europe/London",
    "America/New_York",
    "America/Havana",  # At midnight.
    "America/Santiago",
    "America/St_Johns",
    "Australia/Lord_Howe",  # By half an hour.
    "Pacific/Chatham",  # At a quarter to three.
    "Asia/Tehran",
    "Africa/Casablanca",
    "Pacific/Apia",  # A whole day, once.
]
HALF_A_DAY = timedelta(hours=12)


def changes(zone: ZoneInfo) -> list[datetime]:
    """The hours in some years after which the offset is another."""
    hour, found = datetime(2011, 1, 1, tzinfo=UTC), []
    while hour.year < 2013:
        later = hour + timedelta(hours=1)
        if hour.astimezone(zone).utcoffset() != later.astimezone(zone).utcoffset():
            found.append(hour)
        hour = later
    return found


@pytest.mark.parametrize("name", ZONES)
def test_no_search_finds_an_earlier_instant(name: str) -> None:
    """The first instant whose clock shows that time or, where it is skipped, a later one."""
    zone = ZoneInfo(name)
    nights = changes(zone)
    assert nights, "a zone without a change shows nothing"
    for night in nights:
        instants = [night - 3 * HALF_A_DAY + timedelta(minutes=15 * n) for n in range(6 * 48)]
        shown = [i.astimezone(zone).replace(tzinfo=None) for i in instants]
        wanted = datetime.combine(night.astimezone(zone).date(), datetime.min.time())
        for quarter in range(96):
            local = wanted + timedelta(minutes=15 * quarter)
            at = first(local, zone)
            slow = next(i for i, s in zip(instants, shown, strict=True) if s >= local)
            if local in shown:
                assert to_datetime(at) == slow, f"{local} in {name}"
            else:
                assert _just_after_the_gap(at, zone), f"{local} in {name}"
                assert to_datetime(at) <= slow


def _just_after_the_gap(at: int, zone: ZoneInfo) -> bool:
    before = to_datetime(at - SECOND).astimezone(zone).utcoffset()
    return before != to_datetime(at).astimezone(zone).utcoffset()


@pytest.mark.parametrize("name", ZONES)
def test_a_later_time_is_never_an_earlier_instant(name: str) -> None:
    zone = ZoneInfo(name)
    for night in changes(zone):
        local = night.astimezone(zone).replace(tzinfo=None) - HALF_A_DAY
        instants = [first(local + timedelta(minutes=5 * n), zone) for n in range(24 * 12)]
        assert instants == sorted(instants)
        assert from_datetime(night - 3 * HALF_A_DAY) < instants[0]
