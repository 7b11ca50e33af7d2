"""Who a store is: an id for life, and a generation that no two lives of a copy share."""

import secrets
import sqlite3
from typing import Any

from router.store.rows import fetch
from router.store.writer import transaction

_PUT = "INSERT OR REPLACE INTO meta VALUES (?, ?)"
_STEP = 1 << 16


def claim(db: sqlite3.Connection) -> str:
    """The instance, `ID.GENERATION`; a new store gets an id, a restored copy a new generation.

    The generation grows by a random step: two restores of one copy must not speak with the same
    voice, or a page of the second would be taken for a repeat of the first. Nothing is written
    when nothing changes, so that a full disk forbids no start.
    """
    known: dict[str, Any] = dict(fetch(db, "SELECT name, value FROM meta"))
    if "instance" not in known:
        _put(db, instance=secrets.token_hex(4), generation=1, copied=0)
    elif known["copied"]:
        _put(db, generation=known["generation"] + 1 + secrets.randbelow(_STEP), copied=0)
    known = dict(fetch(db, "SELECT name, value FROM meta"))
    return f"{known['instance']}.{known['generation']}"


def _put(db: sqlite3.Connection, **values: str | int) -> None:
    with transaction(db):
        for item in values.items():
            db.execute(_PUT, item)
