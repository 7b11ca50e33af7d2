"""The first and the heaviest jobs of the writer: to make a file a sound store, and to read it."""

import sqlite3
from pathlib import Path

import msgspec

from router.core.moment import Stamp
from router.core.stored import Stored
from router.errors import StoreError
from router.store import (
    alerts,
    clock,
    configurations,
    groups,
    heartbeats,
    identity,
    incidents,
    log,
    outbox,
    overrides,
    paces,
    requests,
    shifts,
    silences,
)
from router.store.folder import create
from router.store.migrate import migrate, packaged
from router.store.rows import fetch
from router.store.writer import connect

_OLDEST = (3, 33)  # The first SQLite with UPDATE … FROM.


class Opened(msgspec.Struct, frozen=True, kw_only=True):
    """What a store knows of itself when it is opened: who it is, and where it stopped."""

    instance: str
    stamp: Stamp | None
    last: dict[str, int]


def prepare(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    """The writing connection to a file that is there, sound, and has the newest schema.

    `alone` is as connect() has it.

    Raises:
        StoreError: it is damaged, not ours, from a later version, or SQLite is too old.
    """
    if sqlite3.sqlite_version_info < _OLDEST:
        raise StoreError(f"SQLite {sqlite3.sqlite_version} is too old; 3.33 or later is needed")
    create(path)
    db = connect(path, alone=alone)
    try:
        ((verdict,), *_) = fetch(db, "PRAGMA quick_check(1)")
        if verdict != "ok":
            raise StoreError(
                f"{path} is damaged ({verdict}); put the last good backup in its place"
            )
        migrate(db, path, packaged())
    except BaseException:
        db.close()
        raise
    return db


def recognise(db: sqlite3.Connection) -> Opened:
    """Who the store is; a new or restored one becomes somebody here."""
    instance = identity.claim(db)
    stamp, last = clock.load(db)
    return Opened(instance=instance, stamp=stamp, last=last)


def load(db: sqlite3.Connection, instance: str) -> Stored:
    """Everything that was committed and still matters."""
    _, last = clock.load(db)
    return Stored(
        instance=instance,
        alerts=alerts.load(db),
        groups=groups.load(db),
        members=groups.load_members(db),
        incidents=incidents.load(db),
        deliveries=outbox.load(db),
        log=log.load(db),
        silences=silences.load(db),
        heartbeats=heartbeats.load(db),
        overrides=overrides.load(db),
        shifts=shifts.load(db),
        paces=paces.load(db),
        tombstones=alerts.load_tombstones(db),
        requests=requests.load(db),
        last=last,
        text=configurations.load(db),
    )
