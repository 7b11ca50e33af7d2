"""Short words for moments by the clock of some place."""

from datetime import datetime
from zoneinfo import ZoneInfo

from router.core.moment import from_datetime, to_datetime


def at(text: str, zone: str = "UTC") -> int:
    """The wall microseconds of `2026-03-01 12:00`; the second `02:30` of a night is `02:30 again`.

    A time with an offset means just that.
    """
    moment = datetime.fromisoformat(text.removesuffix(" again"))
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone), fold=int(text.endswith(" again")))
    return from_datetime(moment)


def local(text: str) -> datetime:
    """A local time, without a zone."""
    return datetime.fromisoformat(text)


def spell(wall: int, zone: str = "UTC") -> str:
    """The local time with its offset: `2026-03-01 12:00+01:00`."""
    shown = to_datetime(wall).astimezone(ZoneInfo(zone))
    return shown.isoformat(sep=" ", timespec="auto" if shown.second else "minutes")
