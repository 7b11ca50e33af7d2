"""Shifts written as an iCalendar: every rule of RFC 5545 that a calendar program insists on."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.clocks import at
from support.configured import person
from support.rota import layer, override, schedule

from router.core.ical import Event, escape, fold, of_schedule, of_user, write
from router.core.moment import DAY, HOUR

NOW = at("2026-03-20 12:00")
USERS = {name: person(name) for name in ("ana", "bo")}
TURNS = schedule(layer("ana", "bo", every="weekly", start="2026-01-05 09:00", zone="Europe/Berlin"))


def unfolded(text: bytes) -> list[str]:
    return text.decode().replace("\r\n ", "").split("\r\n")


def test_a_calendar_is_what_programs_expect() -> None:
    event = Event("1@tocsin", at("2026-03-28 09:00"), at("2026-03-29 09:00"), "primary: Ana")
    assert unfolded(write("primary", [event], NOW)) == [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tocsin//Shifts//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:primary",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
        "BEGIN:VEVENT",
        "UID:1@tocsin",
        "DTSTAMP:20260320T120000Z",
        "DTSTART:20260328T090000Z",
        "DTEND:20260329T090000Z",
        "SUMMARY:primary: Ana",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
        "",
    ]


@given(st.text(), st.text())
def test_whatever_a_name_holds_no_line_is_too_long_and_none_is_forged(
    name: str, summary: str
) -> None:
    written = write(name, [Event("1@tocsin", NOW, NOW + HOUR, summary, name)], NOW)
    lines = written.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    assert written.count(b"\n") == written.count(b"\r") == len(lines) - 1
    heads = [line.partition(":")[0].partition(";")[0] for line in unfolded(written)[:-1]]
    assert heads.count("SUMMARY") == heads.count("UID") == heads.count("BEGIN") - 1 == 1
    for line in lines:
        line.decode()


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("a, b; c\\d", "a\\, b\\; c\\\\d"),
        ("two\r\nlines", "two\\nlines"),
        ("bell\x07 and \u202e", "bell and "),
    ],
)
def test_text_is_escaped(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_a_long_line_is_folded_between_characters() -> None:
    folded = list(fold("X:" + "ä" * 80))
    assert [len(piece) for piece in folded] == [74, 75, 15]
    assert b"".join(piece.removeprefix(b" ") for piece in folded).decode() == "X:" + "ä" * 80


def test_a_schedule_s_shifts_follow_the_local_clock_and_leave_gaps_out() -> None:
    empty = override("2026-03-31 00:00", "2026-04-01 00:00")
    found = of_schedule(schedule(*TURNS.layers, overrides=(empty,)), USERS, NOW)
    around = [e for e in found if at("2026-03-23") <= e.start < at("2026-04-06")]
    assert [(e.start, e.end, e.summary) for e in around] == [
        (at("2026-03-23 08:00"), at("2026-03-30 07:00"), "primary: bo"),
        (at("2026-03-30 07:00"), at("2026-03-31 00:00"), "primary: ana"),
        (at("2026-04-01 00:00"), at("2026-04-06 07:00"), "primary: ana"),
    ]


def test_a_shift_keeps_its_uid_from_day_to_day_and_no_two_have_the_same() -> None:
    today, tomorrow = (
        {event.uid: (event.start, event.end) for event in of_schedule(TURNS, USERS, wall)}
        for wall in (NOW, NOW + DAY)
    )
    assert today == tomorrow
    assert len({*today}) == len(of_schedule(TURNS, USERS, NOW))
    assert not today.keys() & {event.uid for event in of_user([TURNS], "ana", NOW)}
    assert all(re.fullmatch(r"[0-9a-f]{32}@tocsin", uid) for uid in today)


def test_a_person_s_calendar_has_the_shifts_of_every_schedule_in_order() -> None:
    other = schedule(layer("ana", restrict=("sat 09:00-17:00",)))
    found = of_user([TURNS, other], "ana", NOW)
    assert [event.start for event in found] == sorted(event.start for event in found)
    assert {event.end - event.start for event in found} >= {8 * HOUR, 7 * DAY}
    assert of_user([TURNS], "zoe", NOW) == []
