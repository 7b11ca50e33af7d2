"""The hours of the week to which somebody's turn is restricted."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from router.core import civil

_MINUTES = 24 * 60

Window = tuple[int, int]


class Restriction(msgspec.Struct, frozen=True, kw_only=True):
    """A window that opens on each of `days` (Monday is 0) `start` minutes after midnight.

    It closes `end` minutes after the same midnight, which may be on a later day. It opens at the
    first occurrence of a local time and closes at the last, so that the hour which comes twice is
    covered twice and never left out. Windows that touch are one.
    """

    days: tuple[int, ...] = (0, 1, 2, 3, 4, 5, 6)
    start: int = 0
    end: int = _MINUTES

    def window(self, day: date, zone: ZoneInfo) -> Window:
        """The wall microseconds at which the window of one day opens and closes."""
        midnight = datetime.combine(day, time())
        opens = civil.first(midnight + timedelta(minutes=self.start), zone)
        return opens, civil.last(midnight + timedelta(minutes=self.end), zone)

    def windows(self, since: int, until: int, zone: ZoneInfo) -> Iterator[Window]:
        """Every window that has an instant from `since` on and before `until`, by its day."""
        # Clocks that go back over midnight show a day again: one more is looked at on each side.
        day = civil.local(since, zone).date() - timedelta(days=self.end // _MINUTES + 1)
        final = civil.local(until, zone).date() + timedelta(days=1)
        while day <= final:
            if day.weekday() in self.days:
                opens, closes = self.window(day, zone)
                if opens < closes and opens < until and since < closes:
                    yield opens, closes
            day += timedelta(days=1)


def over_night(start: int, end: int) -> int:
    """Where a window ends that ends at this time of day; the same time means a whole day later."""
    return end if start < end else end + _MINUTES


def days_off(days: Iterable[date], since: int, until: int, zone: ZoneInfo) -> Iterator[Window]:
    """When those of the calendar days begin and end that have an instant in the span."""
    earliest = civil.local(since, zone).date() - timedelta(days=1)
    final = civil.local(until, zone).date() + timedelta(days=1)
    for day in days:
        if earliest <= day <= final:
            midnight = datetime.combine(day, time())
            begins = civil.first(midnight, zone)
            ends = civil.first(midnight + timedelta(days=1), zone)
            if begins < ends and begins < until and since < ends:
                yield begins, ends


def is_open(restrictions: Iterable[Restriction], wall: int, zone: ZoneInfo) -> bool:
    """Whether a wall time lies in a window of any of them."""
    return any(True for each in restrictions for _ in each.windows(wall, wall + 1, zone))
