"""The last good configurations, as they were written."""

import sqlite3
from hashlib import sha256

import msgspec

from router.store.rows import Row, fetch

LATEST = "SELECT id, text, at, sha256 FROM configuration ORDER BY id DESC LIMIT ?"

_PUT = """
INSERT INTO configuration (text, at, sha256) SELECT :text, :at, :sha256
WHERE :sha256 IS NOT (SELECT sha256 FROM configuration ORDER BY id DESC LIMIT 1)
"""
_CUT = "DELETE FROM configuration WHERE id <= (SELECT max(id) FROM configuration) - ?"


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """One routes.toml that was in force, and the wall time from which on it was."""

    id: int
    text: bytes
    at: int
    sha256: str


def put(db: sqlite3.Connection, text: bytes, at: int, keep: int) -> None:
    """Remember that this text is in force; the same one again changes nothing."""
    db.execute(_PUT, {"text": text, "at": at, "sha256": sha256(text).digest()})
    db.execute(_CUT, (keep,))


def of(row: Row) -> Written:
    """The configuration of a row."""
    id_, text, at, digest = row
    return Written(id=id_, text=text, at=at, sha256=digest.hex())


def load(db: sqlite3.Connection) -> bytes:
    """The text of the one in force; empty when there was none."""
    rows = fetch(db, LATEST, 1)
    return of(rows[0]).text if rows else b""
