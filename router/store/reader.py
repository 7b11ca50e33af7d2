"""What people ask of the store, on a connection that can only read and never checkpoints."""

import sqlite3
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite
import anyio

from router.core.command import PutReject, Record
from router.core.incident import Incident
from router.core.stored import Life
from router.store import configurations, history, incidents, intake, past
from router.store.copy import read_only
from router.store.rows import Row, Value
from router.store.writer import failure

_AT_ONCE = 500  # Keys in one query.
_LARGEST = 2**63 - 1


@asynccontextmanager
async def reading(path: Path) -> AsyncIterator[aiosqlite.Connection]:
    """A connection that only reads. The writer must open the file before and close it after."""
    db = await aiosqlite.connect(read_only(path), uri=True, isolation_level=None)
    try:
        await db.execute_fetchall("PRAGMA query_only = ON")
        yield db
    finally:
        with anyio.CancelScope(shield=True):
            await db.close()


class Reader:
    """Questions about what is committed. Each sees the newest commit."""

    def __init__(self, db: aiosqlite.Connection, path: Path) -> None:
        self._db = db
        self._path = path

    async def incident(self, number: int) -> Incident | None:
        """The incident with this number, open or resolved; None when it is not known any more."""
        rows = await self._fetch(incidents.ONE, (number,))
        return incidents.SHAPE.of(rows[0]) if rows else None

    async def incidents(
        self, limit: int, before: int | None = None, status: Collection[str] | None = None
    ) -> list[Incident]:
        """Up to `limit` incidents, newest first: those below number `before`, in a `status`."""
        return [
            incidents.SHAPE.of(row)
            for row in await self._fetch(*incidents.newest(limit, before, status))
        ]

    async def timeline(self, number: int, limit: int = 10_000) -> list[Record]:
        """An incident's history in order; of a very long one, the newest `limit` records.

        Beside its own records it has those of its group from the resolution of the group's
        incident before (or the group's start) to its own resolution.
        """
        rows = await self._fetch(history.TIMELINE, {"number": number, "limit": limit})
        return [history.SHAPE.of(row) for row in reversed(rows)]

    async def alert_history(self, alert: int, limit: int = 1_000) -> list[Record]:
        """The newest `limit` records of an alert, in order."""
        rows = await self._fetch(history.OF_ALERT, (alert, limit))
        return [history.SHAPE.of(row) for row in reversed(rows)]

    async def lives(self, fingerprint: str, limit: int = 100) -> list[Life]:
        """The newest lives of the alert with this fingerprint (16 hex digits), newest first.

        Store.name_alerts() must have come to its end before: alerts without one are not found.
        """
        value = past.number(fingerprint)
        return [past.of(row) for row in await self._fetch(past.LIVES, (value, value, limit))]

    async def search(self, pairs: Sequence[bytes], limit: int) -> list[Life]:
        """Alerts, known and past, whose canonical labels contain these pairs; newest first."""
        return [past.of(row) for row in await self._fetch(*past.search(pairs, limit))]

    async def story(self, life: Life, limit: int = 1_000) -> list[Record]:
        """The newest `limit` records of an alert and of the groups it was in, in order."""
        rows = await self._fetch(past.STORY, past.story(life.id, life.seq, limit))
        return [history.SHAPE.of(row) for row in reversed(rows)]

    async def closing(self, group: int) -> Record | None:
        """The record of a group's end, which says what it was; None while it is there."""
        rows = await self._fetch(past.CLOSED, (group,))
        return history.SHAPE.of(rows[0]) if rows else None

    async def rejects(self, limit: int) -> list[PutReject]:
        """The newest rejected bodies, newest first."""
        return [PutReject(*row) for row in await self._fetch(intake.REJECTS, (limit,))]

    async def seen(self, source: str, ids: Sequence[str]) -> set[str]:
        """Which of a source's entries were received before, in the last 48 hours."""
        keys = {intake.entry_key(entry): entry for entry in ids}
        ordered = list(keys)
        known: set[str] = set()
        for start in range(0, len(ordered), _AT_ONCE):
            part = ordered[start : start + _AT_ONCE]
            rows = await self._fetch(intake.seen_query(len(part)), (source, *part))
            known.update(keys[key] for (key,) in rows)
        return known

    async def configurations(self, limit: int) -> list[configurations.Written]:
        """The configurations that were last in force, newest first."""
        rows = await self._fetch(configurations.LATEST, (limit,))
        return [configurations.of(row) for row in rows]

    async def _fetch(self, sql: str, values: Sequence[Value] | Mapping[str, Value]) -> list[Row]:
        if isinstance(values, Mapping):
            values = {name: _bounded(value) for name, value in values.items()}
        else:
            values = [*map(_bounded, values)]
        try:
            rows: Iterable[Any] = await self._db.execute_fetchall(sql, values)
            return list(rows)
        except (sqlite3.Error, ValueError) as error:  # A ValueError says that it is closed.
            raise failure(error, self._path) from error


def _bounded(value: Value) -> Value:
    """The value; of a number nothing can have, which somebody may ask for, the nearest possible."""
    return max(-_LARGEST, min(value, _LARGEST)) if isinstance(value, int) else value
