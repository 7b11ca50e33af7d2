"""The outbox: open deliveries as rows. A delivery that is done leaves no row."""

import sqlite3

from router.core.notification import Delivery
from router.store.rows import delete, insert, select, update
from router.store.shape import Shape

SHAPE = Shape(Delivery)
# What a delivery tells never changes, and may be large.
WAITING = Shape(Delivery, without=("payload", "firing", "resolved"))

ENQUEUE = insert("delivery", SHAPE.columns, verb="INSERT OR REPLACE")
CHANGE = update("delivery", WAITING.columns)
CLOSE = delete("delivery", "id")


def load(db: sqlite3.Connection) -> list[Delivery]:
    """All open deliveries, by id, those in flight as claimed."""
    return [SHAPE.of(row) for row in db.execute(select("delivery", SHAPE.columns, "ORDER BY id"))]
