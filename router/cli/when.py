"""Reads the times that commands are given, and spells those that they tell."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.cli.failure import Failure
from router.core import civil
from router.core.moment import from_datetime, to_datetime

YEARS = (1970, 2200)


def now() -> int:
    """The wall microseconds it is."""
    return from_datetime(datetime.now(UTC))


def parse(text: str, option: str, timezone: str) -> int:
    """The wall microseconds of an ISO 8601 time; without an offset it is local to `timezone`.

    Raises:
        Failure: it is none, or too far away.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise Failure(f"{option}: {text!r} is no time; write it like 2026-05-01T12:30") from None
    if not YEARS[0] <= moment.year <= YEARS[1]:
        raise Failure(f"{option}: the year {moment.year} is not between {YEARS[0]} and {YEARS[1]}")
    if moment.tzinfo is None:
        return civil.first(moment, ZoneInfo(timezone))
    return from_datetime(moment)


def midnight(wall: int, timezone: str, days: int = 0) -> int:
    """The wall microseconds at which the local day of a moment began, or one so many days on."""
    zone = ZoneInfo(timezone)
    day = civil.local(wall, zone).date() + timedelta(days=days)
    return civil.first(datetime.combine(day, time()), zone)


def hours(wall: int, timezone: str) -> list[int]:
    """When each of the 24 hours of the local day of a moment begins."""
    zone = ZoneInfo(timezone)
    day = datetime.combine(civil.local(wall, zone).date(), time())
    return [civil.first(day + timedelta(hours=hour), zone) for hour in range(24)]


def day(wall: int, timezone: str) -> str:
    """The local day, as people read it."""
    return civil.local(wall, ZoneInfo(timezone)).strftime("%a %Y-%m-%d")


def clock(wall: int, timezone: str) -> str:
    """The local time of day."""
    return civil.local(wall, ZoneInfo(timezone)).strftime("%H:%M")


def spell(wall: int, timezone: str) -> str:
    """A moment by the local clock, as people read it, with the name of its offset."""
    return to_datetime(wall).astimezone(ZoneInfo(timezone)).strftime("%a %Y-%m-%d %H:%M %Z")


def iso(wall: int, timezone: str) -> str:
    """A moment for programs, with its offset."""
    return to_datetime(wall).astimezone(ZoneInfo(timezone)).isoformat()
