"""The schema in numbered steps: each file in migrations/ takes a store one version further."""

import sqlite3
from collections.abc import Sequence
from importlib.resources import files
from pathlib import Path

from router.errors import StoreError
from router.store.copy import copy
from router.store.rows import fetch

_APPLICATION = 0x54637369  # "Tcsi", by which a file is known to be ours.


def packaged() -> tuple[str, ...]:
    """The steps this version knows, in order."""
    folder = files("router.store") / "migrations"
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".sql"))
    return tuple((folder / name).read_text("utf-8") for name in names)


def migrate(db: sqlite3.Connection, path: Path, steps: Sequence[str]) -> int:
    """Bring the file to the last step's version; returns how many steps it took.

    Each step is a transaction of its own. Before a step on a file that holds something, a copy is
    made beside it, named after the version it has.

    Raises:
        StoreError: the file is not one of ours, or was written by a later version.
        sqlite3.Error: a step failed; the file is as the step before left it.
    """
    version = _version(db)
    if version > len(steps):
        raise StoreError(
            f"{path} has schema {version}, and this version knows only {len(steps)};"
            " start the newer version again, or go back to the copy made before it was migrated"
        )
    if version == 0 and fetch(db, "SELECT 1 FROM sqlite_master LIMIT 1"):
        raise StoreError(f"{path} is a database of something else; name another data folder")
    for number, step in enumerate(steps[version:], start=version + 1):
        if version:  # A new file holds nothing yet.
            copy(path, path.with_name(f"{path.name}.version-{number - 1}"))
        _take(db, step, number)
    return len(steps) - version


def _version(db: sqlite3.Connection) -> int:
    ((application,),) = fetch(db, "PRAGMA application_id")
    ((version,),) = fetch(db, "PRAGMA user_version")
    return int(version) if application == _APPLICATION else 0


def _take(db: sqlite3.Connection, step: str, number: int) -> None:
    try:
        db.executescript(
            f"BEGIN IMMEDIATE;\n{step}\n"
            f"PRAGMA application_id = {_APPLICATION};\nPRAGMA user_version = {number};\nCOMMIT;"
        )
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
