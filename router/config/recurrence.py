"""The days on which a recurring event of an iCalendar begins (RFC 5545, 3.3.10).

Days are gone through, never generated until one fits: whatever a rule says, it ends.
"""

from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta

import msgspec

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_DAY = timedelta(days=1)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """A recurrence. `by_day` are weekdays (Monday is 0), each with which of its month, or 0.

    `by_month_day` may count from the end of the month, `set_position` within each period too.
    """

    frequency: str
    interval: int = 1
    count: int = 0
    by_month: tuple[int, ...] = ()
    by_month_day: tuple[int, ...] = ()
    by_day: tuple[tuple[int, int], ...] = ()
    set_position: tuple[int, ...] = ()
    week_start: int = 0


def days(
    rule: Rule, start: date, since: date, until: date, spend: Callable[[int], None]
) -> Iterator[date]:
    """Each day from `since` to `until`, both included, on which it begins; never before `start`.

    `spend` is told how many days were looked at, and may raise to make an end of it.
    """
    counted = 0
    for period in _periods(rule, start, start if rule.count else max(start, since), until):
        spend(len(period))
        for day in _chosen(rule, start, period):
            if day < start:
                continue
            counted += 1
            if day > until or 0 < rule.count < counted:
                return
            if day >= since:
                yield day


def _periods(rule: Rule, start: date, near: date, until: date) -> Iterator[list[date]]:
    """The days of each period of the rule, from the one that holds `near` on."""
    match rule.frequency:
        case "DAILY":
            first, length = start, rule.interval
        case "WEEKLY":
            first = start - timedelta(days=(start.weekday() - rule.week_start) % 7)
            length = 7 * rule.interval
        case _:
            yield from _months(rule, start, near, until)
            return
    size = 7 if rule.frequency == "WEEKLY" else 1
    day = first + timedelta(days=max((near - first).days // length, 0) * length)
    while day <= until:
        yield [day + timedelta(days=ahead) for ahead in range(size)]
        day += timedelta(days=length)


def _months(rule: Rule, start: date, near: date, until: date) -> Iterator[list[date]]:
    yearly = rule.frequency == "YEARLY"
    size = 12 if yearly else 1
    length = size * rule.interval
    first = 12 * start.year + (0 if yearly else start.month - 1)
    at = first + max((12 * near.year + near.month - 1 - first) // length, 0) * length
    while at <= 12 * until.year + until.month - 1:
        yield [day for month in range(at, at + size) for day in _days_of(month)]
        at += length


def _days_of(month: int) -> Iterator[date]:
    year, index = divmod(month, 12)
    for day in range(1, monthrange(year, index + 1)[1] + 1):
        yield date(year, index + 1, day)


def _chosen(rule: Rule, start: date, period: list[date]) -> list[date]:
    found = [day for day in period if _fits(rule, start, day)]
    if not rule.set_position:
        return found
    places = {place - 1 if place > 0 else len(found) + place for place in rule.set_position}
    return [day for place, day in enumerate(found) if place in places]


def _fits(rule: Rule, start: date, day: date) -> bool:
    if rule.by_month and day.month not in rule.by_month:
        return False
    if rule.by_month_day and not _is_month_day(rule.by_month_day, day):
        return False
    if rule.by_day:
        return any(day.weekday() == weekday and _is_nth(day, n) for weekday, n in rule.by_day)
    if rule.by_month_day or rule.frequency == "DAILY":
        return True
    if rule.frequency == "WEEKLY":
        return day.weekday() == start.weekday()
    same_month = rule.frequency == "MONTHLY" or bool(rule.by_month) or day.month == start.month
    return day.day == start.day and same_month


def _is_month_day(wanted: tuple[int, ...], day: date) -> bool:
    return day.day in wanted or day.day - _length(day) - 1 in wanted


def _is_nth(day: date, n: int) -> bool:
    """Whether it is the n-th of its weekday in its month, from the end if negative; 0 is any."""
    if n < 0:
        return (_length(day) - day.day) // 7 == -n - 1
    return not n or (day.day - 1) // 7 == n - 1


def _length(day: date) -> int:
    return monthrange(day.year, day.month)[1]
