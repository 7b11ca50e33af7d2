"""Calendars of others: what their events come to, and what is refused of a hostile one."""

from contextlib import suppress
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil import rrule  # type: ignore[import-untyped]
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clocks import at, spell

from router.config import ics
from router.config.ics import read
from router.config.occurrence import CalendarError
from router.config.recurrence import FREQUENCIES, Rule, days
from router.core.ical import Event, write
from router.core.moment import DAY, HOUR

NOW = at("2026-03-20 12:00")
BERLIN = ZoneInfo("Europe/Berlin")


def calendar(*events: str, head: str = "") -> bytes:
    """A calendar with these events; lines are parted by a space."""
    text = "".join(
        "BEGIN:VEVENT\r\n" + event.replace(" | ", "\r\n") + "\r\nEND:VEVENT\r\n" for event in events
    )
    return f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{head}{text}END:VCALENDAR\r\n".encode()


def told(*events: str, zone: ZoneInfo = BERLIN, head: str = "", limit: int = 4) -> list[str]:
    found = read(calendar(*events, head=head), NOW, zone)
    return [
        f"{spell(e.start, 'Europe/Berlin')[2:]} {(e.end - e.start) / HOUR:g} {e.summary}"
        for e in found
    ][:limit]


WEEKLY = "UID:1 | DTSTART;TZID=Europe/Berlin:20260323T020000 | DURATION:PT4H | SUMMARY:ana"


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        pytest.param(
            "DTSTART:20260325T080000Z | DTEND:20260325T100000Z | SUMMARY:ana",
            ["26-03-25 09:00+01:00 2 ana"],
            id="in UTC",
        ),
        pytest.param(
            "DTSTART:20260325T080000 | DTEND:20260325T100000 | SUMMARY:ana",
            ["26-03-25 08:00+01:00 2 ana"],
            id="without a zone it is the schedule's",
        ),
        pytest.param(
            "DTSTART;VALUE=DATE:20260329 | SUMMARY:ana",
            ["26-03-29 00:00+01:00 23 ana"],
            id="a day is a local one, of 23 hours in spring",
        ),
        pytest.param(
            "DTSTART;VALUE=DATE:20260328 | DTEND;VALUE=DATE:20260331 | SUMMARY:ana",
            ["26-03-28 00:00+01:00 71 ana"],
            id="the last day is the one after it",
        ),
        pytest.param(
            f"{WEEKLY} | RRULE:FREQ=WEEKLY;COUNT=3",
            [
                "26-03-23 02:00+01:00 4 ana",
                "26-03-30 02:00+02:00 4 ana",
                "26-04-06 02:00+02:00 4 ana",
            ],
            id="every week by the local clock",
        ),
        pytest.param(
            "DTSTART;TZID=Europe/Berlin:20260328T023000 | DURATION:PT1H | SUMMARY:ana"
            " | RRULE:FREQ=DAILY;COUNT=3",
            [
                "26-03-28 02:30+01:00 1 ana",
                "26-03-29 03:00+02:00 0.5 ana",
                "26-03-30 02:30+02:00 1 ana",
            ],
            id="a time that is skipped begins when the gap ends",
        ),
        pytest.param(
            f"{WEEKLY} | RRULE:FREQ=WEEKLY;UNTIL=20260330T000000Z"
            " | RDATE;TZID=Europe/Berlin:20260325T020000"
            " | EXDATE;TZID=Europe/Berlin:20260330T020000",
            ["26-03-23 02:00+01:00 4 ana", "26-03-25 02:00+01:00 4 ana"],
            id="dates beside the rule, and without one of it",
        ),
        pytest.param(f"{WEEKLY} | STATUS:CANCELLED", [], id="cancelled"),
        pytest.param("DTSTART:20260325T080000Z | SUMMARY:ana", [], id="without a length"),
        pytest.param(
            "DTSTART:20260325T080000Z | DTEND:20260325T070000Z | SUMMARY:ana", [], id="turned"
        ),
        pytest.param(
            "DTSTART:20240325T080000Z | DTEND:20240325T090000Z | SUMMARY:ana", [], id="long ago"
        ),
    ],
)
def test_an_event(event: str, expected: list[str]) -> None:
    assert told(event) == expected


def test_an_occurrence_that_was_moved_is_only_where_it_was_moved_to() -> None:
    moved = (
        "UID:1 | RECURRENCE-ID;TZID=Europe/Berlin:20260330T020000"
        " | DTSTART;TZID=Europe/Berlin:20260331T100000 | DURATION:PT1H | SUMMARY:bo"
    )
    assert told(f"{WEEKLY} | RRULE:FREQ=WEEKLY;COUNT=3", moved) == [
        "26-03-23 02:00+01:00 4 ana",
        "26-03-31 10:00+02:00 1 bo",
        "26-04-06 02:00+02:00 4 ana",
    ]


def test_attendees_are_told_by_address_and_name() -> None:
    text = calendar(
        "DTSTART:20260325T080000Z | DTEND:20260325T100000Z"
        " | ATTENDEE;CN=Ana Lima:mailto:ana@example.com | ATTENDEE:MAILTO:bo@example.com"
    )
    (found,) = read(text, NOW, BERLIN)
    assert found.invited == ("ana@example.com", "Ana Lima", "bo@example.com")


def test_what_we_write_ourselves_is_read_back() -> None:
    shifts = [
        Event(f"{n}@tocsin", NOW + n * DAY, NOW + n * DAY + HOUR, f"primary: {'ä' * 60}, b; \\c")
        for n in range(5)
    ]
    found = read(write("primary", shifts, NOW), NOW, BERLIN)
    assert [(e.start, e.end, e.summary) for e in found] == [
        (e.start, e.end, e.summary) for e in shifts
    ]


START = "DTSTART:20260101T080000Z | DURATION:PT1H"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        pytest.param(b"", "it is no iCalendar", id="nothing"),
        pytest.param(b"<html>", "it is no iCalendar", id="a page"),
        pytest.param(b"\0\xff" * 100, "it is no iCalendar", id="bytes"),
        pytest.param(calendar("X") + b"END:VCALENDAR", "it is no iCalendar", id="torn"),
        pytest.param(b"BEGIN:VCALENDAR\r\n" * 9000, "more than 2000 events", id="nested"),
        pytest.param(b"x" * (2 * 1024 * 1024 + 1), "larger than 2048 KiB", id="large"),
        pytest.param(
            calendar(*["DTSTART:20260101T080000Z"] * 2001), "more than 2000 events", id="many"
        ),
        pytest.param(calendar(f"{START} | RRULE:FREQ=SECONDLY"), "the least is DAILY", id="second"),
        pytest.param(
            calendar(f"{START} | RRULE:FREQ=DAILY;INTERVAL=99999999"), "above 1000", id="interval"
        ),
        pytest.param(calendar(f"{START} | RRULE:FREQ=MINUTELY"), "the least is DAILY", id="minute"),
        pytest.param(calendar(f"{START} | RRULE:FREQ=HOURLY"), "the least is DAILY", id="hour"),
        pytest.param(
            calendar(f"{START} | RRULE:FREQ=DAILY;BYSECOND=1,2,3"), "by BYSECOND", id="by second"
        ),
        pytest.param(
            calendar(f"{START} | RRULE:FREQ=YEARLY;BYDAY=20MO"), "give its BYMONTH", id="nth"
        ),
        pytest.param(
            calendar(f"{START} | RRULE:FREQ=DAILY | RRULE:FREQ=WEEKLY"), "several RRULE", id="two"
        ),
        pytest.param(
            calendar(*[f"{START} | RRULE:FREQ=DAILY"] * 60), "more than 20000 occ", id="product"
        ),
        pytest.param(
            calendar(
                *["DTSTART:00010101T080000Z | DURATION:PT1H | RRULE:FREQ=DAILY;COUNT=99999999"] * 9
            ),
            "recur too often, or have done so for too long",
            id="since the year 1",
        ),
        pytest.param(
            calendar(
                f"{START} | RECURRENCE-ID;RANGE=THISANDFUTURE:20260101T080000Z"
            ),
            "RANGE",
            id="all that follow",
        ),
    ],
)  # fmt: skip
def test_a_hostile_calendar_is_refused_in_no_time(text: bytes, said: str) -> None:
    with pytest.raises(CalendarError, match=r"^[ -~]*$") as caught:
        read(text, NOW, BERLIN)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=MONTHLY;BYDAY=MO;BYSETPOS=6",
        "FREQ=DAILY;INTERVAL=1000;BYDAY=TU;UNTIL=20200101T000000Z",
        "FREQ=YEARLY;INTERVAL=1000;BYMONTH=1",
    ],
)
def test_a_rule_that_no_day_fits_comes_to_an_end(rule: str) -> None:
    start = "DTSTART:20200103T080000Z | DURATION:PT1H"
    assert read(calendar(*[f"{start} | RRULE:{rule}"] * 100), NOW, BERLIN) == ()


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_whatever_stands_in_an_event_is_read_or_refused(junk: bytes) -> None:
    framed = b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n" + junk + b"\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    for text in (junk, framed):
        with suppress(CalendarError):
            read(text, NOW, BERLIN)


VALUES = st.sampled_from(
    (
        *("", "x", "20260325", "20260325T080000Z", "99999999T999999", "PT1H", "-P9999999999D"),
        *("FREQ=DAILY", "FREQ=;", "FREQ=WEEKLY;BYDAY=99XX", "FREQ=DAILY;COUNT=-1", "INTERVAL=0"),
    )
)
NAMES = st.sampled_from(
    (
        *("DTSTART", "DTSTART;TZID=No/Where", "DTEND", "DURATION", "RRULE", "RDATE", "EXDATE"),
        *("RECURRENCE-ID", "ATTENDEE", "SUMMARY", "DTSTART;VALUE=DATE"),
    )
)


@settings(deadline=None, max_examples=300)
@given(st.lists(st.tuples(NAMES, VALUES), max_size=7))
def test_whatever_its_properties_hold_it_is_read_or_refused(lines: list[tuple[str, str]]) -> None:
    event = " | ".join(f"{name}:{value}" for name, value in lines)
    with suppress(CalendarError):
        read(calendar(event), NOW, BERLIN)


MONTH_DAYS = st.integers(1, 28) | st.integers(-28, -1)
weekdays = st.lists(st.integers(0, 6), unique=True, max_size=3)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Rules that some day fits: else the library would look for it until the year 9999."""
    frequency = draw(st.sampled_from(FREQUENCIES))
    monthly = frequency == "MONTHLY"
    days_ = draw(weekdays)
    # Of the second Monday and every Tuesday the library makes days that are both.
    numbered, nth = monthly and draw(st.booleans()), st.sampled_from([1, 2, 3, 4, -1, -2, -3])
    dated = not days_ and frequency != "WEEKLY"
    return Rule(
        frequency=frequency,
        interval=draw(st.integers(1, 5)),
        count=draw(st.just(0) | st.integers(1, 30)),
        by_month=() if monthly else tuple(draw(st.lists(st.integers(1, 12), unique=True))),
        by_month_day=tuple(draw(st.lists(MONTH_DAYS, max_size=3))) if dated else (),
        by_day=tuple((day, draw(nth) if numbered else 0) for day in days_),
        # Of a week that began before the start the library leaves out what lies before.
        set_position=tuple(draw(st.lists(st.sampled_from([1, -1]), max_size=1)))
        if frequency in ("MONTHLY", "YEARLY")
        else (),
        week_start=draw(st.integers(0, 6)),
    )


def by_dateutil(rule: Rule, start: date, since: date, until: date) -> list[date]:
    """The same by a library that generates until something fits."""
    given_: dict[str, Any] = {
        "interval": rule.interval,
        "until": datetime.combine(until, datetime.min.time()),
        "bymonth": rule.by_month or None,
        "bymonthday": rule.by_month_day or None,
        "byweekday": [rrule.weekday(day, n or None) for day, n in rule.by_day] or None,
        "wkst": rule.week_start,
    }
    if rule.set_position:
        given_["bysetpos"] = rule.set_position
    frequency = getattr(rrule, rule.frequency)
    found = rrule.rrule(frequency, dtstart=datetime.combine(start, datetime.min.time()), **given_)
    listed = [moment.date() for moment in found][: rule.count or None]
    return [day for day in listed if day >= since]


@settings(deadline=None, max_examples=60)
@given(rules(), st.dates(date(2022, 1, 1), date(2026, 6, 1)), st.integers(0, 400))
def test_recurrence_agrees_with_dateutil(rule: Rule, start: date, later: int) -> None:
    until = date(2027, 1, 1)
    since = start + timedelta(days=later)
    if rule.set_position and not (rule.by_day or rule.by_month_day or rule.by_month):
        return  # It wants something to choose from.
    assert [*days(rule, start, since, until, lambda _: None)] == by_dateutil(
        rule, start, since, until
    )


def test_the_bounds_are_those_that_are_told() -> None:
    assert (ics.EVENTS_MAX, ics.OCCURRENCES_MAX) == (2000, 20_000)
