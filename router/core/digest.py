"""When a digest is next told, by the calendar of its time zone."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.core.civil import first
from router.core.configuration import Digest
from router.core.moment import to_datetime


def next_at(digest: Digest, wall: int) -> int:
    """The first moment strictly after *wall* at which the digest is due (wall microseconds).

    A time the clocks skip is due at the instant they skip it; one that comes twice, at the first.
    """
    zone = ZoneInfo(digest.timezone)
    minutes = timedelta(minutes=digest.at)
    day = to_datetime(wall).astimezone(zone).date()
    for ahead in range(9):
        date = day + timedelta(days=ahead)
        if date.weekday() not in digest.days:
            continue
        at = first(datetime.combine(date, time()) + minutes, zone)
        if at > wall:
            return at
    raise AssertionError("a digest has at least one day of the week")
