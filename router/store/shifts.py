"""Of which shifts people were told, as rows."""

import sqlite3

from router.core.shift import ToldShift
from router.store.rows import delete, select, upsert
from router.store.shape import Shape

SHAPE = Shape(ToldShift)

PUT = upsert("shift", SHAPE.columns)
DROP = delete("shift", "schedule")


def load(db: sqlite3.Connection) -> list[ToldShift]:
    """One for each schedule of which somebody wants to hear."""
    return [SHAPE.of(row) for row in db.execute(select("shift", SHAPE.columns))]
