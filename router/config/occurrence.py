"""An event of a calendar at one of its times."""

import msgspec

BYTES_MAX = 2 * 1024 * 1024


class CalendarError(ValueError):
    """A calendar cannot be used. The sentence says why, and holds nothing of its text."""


class Occurrence(msgspec.Struct, frozen=True):
    """An event at one of its times (wall microseconds), and the words that may name people.

    `invited` are the addresses and names of its attendees, `summary` is its title.
    """

    start: int
    end: int
    summary: str
    invited: tuple[str, ...] = ()
