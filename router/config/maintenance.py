"""Maintenance windows: quiet times for what matches, once or again and again."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.config import intervals
from router.config.findings import Findings
from router.config.localtime import EXAMPLE, instant
from router.config.matchers import matchers
from router.config.names import Names, references
from router.config.table import Table
from router.config.zone import zone
from router.core.civil import first
from router.core.interval import Interval
from router.core.maintenance import Maintenance
from router.core.matcher import Matcher
from router.core.moment import DAY, to_datetime

_AHEAD = 5 * 366 * DAY  # What does not come within five years is taken to come never.


def read(
    root: Table, names: Names, timezone: str, known: dict[str, tuple[Interval, ...]]
) -> dict[str, Maintenance]:
    """The windows by name; `known` are the intervals that one may name."""
    tables = root.named("maintenance")
    return {name: _window(name, t, names, timezone, known) for name, t in tables.items()}


def _window(
    name: str, table: Table, names: Names, timezone: str, known: dict[str, tuple[Interval, ...]]
) -> Maintenance:
    own = table.parsed("timezone", zone, timezone)
    conditions = matchers(table, "matchers")
    _check_matchers(table, conditions)
    start, end = instant(table, "from", own), instant(table, "to", own)
    if start is not None and end is not None and end <= start:
        table.problem("does not lie after `from`", "to")
    if "intervals" not in table:
        lacking = [key for key in ("from", "to") if key not in table]
        if lacking:
            times = " and ".join(f"{key} = {EXAMPLE}" for key in lacking)
            table.absent(f"needs {times}, or `intervals` at which it recurs", *lacking)
    return Maintenance(
        name=name,
        matchers=conditions,
        starts_at=start,
        ends_at=end,
        intervals=_intervals(table, names, own, known),
        comment=table.text("comment", ""),
    )


def _check_matchers(table: Table, found: tuple[Matcher, ...]) -> None:
    table.need("matchers", "needs matchers, such as matchers = ['service=\"database\"']")
    if found and not any(m.is_negative or not m.matches({}) for m in found):
        what = "match every alert; at least one must not match an empty text, as with a silence"
        table.problem(what, "matchers")


def _intervals(
    table: Table, names: Names, timezone: str, known: dict[str, tuple[Interval, ...]]
) -> tuple[Interval, ...]:
    """Those written here, or those of the names that stand here."""
    value = table.values.get("intervals")
    if isinstance(value, list) and value and all(isinstance(each, str) for each in value):
        named = references(table, "intervals", names, "intervals")
        return tuple(interval for name in named for interval in known.get(name, ()))
    if "intervals" in table:
        table.need("intervals", "is empty")
    return intervals.spans(table, "intervals", timezone)


def warn(windows: Mapping[str, Maintenance], findings: Findings, wall: int | None) -> None:
    """Warn of windows that are over, or that nothing can ever fall into."""
    if wall is None:
        return
    for name, window in windows.items():
        if window.ends_at is not None and window.ends_at <= wall:
            over = to_datetime(window.ends_at).strftime("%Y-%m-%d %H:%M UTC")
            findings.warn(("maintenance", name), f"has been over since {over}; remove it")
        elif window.intervals and not _ever(window, wall):
            until = "in the next five years" if window.ends_at is None else "before its end"
            findings.warn(("maintenance", name, "intervals"), f"never hold {until}")


def _ever(window: Maintenance, wall: int) -> bool:
    start = max(window.starts_at or 0, wall)
    end = min(window.ends_at or start + _AHEAD, start + _AHEAD)
    return any(_comes(interval, start, end) for interval in window.intervals)


def _comes(interval: Interval, start: int, end: int) -> bool:
    return any(
        begin < until and interval.contains(begin)
        for begin, until in ((max(a, start), min(b, end)) for a, b in _spans(interval, start, end))
    )


def _spans(interval: Interval, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The daily spans of an interval from the day before *start* to the day after *end*."""
    place = ZoneInfo(interval.location)
    day = to_datetime(start).date() - timedelta(days=1)
    while _at(day, 0, place) < end:
        for begin, until in interval.times or ((0, 24 * 60),):
            yield _at(day, begin, place), _at(day, until, place)
        day += timedelta(days=1)


def _at(day: date, minutes: int, place: ZoneInfo) -> int:
    return first(datetime.combine(day, time()) + timedelta(minutes=minutes), place)
