"""History: records as rows, and the queries that tell it."""

from router.core.command import Record
from router.store.rows import insert, select
from router.store.shape import Shape

SHAPE = Shape(Record)

PUT = insert("event", SHAPE.columns)

_NAMES = ", ".join(SHAPE.columns)

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
    SELECT {", ".join(f"e.{name}" for name in SHAPE.columns)} FROM me JOIN event e
        ON e.grp = me.grp AND e.grp > 0
        AND e.incident = 0 AND e.seq > me.first AND e.seq <= me.last
) ORDER BY seq DESC LIMIT :limit
"""

OF_ALERT = select("event", SHAPE.columns, "WHERE alert = ? AND alert > 0 ORDER BY seq DESC LIMIT ?")
