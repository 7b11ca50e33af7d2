"""One transaction's changes: a statement for each table and verb, with all its rows' values."""

import sqlite3
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from router.core.moment import Stamp
from router.core.silence import Silence
from router.store import (
    alerts,
    clock,
    configurations,
    groups,
    heartbeats,
    history,
    incidents,
    intake,
    log,
    outbox,
    overrides,
    paces,
    past,
    requests,
    shifts,
    silences,
)
from router.store.batch import Batch
from router.store.retention import Retention
from router.store.rows import Statement, Value, flat, scrub

K = TypeVar("K", int, str)
V = TypeVar("V")


class Change(NamedTuple):
    """A statement, and the columns of its rows one after another."""

    statement: Statement
    values: Sequence[Value]


def changes(batch: Batch) -> list[Change]:
    """What to run, in this order; rows that go, go first."""
    found: list[Change] = []
    if batch.alerts or batch.forgotten or batch.tombstones:
        found += _alerts(batch)
    found += _keyed(batch.groups, groups.DROP, groups.PUT, groups.SHAPE.rows)
    if batch.members:
        found += _members(batch)
    if batch.incidents:
        rows = (incidents.row(i, batch.ends.get(i.number, 0)) for i in batch.incidents.values())
        found.append(Change(incidents.PUT, flat(rows)))
    if batch.closed or batch.enqueued or batch.changed:
        found += _outbox(batch)
    found += _keyed(batch.log, log.DROP, log.PUT, log.SHAPE.rows)
    found += _keyed(batch.requests, requests.DROP, requests.PUT, requests.SHAPE.rows)
    found += _keyed(batch.silences, silences.DROP, silences.PUT, _silence_rows)
    found += _keyed(batch.paces, paces.DROP, paces.PUT, paces.SHAPE.rows)
    found += _keyed(batch.heartbeats, heartbeats.DROP, heartbeats.PUT, heartbeats.SHAPE.rows)
    found += _keyed(batch.overrides, overrides.DROP, overrides.PUT, overrides.SHAPE.rows)
    found += _keyed(batch.shifts, shifts.DROP, shifts.PUT, shifts.SHAPE.rows)
    if batch.seen or batch.rejects:
        found += _came(batch)
    found.append(Change(history.PUT, history.SHAPE.rows(batch.records)))
    return [change for change in found if change.values]


def run(
    db: sqlite3.Connection, batch: Batch, found: list[Change], stamp: Stamp, keep: Retention
) -> None:
    """Write it all, and the clock with it, inside the caller's transaction."""
    for change in found:
        change.statement.run(db, change.values)
    for written in batch.configurations:
        configurations.put(db, written.text, written.at, keep.configurations)
    intake.cut_rejects(db, {reject.source for reject in batch.rejects}, keep.rejects)
    clock.put(db, stamp, batch.last)


def scrubbed(found: list[Change]) -> list[Change]:
    """The same changes in text that SQLite can keep."""
    return [Change(change.statement, scrub(change.values)) for change in found]


def _alerts(batch: Batch) -> Iterable[Change]:
    yield Change(alerts.PUT, alerts.SHAPE.rows(batch.alerts.values()))
    yield Change(past.KEEP, flat(batch.forgotten.items()))
    yield Change(alerts.DROP, [*batch.forgotten])
    ends = {identity: at for identity, at in batch.tombstones.items() if at is not None}
    yield Change(alerts.DROP_TOMBSTONE, [*(batch.tombstones.keys() - ends.keys())])
    yield Change(alerts.PUT_TOMBSTONE, flat(ends.items()))


def _members(batch: Batch) -> Iterable[Change]:
    leaving: list[Value] = []
    joining: list[Value] = []
    for group, members in batch.members.items():
        for alert, joins in members.items():
            (joining if joins else leaving).extend((alert, group))
    yield Change(groups.LEAVE, leaving)
    yield Change(groups.JOIN, joining)


def _outbox(batch: Batch) -> Iterable[Change]:
    yield Change(outbox.CLOSE, [*batch.closed])
    yield Change(outbox.ENQUEUE, outbox.SHAPE.rows(batch.enqueued.values()))
    yield Change(outbox.CHANGE, outbox.WAITING.rows(batch.changed.values()))


def _silence_rows(kept: Iterable[Silence]) -> list[Value]:
    return flat(map(silences.row, kept))


def _came(batch: Batch) -> Iterable[Change]:
    rows = (intake.seen_row(*entry, at) for entry, at in batch.seen.items())
    yield Change(intake.PUT_SEEN, flat(rows))
    yield Change(intake.PUT_REJECT, flat(map(intake.reject_row, batch.rejects)))


def _keyed(
    rows: Mapping[K, V | None],
    drop: Statement,
    put: Statement,
    values: Callable[[list[V]], list[Value]],
) -> Sequence[Change]:
    """The rows of a table that go, and those that are kept. Of most tables there are none."""
    if not rows:
        return ()
    kept = [row for row in rows.values() if row is not None]
    gone: list[Value] = [id_ for id_, row in rows.items() if row is None]
    return Change(drop, gone), Change(put, values(kept))
