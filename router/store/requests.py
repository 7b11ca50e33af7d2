"""Requests that made an incident as rows, by the key that whoever asked gave them."""

import sqlite3

from router.core.command import PutRequest
from router.store.rows import delete, insert, select
from router.store.shape import Shape

SHAPE = Shape(PutRequest)

PUT = insert("request", SHAPE.columns, verb="INSERT OR REPLACE")
DROP = delete("request", "key")


def load(db: sqlite3.Connection) -> list[PutRequest]:
    """All that are kept."""
    return [SHAPE.of(row) for row in db.execute(select("request", SHAPE.columns))]
