"""How long what is over is kept, and how it goes: little at a time."""

import sqlite3
from collections.abc import Callable

import msgspec

from router.core.moment import DAY, HOUR
from router.store import past
from router.store.intake import cut_rejects
from router.store.rows import fetch
from router.store.writer import transaction

ROWS = 500  # At most so many of a table go in one transaction, so that no page waits for it.
_PAGES = 200  # So many free pages go back to the file system at a time …
_SPARE = 256  # … and so many stay for what comes next.


class Retention(msgspec.Struct, frozen=True, kw_only=True):
    """What is kept: microseconds since it was over, or a number of the newest."""

    records: int = 90 * DAY
    incidents: int = 30 * DAY
    seen: int = 48 * HOUR
    rejects: int = 200  # Of each source.
    configurations: int = 20


Step = Callable[[sqlite3.Connection], int]

# Records and stream entries lie in the order they came, so only the oldest need a look.
_OLDEST = """
DELETE FROM {table} WHERE {key} IN
    (SELECT {key} FROM (SELECT {key}, at FROM {table} ORDER BY {key} LIMIT ?) WHERE at < ?)
"""
_GROUPS_RECORDS = """
DELETE FROM group_event WHERE (grp, seq) IN (
    SELECT grp, seq FROM (SELECT * FROM event ORDER BY seq LIMIT ?)
    WHERE at < ? AND grp > 0 AND alert > 0)
"""
_RECORDS = _OLDEST.format(table="event", key="seq")
_SEEN = _OLDEST.format(table="seen", key="id")

# An incident stays while the next one of its group does: that one's history begins where it ended.
_INCIDENTS = """
DELETE FROM incident WHERE number IN (
    SELECT o.number FROM incident o
    WHERE o.status = 'resolved' AND o.resolved_at < :before AND NOT EXISTS (
        SELECT 1 FROM incident n WHERE n.number =
            (SELECT min(number) FROM incident WHERE grp = o.grp AND number > o.number)
            AND NOT (n.status = 'resolved' AND n.resolved_at < :before))
    ORDER BY o.resolved_at LIMIT :rows)
"""


def steps(retention: Retention, now_wall: int) -> list[Step]:
    """What to delete, each in a transaction of its own; each tells how many rows went."""

    def records(db: sqlite3.Connection) -> int:
        oldest = (ROWS, now_wall - retention.records)
        db.execute(_GROUPS_RECORDS, oldest)
        return db.execute(_RECORDS, oldest).rowcount

    def seen(db: sqlite3.Connection) -> int:
        return db.execute(_SEEN, (ROWS, now_wall - retention.seen)).rowcount

    def old_incidents(db: sqlite3.Connection) -> int:
        values = {"before": now_wall - retention.incidents, "rows": ROWS}
        return db.execute(_INCIDENTS, values).rowcount

    def rejects(db: sqlite3.Connection) -> int:
        sources = [source for (source,) in fetch(db, "SELECT DISTINCT source FROM reject")]
        return cut_rejects(db, sources, retention.rejects)

    def forgotten(db: sqlite3.Connection) -> int:
        return past.forget(db, ROWS)

    return [whole(step) for step in (records, forgotten, seen, old_incidents, rejects)]


def whole(step: Step) -> Step:
    """The step as a transaction."""

    def job(db: sqlite3.Connection) -> int:
        with transaction(db):
            return step(db)

    return job


def tidy(db: sqlite3.Connection) -> None:
    """Give free pages back, and bring the log file into the database.

    SQLite keeps the errors of its own checkpoints to itself; this one raises them.
    """
    ((free,),) = fetch(db, "PRAGMA freelist_count")
    if free > _SPARE:
        # Not execute(), which would stop after the first page: this pragma has no columns.
        db.executescript(f"PRAGMA incremental_vacuum({min(_PAGES, free - _SPARE)})")
    fetch(db, "PRAGMA wal_checkpoint(PASSIVE)")
