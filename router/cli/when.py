"""Reads the times that commands are given, and spells those that they tell."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.cli.failure import Failure
from router.core import civil
from router.core.moment import from_datetime, to_datetime


def now() -> int:
    """The wall microseconds it is."""
    return from_datetime(datetime.now(UTC))


def parse(text: str, option: str, timezone: str) -> int:
    """The wall microseconds of an ISO 8601 time; without an offset it is local to `timezone`.

    Raises:
        Failure: it is none, or too far away.
    """
    try:
        return civil.parse(text, ZoneInfo(timezone))
    except ValueError as error:
        raise Failure(f"{option}: {error}") from None


def midnight(wall: int, timezone: str, days: int = 0) -> int:
    """The wall microseconds at which the local day of a moment began, or one so many days on."""
    return civil.midnight(wall, ZoneInfo(timezone), days)


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
    return civil.iso(wall, ZoneInfo(timezone))


def wall(text: str) -> int:
    """The wall microseconds of a time with an offset, as `iso` writes it."""
    return from_datetime(datetime.fromisoformat(text))


def told(text: str | None, timezone: str) -> str:
    """A time with an offset, as `spell` spells it; nothing for none."""
    return spell(wall(text), timezone) if text else ""
