"""The store: everything that was promised, in one SQLite file."""

import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import aiosqlite
import anyio

from router.core.command import Command
from router.core.moment import Stamp
from router.core.stored import Stored
from router.errors import DiskFull, StoreError
from router.store import clock, folder, history, past
from router.store.batch import Batch
from router.store.changes import changes, run, scrubbed
from router.store.copy import copy
from router.store.opening import Opened, load, prepare, recognise
from router.store.reader import Reader, reading
from router.store.retention import Retention, steps, tidy, whole
from router.store.room import Ballast, ballast_for
from router.store.writer import Writer, failure, transaction

_RESET_FIXED = (3, 51, 3)
_TWO_WRITERS = (
    "SQLite {} can corrupt a file that two connections write at once (fixed in 3.51.3); here a"
    " single one writes and checkpoints, which protects: let no other program write to the store."
)
_NAMED = 1_000  # So many alerts get their fingerprints when there was nothing to delete, …
_FILLED = 1_000  # … and so many records are entered with their groups.


class Store(Reader):
    """One data folder, held by this process alone. What `commit` returned from is on the disk.

    Every method that reads or writes raises StoreError when the disk fails; after that nothing
    is written any more, and only opening it anew (in a new process) helps. A full disk is another
    matter: it raises DiskFull, and the next commit may well succeed.

    `last_stamp` is that of the last commit before this start, None in a new store. `instance`
    names the store and its generation. `notes` are sentences for the log. `tight` says that there
    is no ballast, and why; `full` that there was no room to open the store without it.
    """

    def __init__(
        self, writer: Writer, db: aiosqlite.Connection, path: Path, opened: Opened, ballast: Ballast
    ) -> None:
        super().__init__(db, path)
        self._writer = writer
        self._ballast = ballast
        self._alone = False
        self._last = opened.last
        self.instance = opened.instance
        self.last_stamp = opened.stamp
        self.retention = Retention()
        self.notes: list[str] = []
        self.tight = ""
        self.full = False

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        data: Path,
        *,
        ballast_bytes: int | None = None,
        retention: Retention | None = None,
    ) -> AsyncIterator["Store"]:
        """Open the store in this folder, making both if need be; recover, check, migrate.

        `ballast_bytes` are set aside for a full disk; as the disk's size suggests, unless given.

        Raises:
            StoreError: the folder is in use or unusable, or the file is damaged or not ours.
        """
        path = data / folder.DATABASE
        async with AsyncExitStack() as resources:
            resources.enter_context(folder.held(data))
            ballast = Ballast(data, ballast_for(data) if ballast_bytes is None else ballast_bytes)
            writer = Writer(path, prepare)
            resources.push_async_callback(writer.close)
            opened, full, alone = await _opened(writer, ballast)
            db = await resources.enter_async_context(reading(path))
            store = cls(writer, db, path, opened, ballast)
            store.retention = retention or store.retention
            store._alone = alone
            if sqlite3.sqlite_version_info < _RESET_FIXED:
                store.notes.append(_TWO_WRITERS.format(sqlite3.sqlite_version))
            await store._set_aside()
            store.full = full and bool(store.tight)
            yield store

    async def _set_aside(self) -> None:
        try:
            await self.restore_ballast()
        except StoreError as error:
            self.tight = f"no ballast is set aside: {error}"

    async def load(self) -> Stored:
        """Everything that was committed and still matters."""
        return await self._writer.run(partial(load, instance=self.instance))

    async def commit(self, commands: Sequence[Command], stamp: Stamp) -> None:
        """Write what the commands come to, and the clock, in one transaction.

        It is durable when this returns. A cancelled caller does not stop it. The alerts among the
        commands must stay as they are until then. What only memory has to know (refreshes,
        answers) is not written, and when there is nothing else nothing is.

        Raises:
            DiskFull: nothing was written; what was there is intact.
            StoreError: whether it was written is unknown.
        """
        await self._writer.run(partial(self._commit, commands, stamp))

    def _commit(self, commands: Sequence[Command], stamp: Stamp, db: sqlite3.Connection) -> None:
        batch = Batch(commands, self._last)
        if not batch:
            return
        found = changes(batch)
        try:
            with transaction(db):
                run(db, batch, found, stamp, self.retention)
        except UnicodeEncodeError:  # A lone surrogate must not end the process, nor be lost.
            with transaction(db):
                run(db, batch, scrubbed(found), stamp, self.retention)
        self._last = batch.last

    async def probe(self, stamp: Stamp) -> None:
        """Write the clock alone, to see whether writing works.

        Raises:
            DiskFull: it does not yet.
        """

        def job(db: sqlite3.Connection) -> None:
            with transaction(db):
                clock.put(db, stamp, self._last)

        await self._writer.run(job)

    def release_ballast(self) -> None:
        """Make room on a full disk, once, by giving up what was set aside for that."""
        self._ballast.release()

    async def restore_ballast(self) -> bool:
        """Whether the ballast is there again, and room beside it: whether the disk has space."""
        try:
            room = await anyio.to_thread.run_sync(self._ballast.restore)
        except OSError as error:
            raise failure(error, self._path) from error
        self.tight = "" if room else f"the disk of {self._path.parent} has no room for ballast"
        if room and self._alone:
            await self._writer.reconnect(prepare)
            self._alone = False
        return room

    async def prune(self, now_wall: int) -> int:
        """Delete a little of what is past its retention; how many rows went, or were entered.

        At most 500 rows of a table go, each table in a transaction of its own, so that a commit
        never waits long. Call it again, when there is nothing better to do, until it returns 0.
        When nothing goes any more it enters records where their groups find them, and sets aside
        the ballast that there was no room for.
        """
        gone = 0
        for step in steps(self.retention, now_wall):
            gone += await self._writer.run(step)
        await self._writer.run(tidy)
        if not gone:
            await self.name_alerts(_NAMED)
            gone = await self._writer.run(whole(partial(history.fill, rows=_FILLED)))
            if self.tight:
                await self._set_aside()
        return gone

    async def name_alerts(self, limit: int = 500) -> int:
        """Give the oldest `limit` alerts without a fingerprint theirs; how many there were.

        By it they can be asked for after they are forgotten. Call it again until it returns less.
        """
        rows = await self._fetch(past.UNNAMED, {"limit": limit})
        values = await anyio.to_thread.run_sync(past.named, rows)

        def job(db: sqlite3.Connection) -> None:
            with transaction(db):
                past.PUT_FINGERPRINTS.run(db, values)

        if rows:
            await self._writer.run(job)
        return len(rows)

    async def backup(self, target: Path) -> None:
        """Write a whole, checked and durable copy to `target`, replacing it, beside the work.

        Put in place of a store's file, the copy goes on as the next generation of this one.

        Raises:
            StoreError: it could not be read or written; `target` is as it was.
        """
        try:
            await anyio.to_thread.run_sync(copy, self._path, target)
        except (OSError, sqlite3.Error) as error:
            raise failure(error, target) from error


async def _opened(writer: Writer, ballast: Ballast) -> tuple[Opened, bool, bool]:
    """What the store knows of itself; whether it lacked room; whether it is alone for that."""
    with suppress(DiskFull):
        return await writer.run(recognise), False, False
    ballast.release()
    with suppress(DiskFull):
        return await writer.run(recognise), True, False
    writer.use(partial(prepare, alone=True))
    return await writer.run(recognise), True, True
