"""Heartbeats as rows: when each last called, and when it is missing."""

import sqlite3

from router.core.heartbeat import Beat
from router.store.rows import delete, insert, select
from router.store.shape import Shape

SHAPE = Shape(Beat)

PUT = insert("heartbeat", SHAPE.columns, verb="INSERT OR REPLACE")
DROP = delete("heartbeat", "id")


def load(db: sqlite3.Connection) -> list[Beat]:
    """All heartbeats, in the order they were configured."""
    return [SHAPE.of(row) for row in db.execute(select("heartbeat", SHAPE.columns, "ORDER BY id"))]
