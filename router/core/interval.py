"""Spans of the calendar that recur, such as weekends: when mutes apply, in Alertmanager's terms."""

import re
from calendar import monthrange
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

import msgspec

from router.core.moment import to_datetime

Range = tuple[int, int]

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
MONTHS = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])|24:00", re.ASCII).fullmatch
_NUMBER = re.compile(r"-?[0-9]{1,9}", re.ASCII).fullmatch


def weekday_name(number: int) -> str:
    """The weekday with this number; Sunday is 0."""
    return DAYS[number]


class IntervalError(ValueError):
    """A calendar span cannot be read; the message names it and says how to write it."""


class Interval(msgspec.Struct, frozen=True, kw_only=True):
    """A recurring span: a moment is in it when every field that is not empty contains it.

    `times` are minutes since midnight, the end excluded; all others are inclusive. Sunday is
    weekday 0, January month 1, and the last day of a month -1. Times are those of `location`.
    """

    times: tuple[Range, ...] = ()
    weekdays: tuple[Range, ...] = ()
    days_of_month: tuple[Range, ...] = ()
    months: tuple[Range, ...] = ()
    years: tuple[Range, ...] = ()
    location: str = "UTC"

    def contains(self, wall: int) -> bool:
        """Whether a wall time in microseconds falls into the span."""
        local = to_datetime(wall).astimezone(_zone(self.location))
        minute = local.hour * 60 + local.minute
        if self.times and not any(start <= minute < end for start, end in self.times):
            return False
        return (
            _within(local.isoweekday() % 7, self.weekdays)
            and _within(local.month, self.months)
            and _within(local.year, self.years)
            and self._contains_day(local)
        )

    def _contains_day(self, local: datetime) -> bool:
        if not self.days_of_month:
            return True
        length = monthrange(local.year, local.month)[1]
        days = (tuple(d + length + 1 if d < 0 else d for d in pair) for pair in self.days_of_month)
        return any(first <= local.day <= last for first, last in days)


def _within(value: int, ranges: tuple[Range, ...]) -> bool:
    return not ranges or any(first <= value <= last for first, last in ranges)


@lru_cache(maxsize=512)
def _zone(location: str) -> ZoneInfo:
    return ZoneInfo(location)


def parse_location(text: str) -> str:
    """The name of a time zone, once it is known that there is one.

    Raises:
        IntervalError: there is no such zone. `Local` is refused too: the same file would mean
            something else on another machine.
    """
    try:
        _zone(text)
    except (KeyError, ValueError, OSError) as error:
        raise IntervalError(
            f"there is no time zone {text!r}; use an IANA name such as Europe/Berlin or UTC"
        ) from error
    return text


def parse_time_range(start_time: str, end_time: str) -> Range:
    """Minutes since midnight of two times `HH:MM`, from 00:00 to 24:00.

    Raises:
        IntervalError: one is no such time, or the end does not lie after the start.
    """
    start, end = _minutes(start_time), _minutes(end_time)
    if start >= end:
        raise IntervalError(
            f"the end {end_time!r} is not after the start {start_time!r}; "
            "write a span over midnight as two, one up to 24:00 and one from 00:00"
        )
    return start, end


def _minutes(text: str) -> int:
    found = _CLOCK(text)
    if found is None:
        raise IntervalError(f"{text!r} is no time of day; write HH:MM, from 00:00 to 24:00")
    return int(found[1]) * 60 + int(found[2]) if found[1] else 24 * 60


def parse_weekdays(text: str) -> Range:
    """The weekdays of `monday`, `sat` or `monday:friday`; Sunday is 0 and comes first.

    Raises:
        IntervalError: a name is unknown, or the last day lies before the first.
    """
    return _ordered(text, *(_weekday(part, text) for part in _ends(text)))


def _weekday(part: str, text: str) -> int:
    found = _named(part, DAYS)
    if found is None:
        raise IntervalError(f"{part!r} in {text!r} is no weekday; write monday or mon")
    return found


def parse_months(text: str) -> Range:
    """The months of `january`, `jan`, `1` or a range of such; January is 1.

    Raises:
        IntervalError: a month is unknown, or the last one lies before the first.
    """
    return _ordered(text, *(_month(part, text) for part in _ends(text)))


def _month(part: str, text: str) -> int:
    found = _named(part, MONTHS)
    if found is not None:
        return found + 1
    number = int(part) if _NUMBER(part) else 0
    if not 1 <= number <= 12:
        raise IntervalError(f"{part!r} in {text!r} is no month; write january, jan or 1 to 12")
    return number


def parse_years(text: str) -> Range:
    """The years of `2026` or `2026:2028`.

    Raises:
        IntervalError: it is no number, or the last year lies before the first.
    """
    return _ordered(text, *(_number(part, text) for part in _ends(text)))


def parse_days_of_month(text: str) -> Range:
    """The days of `15`, `1:5` or, counted from the end, `-3:-1`; `1:-1` is the whole month.

    Raises:
        IntervalError: a day is not 1 to 31 or -1 to -31, or the range can never hold a day.
    """
    first, last = (_number(part, text) for part in _ends(text))
    if not (1 <= abs(first) <= 31 and 1 <= abs(last) <= 31):
        raise IntervalError(f"{text!r} is no day of the month; days are 1 to 31, or -1 to -31")
    if first < 0 < last:
        raise IntervalError(f"{text!r} counts from the end first; its second day must do so too")
    # 31 days are the most a range that ends negative can have to fit in.
    if (first + 32 if first < 0 else first) > (last + 32 if last < 0 else last):
        raise IntervalError(f"{text!r} ends before it starts in every month; swap the two days")
    return first, last


def _number(part: str, text: str) -> int:
    if not _NUMBER(part):
        raise IntervalError(f"{part!r} in {text!r} is no number")
    return int(part)


def _ends(text: str) -> tuple[str, str]:
    parts = [part.strip().lower() for part in text.split(":")]
    if len(parts) > 2:
        raise IntervalError(f"{text!r} is no range; write one value, or first:last")
    return parts[0], parts[-1]


def _named(part: str, names: tuple[str, ...]) -> int | None:
    for index, name in enumerate(names):
        if part in (name, name[:3]):
            return index
    return None


def _ordered(text: str, first: int, last: int) -> Range:
    if first > last:
        raise IntervalError(
            f"{text!r} ends before it starts; ranges do not wrap, so write it as two"
        )
    return first, last
