"""Groups and their members as rows."""

import sqlite3

from router.core.group import Group
from router.store.rows import delete, insert, select
from router.store.shape import Shape

SHAPE = Shape(Group)
MEMBER = ("alert", "grp")

PUT = insert("grp", SHAPE.columns, verb="INSERT OR REPLACE")
DROP = delete("grp", "id")
JOIN = insert("member", MEMBER, verb="INSERT OR IGNORE")
LEAVE = delete("member", *MEMBER)


def load(db: sqlite3.Connection) -> list[Group]:
    """All groups, by id."""
    return [SHAPE.of(row) for row in db.execute(select("grp", SHAPE.columns, "ORDER BY id"))]


def load_members(db: sqlite3.Connection) -> list[tuple[int, int]]:
    """All (group, alert) pairs, by alert."""
    found = db.execute(select("member", MEMBER, "ORDER BY 1, 2"))
    return [(grp, alert) for alert, grp in found]
