"""Entries of a Redis stream, out of every shape in which redis-py hands them over."""

from typing import Any

import msgspec

from router.core.moment import DAY

_NO_TIME_BEFORE = 946_684_800_000  # Milliseconds at the start of 2000: no Redis is older.
_SHOWN = 8


class Entry(msgspec.Struct, frozen=True):
    """One entry. `fields` is empty when it was trimmed from the stream before it was read."""

    id: str
    fields: dict[bytes, bytes]

    def as_of(self, now: int) -> int | None:
        """When Redis took the entry, in wall microseconds, later entries later; None if unknown.

        The id holds milliseconds and a count within them, which becomes microseconds. An id that a
        producer made up, and so lies before 2000 or over a day ahead of `now`, says nothing.
        """
        milliseconds, _, count = self.id.partition("-")
        if int(milliseconds) < _NO_TIME_BEFORE:
            return None
        taken = int(milliseconds) * 1_000 + min(int(count or 0), 999)
        return taken if taken <= now + DAY else None

    def text(self) -> bytes:
        """All fields as JSON, for people."""
        texts = {
            name.decode(errors="replace"): value.decode(errors="replace")
            for name, value in self.fields.items()
        }
        return msgspec.json.encode(texts)

    def names(self) -> str:
        """The names of its fields, for people."""
        return ", ".join(repr(n.decode(errors="replace")) for n in list(self.fields)[:_SHOWN])


def read_entries(reply: Any) -> list[Entry]:
    """The entries of an XREADGROUP of one stream.

    redis-py 8 answers with `[[name, entries]]`, with `{name: [entries]}` (RESP3) or with
    `{name: entries}` (`legacy_responses=False`), and with an empty one of these for none.
    """
    if not reply:
        return []
    if isinstance(reply, dict):
        (rows,) = reply.values()
        if rows and isinstance(rows[0], list):
            (rows,) = rows
    else:
        ((_, rows),) = reply
    return _entries(rows)


def claimed_entries(reply: Any) -> tuple[str, list[Entry]]:
    """Where XAUTOCLAIM is to go on ("0-0": nowhere), and what it claimed.

    Redis 7 names the entries that are gone from the stream in a third element, and forgets them;
    they come back here without fields. Redis 6.2 has no such element.
    """
    cursor, rows, *gone = reply
    lost = [Entry(_text(one), {}) for one in (gone[0] if gone else ())]
    return _text(cursor), lost + _entries(rows)


def _entries(rows: Any) -> list[Entry]:
    return [Entry(_text(one), fields or {}) for one, fields in rows if one is not None]


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode()
