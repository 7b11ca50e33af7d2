"""Turns that follow one another by the local clock."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

import msgspec

from router.core import civil


class Rotation(msgspec.Struct, frozen=True, kw_only=True):
    """Turns of equal length: `minutes` by the local clock, or calendar `months`.

    Turn 0 begins at `start`, a naive local time of `timezone`; the turns before it are negative.
    A hand-off at a time that comes twice happens once, at the first; one at a time the clocks skip
    happens as they skip it, and a turn that then lasts no time at all is nobody's. A month that
    has no such day hands over on its last; the next month that has it does so on the day itself.
    """

    start: datetime
    timezone: str = "UTC"
    minutes: int = 0
    months: int = 0

    def begins(self, turn: int) -> int:
        """The wall microseconds at which a turn begins, and the one before it ends."""
        if self.months:
            at = _months_later(self.start, turn * self.months)
        else:
            at = self.start + timedelta(minutes=turn * self.minutes)
        return civil.first(at, civil.zone(self.timezone))

    def turn(self, wall: int) -> int:
        """The number of the turn that contains a wall time in microseconds."""
        local = civil.local(wall, civil.zone(self.timezone))
        if self.months:
            passed = 12 * (local.year - self.start.year) + local.month - self.start.month
            turn = passed // self.months
            if self.begins(turn) > wall:
                turn -= 1
        else:
            turn = (local - self.start) // timedelta(minutes=self.minutes)
        # An hour that comes twice: what was handed over in its first pass stays so in its second.
        while self.begins(turn + 1) <= wall:
            turn += 1
        return turn

    def handoffs(self, since: int, until: int) -> Iterator[int]:
        """The instants at which a turn begins, after `since` and before `until`."""
        for turn in count(self.turn(since) + 1):
            at = self.begins(turn)
            if at >= until:
                return
            yield at


def _months_later(start: datetime, months: int) -> datetime:
    year, month = divmod(12 * start.year + start.month - 1 + months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return start.replace(year=year, month=month + 1, day=day)
