"""Go's layouts of times, told by an example: `Mon Jan 2 15:04:05 2006`."""

import re
from collections.abc import Callable
from datetime import UTC, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from router.gotemplate.limits import GoError, joined
from router.gotemplate.moments import Duration, Named, Time, day_name, month_name, span

ZERO = -62_135_596_800 * 10**9
"""Go's zero time, the beginning of year 1."""
PARTS = re.compile(
    r"(January|Jan(?![a-z])|Monday|Mon(?![a-z])|MST|2006|__2|_2(?!006)|002|01|02|03|04|05|06|15|"
    r"Z070000|Z07:00:00|Z0700|Z07:00|Z07|-070000|-07:00:00|-0700|-07:00|-07|PM|pm|"
    r"[.,](?:0+|9+)(?![0-9])|1|2|3|4|5)"
)
"""The parts of a layout that stand for parts of a time."""
_OFFSETS = {
    "070000": (True, ""),
    "07:00:00": (True, ":"),
    "0700": (False, ""),
    "07:00": (False, ":"),
}


def layout(time: Time, written: str) -> str:
    """The time as the layout shows it.

    Raises:
        GoError: it would be too long.
    """
    pieces = PARTS.split(written)
    shown = [part if at % 2 == 0 else _part(time, part) for at, part in enumerate(pieces)]
    return joined(shown)


def _part(time: Time, part: str) -> str:
    clock = time.clock
    if part[0] in ".,":
        digits = f"{time.fraction:09}"[: len(part) - 1]
        if part[1] == "9":
            digits = digits.rstrip("0")
            return f"{part[0]}{digits}" if digits else ""
        return part[0] + digits
    if part[0] in "-Z":
        return _offset(time.offset, part)
    hour = clock.hour % 12 or 12
    words: dict[str, Callable[[], str]] = {
        "January": lambda: month_name(clock.month),
        "Jan": lambda: month_name(clock.month)[:3],
        "Monday": lambda: day_name(clock.weekday()),
        "Mon": lambda: day_name(clock.weekday())[:3],
        "MST": lambda: time.abbreviation,
        "2006": lambda: f"{clock.year:04}",
        "06": lambda: f"{clock.year % 100:02}",
        "01": lambda: f"{clock.month:02}",
        "1": lambda: str(clock.month),
        "02": lambda: f"{clock.day:02}",
        "_2": lambda: f"{clock.day:2}",
        "2": lambda: str(clock.day),
        "002": lambda: f"{clock.timetuple().tm_yday:03}",
        "__2": lambda: f"{clock.timetuple().tm_yday:3}",
        "15": lambda: f"{clock.hour:02}",
        "03": lambda: f"{hour:02}",
        "3": lambda: str(hour),
        "04": lambda: f"{clock.minute:02}",
        "4": lambda: str(clock.minute),
        "05": lambda: f"{clock.second:02}",
        "5": lambda: str(clock.second),
        "PM": lambda: "PM" if clock.hour >= 12 else "AM",
        "pm": lambda: "pm" if clock.hour >= 12 else "am",
    }
    return words[part]()


def _offset(seconds: int, part: str) -> str:
    if part[0] == "Z" and not seconds:
        return "Z"
    sign = "-" if seconds < 0 else "+"
    hours, rest = divmod(abs(seconds), 3600)
    if part[1:] == "07":
        return f"{sign}{hours:02}"
    exact, colon = _OFFSETS[part[1:]]
    minutes = f"{colon}{rest // 60:02}"
    return f"{sign}{hours:02}{minutes}{f'{colon}{rest % 60:02}' if exact else ''}"


def in_zone(time: Any, name: Any) -> Time:
    """The time, told in the zone of this name.

    Raises:
        GoError: there is no such zone, or it is no time.
    """
    if not isinstance(time, Time) or not isinstance(name, str):
        raise GoError("wrong type for value; expected time.Time")
    if name in ("", "UTC"):
        return Time(time.nanos, UTC)
    try:
        return Time(time.nanos, ZoneInfo(name))
    except (KeyError, ValueError, OSError):
        raise GoError(f"unknown time zone {name}") from None


def _format(time: Time, written: Any) -> str:
    if type(written) is not str:
        raise GoError("wrong type for value; expected string")
    return layout(time, written)


def _other(value: Any) -> Time:
    if not isinstance(value, Time):
        raise GoError("wrong type for value; expected time.Time")
    return value


def _added(time: Time, years: Any, months: Any, days: Any) -> Time:
    clock = time.clock
    month = clock.month - 1 + months
    try:
        first = clock.replace(year=clock.year + years + month // 12, month=month % 12 + 1, day=1)
        moved = first + timedelta(days=clock.day - 1 + days)
        since = (moved - clock.replace(tzinfo=moved.tzinfo)) // timedelta(seconds=1)
    except (TypeError, ValueError, OverflowError):
        raise GoError("wrong arguments for AddDate") from None
    return Time(time.nanos + since * 10**9, time.zone)


Time.PLAIN = {
    "String": str,
    "Unix": lambda t: t.nanos // 10**9,
    "UnixMilli": lambda t: t.nanos // 10**6,
    "UnixMicro": lambda t: t.nanos // 1000,
    "UnixNano": lambda t: t.nanos,
    "UTC": lambda t: Time(t.nanos, UTC),
    "Local": lambda t: Time(t.nanos, UTC),
    "IsZero": lambda t: t.nanos == ZERO,
    "Month": lambda t: Named("time.Month", t.clock.month, month_name(t.clock.month)),
    "Weekday": lambda t: Named(
        "time.Weekday", t.clock.isoweekday() % 7, day_name(t.clock.weekday())
    ),
    "Year": lambda t: t.clock.year,
    "Day": lambda t: t.clock.day,
    "Hour": lambda t: t.clock.hour,
    "Minute": lambda t: t.clock.minute,
    "Second": lambda t: t.clock.second,
    "Nanosecond": lambda t: t.fraction,
    "YearDay": lambda t: t.clock.timetuple().tm_yday,
}
Time.CALLED = {
    "Format": _format,
    "Add": lambda t, by: Time(t.nanos + span(by).nanos, t.zone),
    "AddDate": _added,
    "Sub": lambda t, other: t - _other(other),
    "Before": lambda t, other: t.nanos < _other(other).nanos,
    "After": lambda t, other: t.nanos > _other(other).nanos,
    "Equal": lambda t, other: t.nanos == _other(other).nanos,
    "Truncate": lambda t, unit: _truncated(t, span(unit)),
    "Round": lambda t, unit: _rounded(t, span(unit)),
}


def _truncated(time: Time, unit: Duration) -> Time:
    if unit.nanos <= 0:
        return time
    return Time(time.nanos - (time.nanos - ZERO) % unit.nanos, time.zone)


def _rounded(time: Time, unit: Duration) -> Time:
    if unit.nanos <= 0:
        return time
    over = (time.nanos - ZERO) % unit.nanos
    return Time(time.nanos - over + (unit.nanos if 2 * over >= unit.nanos else 0), time.zone)
