"""Dates and times of routes.toml, read by the clock of a time zone."""

from datetime import datetime

from router.config.table import Table
from router.core import civil
from router.core.moment import from_datetime

EXAMPLE = "2026-01-05T09:00:00"
YEARS = (1970, 2200)


def local(table: Table, key: str) -> datetime | None:
    """A local date and time on a whole minute, without an offset."""
    found = _time(table, key)
    if found is not None and found.tzinfo is not None:
        table.problem("has an offset; leave it out, `timezone` says whose clock it is", key)
        return None
    return found


def instant(table: Table, key: str, timezone: str) -> int | None:
    """The wall microseconds of a date and time, local to `timezone` unless it has an offset."""
    found = _time(table, key)
    if found is None:
        return None
    return from_datetime(found) if found.tzinfo else civil.first(found, civil.zone(timezone))


def _time(table: Table, key: str) -> datetime | None:
    found = table.value(key, f"a date and time such as {EXAMPLE}", datetime)
    if not isinstance(found, datetime):
        return None
    if not YEARS[0] <= found.year <= YEARS[1]:
        table.problem(f"the year {found.year} is not between {YEARS[0]} and {YEARS[1]}", key)
    elif found.second or found.microsecond:
        table.problem("is not on a whole minute", key)
    else:
        return found
    return None
