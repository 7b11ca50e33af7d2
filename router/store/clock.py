"""The clock row: when the last commit was, and the highest ids ever used."""

import sqlite3
from collections.abc import Mapping

from router.core.moment import Now, Stamp
from router.store.rows import fetch

KINDS = ("alert", "group", "incident", "delivery", "record")

_PUT = "INSERT OR REPLACE INTO clock VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)"


def put(db: sqlite3.Connection, stamp: Stamp, last: Mapping[str, int]) -> None:
    """Write both clocks and the highest ids."""
    now = stamp.now
    ids = (last[kind] for kind in KINDS)
    db.execute(_PUT, (now.service, now.wall, stamp.boot, stamp.boot_id, *ids))


def load(db: sqlite3.Connection) -> tuple[Stamp | None, dict[str, int]]:
    """The stamp of the last commit, None before the first, and the highest ids by kind."""
    rows = fetch(db, "SELECT * FROM clock")
    if not rows:
        return None, dict.fromkeys(KINDS, 0)
    _, service, wall, boot, boot_id, *ids = rows[0]
    stamp = Stamp(Now(wall=wall, service=service), boot, boot_id)
    return stamp, dict(zip(KINDS, ids, strict=True))
