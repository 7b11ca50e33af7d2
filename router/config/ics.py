"""Reads an iCalendar that somebody else keeps, as the moments its events begin and end.

Every file is hostile: what it may hold is bounded, and what recurs is worked out day by day.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from icalendar import Calendar as Document

from router.config.occurrence import BYTES_MAX, CalendarError, Occurrence
from router.config.recurrence import FREQUENCIES, WEEKDAYS, Rule, days
from router.core import civil
from router.core.moment import DAY, from_datetime, to_datetime

EVENTS_MAX = 2_000
OCCURRENCES_MAX = 20_000
DAYS_MAX = 500_000
"""So many days are looked at for all recurring events together."""
INTERVAL_MAX = 1_000
BEHIND, AHEAD = 40 * DAY, 400 * DAY
"""From so long ago until so far ahead it is read."""
_PARTS = {
    "FREQ",
    "INTERVAL",
    "COUNT",
    "UNTIL",
    "BYMONTH",
    "BYMONTHDAY",
    "BYDAY",
    "BYSETPOS",
    "WKST",
}
_BROKEN = (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError)
_INVITED_MAX = 20

Day = date | datetime
Component = Any
"""What a property holds depends on the file; what is not as it should be raises, and is caught."""


class _Reading:
    """One calendar: its span, its zone, and how much may still be looked at."""

    def __init__(self, wall: int, zone: ZoneInfo) -> None:
        self.since, self.until = wall - BEHIND, wall + AHEAD
        self.zone = zone
        self._left = DAYS_MAX

    def spend(self, count: int) -> None:
        self._left -= count
        if self._left < 0:
            raise CalendarError("its events recur too often, or have done so for too long")

    def instant(self, at: Day, floating: tzinfo | None = None) -> int:
        """The wall microseconds; a day begins at midnight, and what has no zone is local."""
        moment = at if isinstance(at, datetime) else datetime.combine(at, time())
        zone = moment.tzinfo or floating or self.zone
        local = moment.replace(tzinfo=None)
        if isinstance(zone, ZoneInfo):
            return civil.first(local, zone)
        return from_datetime(local.replace(tzinfo=zone))


def read(text: bytes, wall: int, zone: ZoneInfo) -> tuple[Occurrence, ...]:
    """What it holds around a wall time, in order; times without a zone are local to `zone`.

    Raises:
        CalendarError: it is none, is too large, or says what is not understood here.
    """
    reading = _Reading(wall, zone)
    found: list[Occurrence] = []
    try:
        events = _events(text)
        moved = {
            (str(each.get("UID", "")), reading.instant(each["RECURRENCE-ID"].dt))
            for each in events
            if "RECURRENCE-ID" in each
        }
        for event in events:
            found.extend(_occurrences(event, reading, moved))
            if len(found) > OCCURRENCES_MAX:
                raise CalendarError(f"it holds more than {OCCURRENCES_MAX} occurrences")
    except CalendarError:
        raise
    except (*_BROKEN, OverflowError) as error:
        raise CalendarError(f"it cannot be understood ({type(error).__name__})") from None
    return tuple(sorted(found, key=lambda each: (each.start, each.end, each.summary)))


def _events(text: bytes) -> list[Component]:
    if len(text) > BYTES_MAX:
        raise CalendarError(f"it is larger than {BYTES_MAX // 1024} KiB")
    if text.upper().count(b"BEGIN:") > 4 * EVENTS_MAX:
        raise CalendarError(f"it holds more than {EVENTS_MAX} events")
    try:
        document = Document.from_ical(text)
        found = document.walk("VEVENT")
    except _BROKEN:
        raise CalendarError("it is no iCalendar") from None
    if len(found) > EVENTS_MAX:
        raise CalendarError(f"it holds more than {EVENTS_MAX} events")
    return [event for event in found if "DTSTART" in event]


def _occurrences(
    event: Component, reading: _Reading, moved: set[tuple[str, int]]
) -> Iterator[Occurrence]:
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    own = "RECURRENCE-ID" in event
    if own and "RANGE" in event["RECURRENCE-ID"].params:
        raise CalendarError("an event changes all that follow it (RANGE), which is not understood")
    uid, summary = str(event.get("UID", "")), str(event.get("SUMMARY", ""))[:500]
    invited = tuple(_invited(event))
    except_ = {reading.instant(at) for at in _listed(event, "EXDATE")}
    for start, end in _times(event, reading):
        near = start < end and start < reading.until and reading.since < end
        if near and start not in except_ and (own or (uid, start) not in moved):
            yield Occurrence(start, end, summary, invited)


def _times(event: Component, reading: _Reading) -> Iterator[tuple[int, int]]:
    """When it begins and ends, each time, as the local clock shows it."""
    first = event["DTSTART"].dt
    zone = first.tzinfo if isinstance(first, datetime) else None
    local = first.replace(tzinfo=None) if isinstance(first, datetime) else None
    clock = local.time() if local else time()
    length = _length(event, first, reading)
    seen: set[int] = set()
    for at in (*_recurring(event, first, clock, reading, length), *_listed(event, "RDATE")):
        moment = at if isinstance(at, datetime) else datetime.combine(at, clock)
        start = reading.instant(moment, zone)
        end = reading.instant(moment.replace(tzinfo=None) + length, moment.tzinfo or zone)
        if start not in seen:
            seen.add(start)
            yield start, end


def _length(event: Component, first: Day, reading: _Reading) -> timedelta:
    """How long it is by the local clock; a day without an end is a whole one."""
    if "DTEND" in event:
        last = event["DTEND"].dt
        if isinstance(first, datetime) and isinstance(last, datetime):
            zone = first.tzinfo or reading.zone
            end = last.astimezone(zone) if last.tzinfo else last
            return end.replace(tzinfo=None) - first.replace(tzinfo=None)
        return _midnight(last) - _midnight(first)
    if "DURATION" in event:
        found: timedelta = event["DURATION"].dt
        return found
    return timedelta(0) if isinstance(first, datetime) else timedelta(days=1)


def _midnight(at: Day) -> datetime:
    return datetime.combine(at.date() if isinstance(at, datetime) else at, time())


def _recurring(
    event: Component, first: Day, clock: time, reading: _Reading, length: timedelta
) -> Iterator[Day]:
    if "RRULE" not in event or "RECURRENCE-ID" in event:
        yield first
        return
    if isinstance(event["RRULE"], list):
        raise CalendarError("an event has several RRULE, which are not understood")
    rule, last = _rule(event["RRULE"])
    zone = first.tzinfo if isinstance(first, datetime) else None
    began = first.date() if isinstance(first, datetime) else first
    since = (to_datetime(reading.since) - max(length, timedelta(0))).date() - timedelta(days=2)
    until = to_datetime(reading.until).date() + timedelta(days=2)
    for day in days(rule, began, since, until, reading.spend):
        at = datetime.combine(day, clock)
        if last is not None and _is_after(at, zone, last, reading):
            return
        yield at


def _is_after(at: datetime, zone: tzinfo | None, last: Day, reading: _Reading) -> bool:
    if isinstance(last, datetime):
        return reading.instant(at, zone) > reading.instant(last, zone)
    return at.date() > last


def _rule(given: Any) -> tuple[Rule, Day | None]:
    """The rule, and the last moment it counts for."""
    parts = {str(name).upper(): value for name, value in given.items()}
    if unknown := sorted(parts.keys() - _PARTS):
        raise CalendarError(f"an event recurs by {unknown[0]}, which is not understood")
    frequency = str(parts["FREQ"][0]).upper()
    if frequency not in FREQUENCIES:
        raise CalendarError(f"an event recurs {frequency}; the least is DAILY")
    weekdays = tuple(_weekday(str(day)) for day in parts.get("BYDAY", ()))
    if frequency == "YEARLY" and "BYMONTH" not in parts and any(n for _, n in weekdays):
        raise CalendarError("an event recurs on the n-th weekday of the year; give its BYMONTH")
    interval = max(int(parts.get("INTERVAL", [1])[0]), 1)
    if interval > INTERVAL_MAX:
        raise CalendarError(f"an event recurs at an INTERVAL above {INTERVAL_MAX}")
    rule = Rule(
        frequency=frequency,
        interval=interval,
        count=int(parts.get("COUNT", [0])[0]),
        by_month=tuple(int(month) for month in parts.get("BYMONTH", ())),
        by_month_day=tuple(int(day) for day in parts.get("BYMONTHDAY", ())),
        by_day=weekdays,
        set_position=tuple(int(place) for place in parts.get("BYSETPOS", ())),
        week_start=WEEKDAYS.index(str(parts.get("WKST", ["MO"])[0]).upper()),
    )
    return rule, parts["UNTIL"][0] if "UNTIL" in parts else None


def _weekday(text: str) -> tuple[int, int]:
    """`TU` is (1, 0), `-1FR` is (4, -1)."""
    return WEEKDAYS.index(text[-2:].upper()), int(text[:-2] or 0)


def _listed(event: Component, name: str) -> Iterator[Day]:
    """The times of EXDATE or RDATE."""
    found = event.get(name, [])
    for each in found if isinstance(found, list) else [found]:
        for value in each.dts:
            yield value.dt[0] if isinstance(value.dt, tuple) else value.dt


def _invited(event: Component) -> Iterator[str]:
    found = event.get("ATTENDEE", [])
    for each in (found if isinstance(found, list) else [found])[:_INVITED_MAX]:
        yield str(each).removeprefix("mailto:").removeprefix("MAILTO:")
        if "CN" in each.params:
            yield str(each.params["CN"])
