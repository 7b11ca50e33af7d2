"""What each lane was last told, as rows."""

import sqlite3

from router.core.notification import LogEntry
from router.store.rows import delete, select, upsert
from router.store.shape import Shape

SHAPE = Shape(LogEntry)

PUT = upsert("log", SHAPE.columns)
DROP = delete("log", "lane")


def load(db: sqlite3.Connection) -> list[LogEntry]:
    """All entries, in the order their lanes were first told anything."""
    return [SHAPE.of(row) for row in db.execute(select("log", SHAPE.columns, "ORDER BY rowid"))]
