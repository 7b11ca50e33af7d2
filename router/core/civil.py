"""Local times made instants, exact over every change of the clocks."""

from datetime import datetime
from zoneinfo import ZoneInfo

from router.core.moment import SECOND, from_datetime, to_datetime


def first(local: datetime, zone: ZoneInfo) -> int:
    """The wall microseconds of a naive local time.

    A time that comes twice is the earlier; one that is skipped is the first instant after the gap.
    """
    early = from_datetime(local.replace(tzinfo=zone, fold=0))
    if to_datetime(early).astimezone(zone).replace(tzinfo=None) == local:
        return early
    before = from_datetime(local.replace(tzinfo=zone, fold=1))
    return _transition(before, early, zone)


def _transition(before: int, after: int, zone: ZoneInfo) -> int:
    """The instant between the two at which the offset changes, to the second."""
    offset = to_datetime(before).astimezone(zone).utcoffset()
    low, high = before // SECOND, after // SECOND
    while high - low > 1:
        middle = (low + high) // 2
        if to_datetime(middle * SECOND).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high * SECOND
