"""One transaction's changes: a statement for each table and verb, with all its rows' values."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from router.core.moment import Stamp
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

K = TypeVar("K")
V = TypeVar("V")


class Change(NamedTuple):
    """A statement, and the columns of its rows one after another."""

    statement: Statement
    values: Sequence[Value]


def changes(batch: Batch) -> list[Change]:
    """What to run, in this order; rows that go, go first."""
    found = [*_alerts(batch), *_groups(batch), *_incidents(batch), *_told(batch), *_came(batch)]
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


def _groups(batch: Batch) -> Iterable[Change]:
    kept, gone = _split(batch.groups)
    yield Change(groups.DROP, gone)
    yield Change(groups.EMPTY, [*batch.emptied])
    yield Change(groups.PUT, groups.SHAPE.rows(kept))
    leaving: list[Value] = []
    joining: list[Value] = []
    for group, members in batch.members.items():
        for alert, joins in members.items():
            (joining if joins else leaving).extend((group, alert))
    yield Change(groups.LEAVE, leaving)
    yield Change(groups.JOIN, joining)


def _incidents(batch: Batch) -> Iterable[Change]:
    rows = (incidents.row(i, batch.ends.get(i.number, 0)) for i in batch.incidents.values())
    yield Change(incidents.PUT, flat(rows))
    kept, gone = _split(batch.requests)
    yield Change(requests.DROP, gone)
    yield Change(requests.PUT, requests.SHAPE.rows(kept))


def _told(batch: Batch) -> Iterable[Change]:
    yield Change(outbox.CLOSE, [*batch.closed])
    yield Change(outbox.ENQUEUE, outbox.SHAPE.rows(batch.enqueued.values()))
    yield Change(outbox.CHANGE, outbox.WAITING.rows(batch.changed.values()))
    kept, gone = _split(batch.log)
    yield Change(log.DROP, gone)
    yield Change(log.PUT, log.SHAPE.rows(kept))
    silences_kept, silences_gone = _split(batch.silences)
    yield Change(silences.DROP, silences_gone)
    yield Change(silences.PUT, flat(map(silences.row, silences_kept)))
    paces_kept, paces_gone = _split(batch.paces)
    yield Change(paces.DROP, paces_gone)
    yield Change(paces.PUT, paces.SHAPE.rows(paces_kept))
    beats_kept, beats_gone = _split(batch.heartbeats)
    yield Change(heartbeats.DROP, beats_gone)
    yield Change(heartbeats.PUT, heartbeats.SHAPE.rows(beats_kept))
    overrides_kept, overrides_gone = _split(batch.overrides)
    yield Change(overrides.DROP, overrides_gone)
    yield Change(overrides.PUT, overrides.SHAPE.rows(overrides_kept))
    shifts_kept, shifts_gone = _split(batch.shifts)
    yield Change(shifts.DROP, shifts_gone)
    yield Change(shifts.PUT, shifts.SHAPE.rows(shifts_kept))


def _came(batch: Batch) -> Iterable[Change]:
    rows = (intake.seen_row(*entry, at) for entry, at in batch.seen.items())
    yield Change(intake.PUT_SEEN, flat(rows))
    yield Change(intake.PUT_REJECT, flat(map(intake.reject_row, batch.rejects)))


def _split(rows: Mapping[K, V | None]) -> tuple[list[V], list[K]]:
    """The rows that are kept, and the ids of those that go."""
    kept = [row for row in rows.values() if row is not None]
    return kept, [id_ for id_, row in rows.items() if row is None]
