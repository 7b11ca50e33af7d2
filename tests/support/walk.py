"""A walk, minute by minute, past one change of the clocks, and who is on call by it.

It asks no library where a local time lies. It watches a clock on the wall: a hand-off happens
when the clock first shows its time or a later one, however the clock may go back after that, and
a window is closed when the clock will never again show a time before its end.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from zoneinfo import ZoneInfo

import msgspec

DAY = 1440
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONDAY = 4 * DAY  # 1970-01-05, in minutes.


def changes(zone: str, first_year: int, last_year: int) -> list[int]:
    """The minutes since 1970 at which the offset from UTC changes."""
    place = ZoneInfo(zone)
    low = _minutes(datetime(first_year, 1, 1, tzinfo=UTC))
    high = _minutes(datetime(last_year + 1, 1, 1, tzinfo=UTC))
    days = range(low, high, DAY)
    offsets = [_offset(day, place) for day in days]
    pairs = zip(days, offsets, offsets[1:], strict=False)
    return [_bisected(day, place) for day, one, two in pairs if one != two]


def _bisected(day: int, zone: ZoneInfo) -> int:
    low, high = day, day + DAY
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(middle, zone) == _offset(low, zone):
            low = middle
        else:
            high = middle
    return high


def _minutes(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(minutes=1)


def _offset(minute: int, zone: ZoneInfo) -> int:
    """Minutes east of UTC."""
    offset = (_EPOCH + timedelta(minutes=minute)).astimezone(zone).utcoffset()
    assert offset is not None
    assert offset.microseconds == offset.seconds % 60 == 0, "offsets of our days are whole minutes"
    return offset // timedelta(minutes=1)


class Walk:
    """The minutes around a change; local times are minutes since 1970 as the clock shows them.

    `high` is the latest time the clock has shown by each minute, `low` the earliest it still will.
    """

    def __init__(self, zone: str, change: int, span: int) -> None:
        place = ZoneInfo(zone)
        self.minutes = range(change - span, change + span)
        shown = [minute + _offset(minute, place) for minute in self.minutes]
        self.high = list(accumulate(shown, max))
        self.low = list(accumulate(reversed(shown), min))[::-1]
        before, after = change + _offset(change - 1, place), change + _offset(change, place)
        self.odd = (before + after) // 2
        """A time that the change skips, or shows twice."""


class Turns(msgspec.Struct, frozen=True, kw_only=True):
    """A layer in minutes: `start` a local hand-off, `length` of a turn (0: a month).

    `windows` are (weekdays, start, end) in minutes after midnight.
    """

    users: tuple[str, ...]
    start: int
    length: int
    windows: tuple[tuple[tuple[int, ...], int, int], ...] = ()

    def user(self, high: int, low: int) -> str:
        """Whose minute it is; empty when it is nobody's."""
        if self.windows and not any(self._open(*window, high, low) for window in self.windows):
            return ""
        passed = (high - self.start) // self.length if self.length else self._months(high)
        return self.users[passed % len(self.users)]

    def _open(self, days: tuple[int, ...], start: int, end: int, high: int, low: int) -> bool:
        today = high // DAY * DAY
        for midnight in range(today - (end // DAY + 1) * DAY, today + DAY, DAY):
            weekday = (midnight - _MONDAY) // DAY % 7
            if weekday in days and midnight + start <= high and low < midnight + end:
                return True
        return False

    def _months(self, high: int) -> int:
        """Monthly hand-offs since the start, on its day; it is one that every month has."""
        now, start = (_EPOCH + timedelta(minutes=each) for each in (high, self.start))
        assert start.day <= 28, "months without such a day have tests of their own"
        passed = 12 * (now.year - start.year) + now.month - start.month
        early = (now.day, now.hour, now.minute) < (start.day, start.hour, start.minute)
        return passed - early


def walked(layers: Sequence[Turns], walk: Walk) -> Iterator[tuple[str, ...]]:
    """Who is on call at each minute; the last layer lies above the others."""
    for high, low in zip(walk.high, walk.low, strict=True):
        found = next(filter(None, (layer.user(high, low) for layer in reversed(layers))), "")
        yield (found,) if found else ()
