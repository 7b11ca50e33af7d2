"""A copy of a store that can be kept elsewhere, and opened as a store again."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from router.errors import StoreError
from router.store.folder import create, sync_folder

RESTORED = "INSERT OR REPLACE INTO meta VALUES ('copied', 1)"


def read_only(path: Path) -> str:
    """The URI under which SQLite opens the file without ever writing to it."""
    return f"{path.absolute().as_uri()}?mode=ro"


def copy(source: Path, target: Path) -> None:
    """Write what is committed in `source` to `target`, whole or not at all, durable when done.

    The copy is marked: whoever opens it as a store takes up the next generation.

    Raises:
        sqlite3.Error, OSError: it could not be read or written; `target` is as it was.
        StoreError: the copy is not sound.
    """
    part = target.with_name(f"{target.name}.part")
    part.unlink(missing_ok=True)
    create(part)
    try:
        with closing(sqlite3.connect(read_only(source), uri=True, isolation_level=None)) as db:
            db.execute("VACUUM INTO ?", (str(part),))
        _mark(part)
        _sync(part)
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(target.parent)


def _mark(part: Path) -> None:
    with closing(sqlite3.connect(part, isolation_level=None)) as db:
        db.execute(RESTORED)
        ((verdict,),) = db.execute("PRAGMA integrity_check(1)").fetchall()
        if verdict != "ok":
            raise StoreError(f"{part} is not a sound copy: {verdict}")


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
