"""The hours of the week to which a layer is restricted."""

from router.config.table import Table
from router.core.interval import IntervalError, parse_time_range, parse_weekdays
from router.core.restriction import Restriction, over_night

_DAY = 24 * 60
Point = tuple[int | None, int]
"""A weekday (Monday is 0), if one is named, and minutes after its midnight."""


def restrictions(table: Table, key: str) -> tuple[Restriction, ...]:
    """The windows of a layer; each opens on some days, or runs from one weekday to another."""
    return tuple(filter(None, map(_restriction, table.tables(key))))


def _restriction(table: Table) -> Restriction | None:
    starts = table.parsed("from", _point, None, expected='a time of day such as "09:00"')
    ends = table.parsed("to", _point, None, expected='a time of day such as "18:00"')
    listed = table.parsed_list("days", _days, example="monday:friday")
    days = tuple(sorted({day for found in listed for day in found}))
    if table.values.get("days") == []:
        table.problem("names no day; leave it out for every day", "days")
    if "from" not in table and "to" not in table:
        if "days" not in table:
            table.absent('needs `days`, or from = "09:00" and to = "18:00"', "days", "from", "to")
        return Restriction(days=days)
    for one, other in (("from", "to"), ("to", "from")):
        table.need(one, f"has `{other}`, and needs `{one}` too")
    if starts is None or ends is None:
        return None
    return _window(table, starts, ends, days)


def _window(table: Table, starts: Point, ends: Point, days: tuple[int, ...]) -> Restriction | None:
    (opens, start), (closes, end) = starts, ends
    if start == _DAY:
        table.problem("'24:00' is the end of a day; write 00:00", "from")
    elif (opens is None) != (closes is None):
        table.problem("name a weekday in both `from` and `to`, or in neither")
    elif opens is None or closes is None:
        every = days if "days" in table else tuple(range(7))
        return Restriction(days=every, start=start, end=over_night(start, end))
    elif "days" in table:
        table.problem("`from` names the weekday already; leave it out", "days")
    else:
        end += (closes - opens) % 7 * _DAY
        return Restriction(days=(opens,), start=start, end=end if start < end else end + 7 * _DAY)
    return None


def _point(text: str) -> Point:
    """A time of day, which may have a weekday before it.

    Raises:
        ValueError: it is neither.
    """
    match text.split():
        case [clock]:
            return None, _clock(clock)
        case [day, clock]:
            return _days(day)[0], _clock(clock)
    raise ValueError(f'{text!r} is no time; write it like "09:00" or "friday 18:00"')


def _clock(text: str) -> int:
    return 0 if text == "00:00" else parse_time_range("00:00", text)[1]


def _days(text: str) -> tuple[int, ...]:
    """The weekdays of `monday`, `sat` or `friday:monday`, from the first to the last.

    Raises:
        ValueError: a name is unknown.
    """
    ends = text.split(":")
    if len(ends) > 2:
        raise IntervalError(f"{text!r} is no range; write one weekday, or first:last")
    # Where the calendar of intervals begins a week with Sunday, this one does with Monday.
    first, last = ((parse_weekdays(end)[0] - 1) % 7 for end in (ends[0], ends[-1]))
    return tuple((first + ahead) % 7 for ahead in range((last - first) % 7 + 1))
