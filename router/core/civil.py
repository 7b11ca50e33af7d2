"""Local times made instants, exact over every change of the clocks."""

from datetime import datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from router.core.moment import SECOND, from_datetime, to_datetime

YEARS = (1970, 2200)


@lru_cache(maxsize=512)
def zone(name: str) -> ZoneInfo:
    """The time zone of an IANA name, which exists."""
    return ZoneInfo(name)


def parse(text: str, zone: ZoneInfo) -> int:
    """The wall microseconds of an ISO 8601 time; without an offset it is what the clocks show.

    Raises:
        ValueError: it is none, or lies too far away for any calendar.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text[:40]!r} is no time; write it like 2026-05-01T12:30") from None
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise ValueError(f"the year {moment.year} is not between {YEARS[0]} and {YEARS[1]}")
    return from_datetime(moment) if moment.tzinfo else first(moment, zone)


def iso(wall: int, zone: ZoneInfo) -> str:
    """A wall time as programs read it, with the offset of the local clocks."""
    return to_datetime(wall).astimezone(zone).isoformat()


def midnight(wall: int, zone: ZoneInfo, days: int = 0) -> int:
    """The wall microseconds at which the local day of a moment began, or one so many days on."""
    day = local(wall, zone).date() + timedelta(days=days)
    return first(datetime.combine(day, time()), zone)


def local(wall: int, zone: ZoneInfo) -> datetime:
    """What the clocks there show at a wall time in microseconds, without a zone."""
    return to_datetime(wall).astimezone(zone).replace(tzinfo=None)


def first(local: datetime, zone: ZoneInfo) -> int:
    """The wall microseconds of a naive local time.

    A time that comes twice is the earlier; one that is skipped is the first instant after the gap.
    A later local time is never an earlier instant.
    """
    return _instant(local, zone, fold=0)


def last(local: datetime, zone: ZoneInfo) -> int:
    """Like `first`, but a time that comes twice is the later."""
    return _instant(local, zone, fold=1)


def _instant(local: datetime, zone: ZoneInfo, fold: int) -> int:
    instant = from_datetime(local.replace(tzinfo=zone, fold=fold))
    if to_datetime(instant).astimezone(zone).replace(tzinfo=None) == local:
        return instant
    # Of a time that is skipped, one fold is read by the clock before the gap, the other by that
    # after it: the first lands behind the gap, the second before it.
    other = from_datetime(local.replace(tzinfo=zone, fold=1 - fold))
    return _transition(min(instant, other), max(instant, other), zone)


def _transition(before: int, after: int, zone: ZoneInfo) -> int:
    """The instant between the two at which the offset changes, to the second."""
    offset = to_datetime(before).astimezone(zone).utcoffset()
    low, high = before // SECOND, after // SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if to_datetime(middle * SECOND).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high * SECOND
