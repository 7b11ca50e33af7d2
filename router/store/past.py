"""Alerts by fingerprint, those that were forgotten too, and what the history says of each."""

import sqlite3
from collections.abc import Iterable, Sequence

from router.core.labels import decode, fingerprint
from router.core.stored import Life
from router.store import history
from router.store.rows import Row, Statement, Value, flat, insert

_FOREVER = 2**63 - 1


# Rows of alerts that go, by id, each with the last record up to its going.
KEEP = Statement(
    "WITH v (id, seq) AS (VALUES {rows}) "
    "INSERT OR REPLACE INTO past (id, labels, starts_at, ends_at, source, seq) "
    "SELECT a.id, a.labels, a.starts_at, a.ends_at, a.source, v.seq FROM v JOIN alert a USING (id)",
    2,
)
PUT_FINGERPRINTS = insert("fingerprint", ("alert", "value"), verb="INSERT OR IGNORE")

# The oldest alerts without a fingerprint: ids only grow, and each is in one table or the other.
UNNAMED = """
SELECT id, labels FROM (
    SELECT * FROM (SELECT id, labels FROM alert
        WHERE id > (SELECT COALESCE(max(alert), 0) FROM fingerprint) ORDER BY id LIMIT :limit)
    UNION ALL
    SELECT * FROM (SELECT id, labels FROM past
        WHERE id > (SELECT COALESCE(max(alert), 0) FROM fingerprint) ORDER BY id LIMIT :limit)
) ORDER BY id LIMIT :limit
"""

_BOTH = """
SELECT id, labels, starts_at, ends_at, source, NULL AS seq FROM alert WHERE {where}
UNION ALL
SELECT id, labels, starts_at, ends_at, source, seq FROM past WHERE {where}
ORDER BY id DESC LIMIT ?
"""
_NAMED = "id IN (SELECT alert FROM fingerprint WHERE value = ?)"
LIVES = _BOTH.format(where=_NAMED)

# What is told of an alert: its own records, those of the groups it was in from when it came into
# each until it was forgotten, and after that how the end of their incidents was told. The newest
# :limit of them.
STORY = f"""
WITH stay (grp, first) AS (
    SELECT grp, min(seq) FROM event WHERE alert = :alert AND alert > 0 GROUP BY grp
), shared AS (
    SELECT e.* FROM stay s CROSS JOIN event e
        ON e.grp = s.grp AND e.grp > 0 AND e.alert = 0 AND e.seq >= s.first AND e.seq <= :seq
)
SELECT {", ".join(history.SHAPE.columns)} FROM (
    SELECT * FROM event WHERE alert = :alert AND alert > 0
    UNION ALL
    SELECT * FROM shared
    UNION ALL
    SELECT * FROM event WHERE incident > 0 AND seq > :seq
        AND incident IN (SELECT incident FROM shared WHERE incident > 0)
        AND json_extract(detail, '$.delivery') = 'resolved'
) ORDER BY seq DESC LIMIT :limit
"""

# What a group was, as its last record says.
CLOSED = (
    f"SELECT {', '.join(history.SHAPE.columns)} FROM event"
    " WHERE grp = ? AND grp > 0 AND alert = 0 AND kind = 'closed' ORDER BY seq DESC LIMIT 1"
)

_OLD = """
SELECT id FROM past
WHERE seq < COALESCE((SELECT min(seq) FROM event), 9223372036854775807) ORDER BY seq LIMIT ?
"""


def of(row: Row) -> Life:
    """The life a row of LIVES or of a search tells of."""
    return Life(
        id=row[0], labels=row[1], starts_at=row[2], ends_at=row[3], source=row[4], seq=row[5]
    )


def story(alert: int, seq: int | None, limit: int) -> dict[str, Value]:
    """The parameters of STORY."""
    return {"alert": alert, "seq": _FOREVER if seq is None else seq, "limit": limit}


def search(pairs: Sequence[bytes], limit: int) -> tuple[str, list[Value]]:
    """The query for alerts whose label sets contain all of these pairs, newest first."""
    where = " AND ".join(["instr(labels, ?) > 0"] * len(pairs)) or "1"
    return _BOTH.format(where=where), [*pairs, *pairs, limit]


def named(rows: Iterable[Row]) -> list[Value]:
    """The columns of the fingerprints of (id, canonical labels)."""
    return flat((id_, number(fingerprint(decode(labels)))) for id_, labels in rows)


def number(hexadecimal: str) -> int:
    """A fingerprint of 16 hex digits as the signed number that a column holds."""
    value = int(hexadecimal, 16)
    return value - 2**64 if value >= 2**63 else value


def forget(db: sqlite3.Connection, rows: int) -> int:
    """Delete up to so many past alerts of which no record is left, with their fingerprints."""
    old = [id_ for (id_,) in db.execute(_OLD, (rows,)).fetchall()]
    if old:
        marks = ", ".join("?" * len(old))
        db.execute(f"DELETE FROM fingerprint WHERE alert IN ({marks})", old)
        db.execute(f"DELETE FROM past WHERE id IN ({marks})", old)
    return len(old)
