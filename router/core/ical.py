"""Shifts as an iCalendar (RFC 5545), for the calendars of people."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple

from router.core.configuration import User
from router.core.duty import spans
from router.core.moment import from_datetime, to_datetime
from router.core.schedule import Schedule, timeline

MONTHS_AHEAD = 7
EVENTS_MAX = 5_000
_OCTETS = 75  # The longest line, without its end (RFC 5545, 3.1).


class Event(NamedTuple):
    """A shift: what it is known by, when it is (wall microseconds), and what people read."""

    uid: str
    start: int
    end: int
    summary: str
    description: str = ""


def of_schedule(schedule: Schedule, users: Mapping[str, User], wall: int) -> list[Event]:
    """The shifts of a schedule from the first of last month on; nobody's are left out."""
    found = []
    for start, end, people in timeline(schedule, *_window(wall)):
        if people:
            names = ", ".join(_name(users, person) for person in people)
            uid = _uid("schedule", schedule.name, str(start), *people)
            found.append(Event(uid, start, end, f"{schedule.name}: {names}"))
    return found


def of_user(schedules: Iterable[Schedule], user: str, wall: int) -> list[Event]:
    """The shifts of a person in every schedule, in the order they begin."""
    found = []
    for schedule in schedules:
        for start, end in spans(timeline(schedule, *_window(wall)), user):
            uid = _uid("user", user, schedule.name, str(start))
            found.append(Event(uid, start, end, f"On call: {schedule.name}"))
    return sorted(found, key=lambda event: (event.start, event.uid))


def write(name: str, events: Iterable[Event], wall: int) -> bytes:
    """The calendar; `wall` is the time it is made."""
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Tocsin//Shifts//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"X-WR-CALNAME:{escape(name)}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    for event in [*events][:EVENTS_MAX]:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{event.uid}",
            f"DTSTAMP:{_utc(wall)}",
            f"DTSTART:{_utc(event.start)}",
            f"DTEND:{_utc(event.end)}",
            f"SUMMARY:{escape(event.summary)}",
            *([f"DESCRIPTION:{escape(event.description)}"] if event.description else []),
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    lines.append("END:VCALENDAR")
    folded = (piece for line in lines for piece in fold(line))
    return b"".join(piece + b"\r\n" for piece in folded)


def escape(text: str) -> str:
    """A TEXT value (3.3.11): what has a meaning gets a backslash, what cannot be shown goes."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    text = "".join(c for c in text if c == "\n" or c == "\t" or c.isprintable())
    for special in ("\\", ";", ","):
        text = text.replace(special, f"\\{special}")
    return text.replace("\n", "\\n")


def fold(line: str) -> Iterator[bytes]:
    """The line in pieces of at most 75 octets, no character torn; all but the first begin so."""
    piece = b""
    for character in line:
        octets = character.encode(errors="replace")
        if len(piece) + len(octets) > _OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece


def _window(wall: int) -> tuple[int, int]:
    """From the first of last month on: it moves once a month, and so do shifts cut by it."""
    now = to_datetime(wall)
    month = 12 * now.year + now.month - 1
    return _first(now, month - 1), _first(now, month + MONTHS_AHEAD)


def _first(now: datetime, month: int) -> int:
    year, index = divmod(month, 12)
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return from_datetime(midnight.replace(year=year, month=index + 1, day=1))


def _uid(*parts: str) -> str:
    return f"{blake2b(repr(parts).encode(errors='replace'), digest_size=16).hexdigest()}@tocsin"


def _name(users: Mapping[str, User], person: str) -> str:
    user = users.get(person)
    return user.name or person if user else person


def _utc(wall: int) -> str:
    return to_datetime(wall).strftime("%Y%m%dT%H%M%SZ")
