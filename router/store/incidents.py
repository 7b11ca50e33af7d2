"""Incidents as rows; resolved ones stay until their retention is over."""

import sqlite3
from collections.abc import Collection

from router.core.incident import Incident, Status
from router.store.rows import Row, Value, select, upsert
from router.store.shape import Shape

SHAPE = Shape(Incident)

PUT = upsert(
    "incident",
    (*SHAPE.columns, "resolved_seq"),
    resolved_seq="CASE WHEN incident.status = 'resolved' AND excluded.status = 'resolved'"
    " THEN incident.resolved_seq ELSE excluded.resolved_seq END",
)
ONE = select("incident", SHAPE.columns, "WHERE number = ?")


def row(incident: Incident, resolved_seq: int) -> Row:
    """The incident's row. `resolved_seq` is the last record up to its resolution, or 0."""
    return (*SHAPE.row(incident), resolved_seq)


def load(db: sqlite3.Connection) -> list[Incident]:
    """The incidents that are not resolved, or that their alerts may bring back, by number."""
    kept = ("status <> 'resolved'", "status = 'resolved' AND next_due IS NOT NULL")
    queries = (select("incident", SHAPE.columns, f"WHERE {which}") for which in kept)
    found = [SHAPE.of(row) for query in queries for row in db.execute(query)]
    return sorted(found, key=lambda incident: incident.number)


def newest(
    limit: int, before: int | None, status: Collection[str] | None
) -> tuple[str, list[Value]]:
    """The query for the newest incidents below `before`, in one of these states."""
    conditions: list[str] = []
    values: list[Value] = []
    if before is not None:
        conditions.append("number < ?")
        values.append(before)
    if status is not None:
        wanted = sorted(status)
        conditions.append(f"status IN ({', '.join('?' * len(wanted))})")
        values.extend(wanted)
        if Status.RESOLVED not in wanted:
            conditions.append("status <> 'resolved'")  # By which the index of open ones is found.
    where = f"WHERE {' AND '.join(conditions)} " if conditions else ""
    query = select("incident", SHAPE.columns, f"{where}ORDER BY number DESC LIMIT ?")
    return query, [*values, limit]
