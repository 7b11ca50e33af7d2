"""Named spans of the calendar, read as upstream does."""

import re
from collections.abc import Callable

from router.config.alertmanager.kinds import Values, listed, parsed, struct, text
from router.config.findings import Findings
from router.config.path import Path
from router.config.zone import zone
from router.core.interval import DAYS, MONTHS, IntervalError, parse_time_range

LOCAL = "Local"
_NUMBER = re.compile(r"[-+]?[0-9]{1,18}", re.ASCII).fullmatch


def _number(text: str) -> int:
    if not _NUMBER(text):
        raise ValueError(f"{text!r} is not a number")
    return int(text)


def _day(text: str) -> int:
    if text not in DAYS:
        raise ValueError(f"{text} is not a valid weekday; write monday or monday:friday")
    return DAYS.index(text)


def _month(text: str) -> int:
    if text in MONTHS:
        return MONTHS.index(text) + 1
    if not _NUMBER(text):
        raise ValueError(f"{text} is not a valid month; write january or 1 to 12")
    return int(text)


def _range(text: str, member: Callable[[str], int]) -> tuple[int, int]:
    parts = text.lower().split(":")
    if len(parts) > 2:
        raise ValueError(f"couldn't parse range {text}, invalid format")
    return member(parts[0]), member(parts[-1])


def weekdays(text: str) -> str:
    """The range as routes.toml writes it.

    Raises:
        ValueError: it is none; ranges do not wrap, and the week begins on Sunday.
    """
    first, last = _range(text, _day)
    if first > last:
        raise ValueError("start day cannot be before end day: ranges do not wrap, sunday is first")
    return _written(DAYS[first], DAYS[last])


def days_of_month(text: str) -> str:
    """The range as routes.toml writes it.

    Raises:
        ValueError: it is none, or empty in every month.
    """
    first, last = _range(text, _number)
    for day in (first, last):
        if not 1 <= abs(day) <= 31:
            raise ValueError(f"{day} is not a valid day of the month: out of range")
    if first < 0 < last:
        raise ValueError("end day must be negative if start day is negative")
    if (first + 28 if first < 0 else first) > (last + 28 if last < 0 else last):
        raise ValueError(f"end day {last} is always before start day {first}")
    return _written(str(first), str(last))


def months(text: str) -> str:
    """The range as routes.toml writes it; empty when no month is in it, as upstream allows.

    Raises:
        ValueError: it is none.
    """
    first, last = _range(text, _month)
    if first > last:
        raise ValueError(f"end month {last} is before start month {first}")
    first, last = max(first, 1), min(last, 12)
    return _written(str(first), str(last)) if first <= last else ""


def years(text: str) -> str:
    """The range as routes.toml writes it.

    Raises:
        ValueError: it is none.
    """
    first, last = _range(text, _number)
    if first > last:
        raise ValueError(f"end year {last} is before start year {first}")
    return _written(str(max(min(first, 9999), 0)), str(max(min(last, 9999), 0)))


def location(text: str) -> str:
    """The name of a time zone; `Local` is kept as it is.

    Raises:
        ValueError: there is no such zone.
    """
    return text if text == LOCAL else zone(text or "UTC")


def _written(first: str, last: str) -> str:
    return first if first == last else f"{first}:{last}"


def _times(values: Values, path: Path, findings: Findings) -> None:
    start, end = values.get("start_time"), values.get("end_time")
    if not start or not end:
        what = "both start and end times must be provided"
        findings.problem(path, what, [(*path, "start_time"), (*path, "end_time")])
        return
    try:
        parse_time_range(start, end)
    except IntervalError as error:
        findings.problem(path, str(error))


_SPEC = struct(
    {
        "times": listed(struct({"start_time": text, "end_time": text}, _times, name="times")),
        "weekdays": listed(parsed(weekdays)),
        "days_of_month": listed(parsed(days_of_month)),
        "months": listed(parsed(months)),
        "years": listed(parsed(years)),
        "location": parsed(location),
    },
    name="time interval",
)


def _name(values: Values, path: Path, findings: Findings) -> None:
    if not values.get("name"):
        findings.problem(path, "missing name in time interval", [(*path, "name")])


INTERVAL = struct({"name": text, "time_intervals": listed(_SPEC)}, _name, name="time interval")
