"""When each contact was last sent something, as rows."""

import sqlite3

from router.core.limit import Pace
from router.store.rows import delete, insert, select
from router.store.shape import Shape

SHAPE = Shape(Pace)

PUT = insert("pace", SHAPE.columns, verb="INSERT OR REPLACE")
DROP = delete("pace", "contact")


def load(db: sqlite3.Connection) -> list[Pace]:
    """All of them."""
    return [SHAPE.of(row) for row in db.execute(select("pace", SHAPE.columns))]
