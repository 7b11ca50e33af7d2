"""Alerts as rows, with the tombstones of those whose end is all that is still known."""

import sqlite3

from router.core.alert import Alert
from router.store.rows import delete, fetch, insert, select
from router.store.shape import Shape

# What the store holds is what it knows, the groups are rows of their own, and to write every
# repeat down would cost what a refresh saves.
SHAPE = Shape(Alert, without=("stored_ends_at", "groups", "repeats"))

PUT = insert("alert", SHAPE.columns, verb="INSERT OR REPLACE")
DROP = delete("alert", "id")
PUT_TOMBSTONE = insert("tombstone", ("identity", "at"), verb="INSERT OR REPLACE")
DROP_TOMBSTONE = delete("tombstone", "identity")


def load(db: sqlite3.Connection) -> list[Alert]:
    """All alerts, by id; whoever takes them gives them their groups."""
    alerts = [SHAPE.of(row) for row in db.execute(select("alert", SHAPE.columns, "ORDER BY id"))]
    for alert in alerts:
        alert.stored_ends_at = alert.ends_at
    return alerts


def load_tombstones(db: sqlite3.Connection) -> dict[int, int]:
    """The wall times at which label sets ended, by identity."""
    return dict(fetch(db, "SELECT identity, at FROM tombstone"))
