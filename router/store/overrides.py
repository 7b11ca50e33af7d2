"""Overrides made at run time, as rows."""

import sqlite3

from router.core.override import PostedOverride
from router.store.rows import delete, select, upsert
from router.store.shape import Shape

SHAPE = Shape(PostedOverride)

PUT = upsert("override", SHAPE.columns)
DROP = delete("override", "id")


def load(db: sqlite3.Connection) -> list[PostedOverride]:
    """All that are kept, in the order they were made."""
    return [SHAPE.of(row) for row in db.execute(select("override", SHAPE.columns, "ORDER BY id"))]
