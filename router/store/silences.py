"""Silences as rows: an id and a body."""

import sqlite3

import msgspec

from router.core.silence import Silence
from router.store.rows import Row, delete, to_json, upsert

PUT = upsert("silence", ("id", "body"))
DROP = delete("silence", "id")

_silence = msgspec.json.Decoder(Silence).decode


def row(silence: Silence) -> Row:
    """The silence's row."""
    return silence.id, to_json(silence)


def load(db: sqlite3.Connection) -> list[Silence]:
    """All silences, in the order they were first stored."""
    return [_silence(body) for (body,) in db.execute("SELECT body FROM silence ORDER BY rowid")]
