"""History: records as rows, and the queries that tell it."""

import sqlite3

from router.core.command import Record
from router.store.rows import fetch, insert, select
from router.store.shape import Shape

SHAPE = Shape(Record)

PUT = insert("event", SHAPE.columns)

_NAMES = ", ".join(SHAPE.columns)
_THEIRS = ", ".join(f"e.{name}" for name in SHAPE.columns)

# An incident's own records, and those of its group alone that fell between the resolution before
# and its own. The newest :limit of them.
TIMELINE = f"""
WITH me (number, grp, first, last) AS (
    SELECT i.number, i.grp,
        COALESCE((SELECT b.resolved_seq FROM incident b
            WHERE b.grp = i.grp AND b.number < i.number ORDER BY b.number DESC LIMIT 1), 0),
        CASE i.status WHEN 'resolved' THEN i.resolved_seq ELSE 9223372036854775807 END
    FROM incident i WHERE i.number = :number
)
SELECT {_NAMES} FROM (
    SELECT {_NAMES} FROM event WHERE incident = :number AND incident > 0
    UNION ALL
    SELECT {_THEIRS} FROM me CROSS JOIN event e
        ON e.grp = me.grp AND e.grp > 0 AND e.alert = 0
        AND e.incident = 0 AND e.seq > me.first AND e.seq <= me.last
    UNION ALL
    SELECT {_THEIRS} FROM me CROSS JOIN group_event g
        ON g.grp = me.grp AND g.seq > me.first AND g.seq <= me.last
        CROSS JOIN event e ON e.seq = g.seq
    UNION ALL
    SELECT {_THEIRS} FROM me CROSS JOIN event e
        ON e.seq > max(me.first, (SELECT seq FROM filled)) AND e.seq <= me.last
        AND e.grp = me.grp AND e.alert > 0 AND e.incident = 0
) ORDER BY seq DESC LIMIT :limit
"""

# The records up to a number of which group_event does not know yet.
_FILL = """
INSERT INTO group_event
SELECT grp, seq FROM event
WHERE seq > (SELECT seq FROM filled) AND seq <= ? AND grp > 0 AND alert > 0 AND incident = 0
"""
_NEXT = """
SELECT count(*), max(seq) FROM
    (SELECT seq FROM event WHERE seq > (SELECT seq FROM filled) ORDER BY seq LIMIT ?)
"""
_FILLED = "UPDATE filled SET seq = ?"

OF_ALERT = select("event", SHAPE.columns, "WHERE alert = ? AND alert > 0 ORDER BY seq DESC LIMIT ?")


def fill(db: sqlite3.Connection, rows: int) -> int:
    """Enter the next so many records where their groups find them; how many there were."""
    ((count, upto),) = fetch(db, _NEXT, rows)
    if count:
        db.execute(_FILL, (upto,))
        db.execute(_FILLED, (upto,))
    return int(count)
