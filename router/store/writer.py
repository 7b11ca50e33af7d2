"""The one thread and the one connection that write; nobody else ever gets hold of either.

SQLite before 3.51.3 can corrupt a file that two connections write or checkpoint at one instant,
and a transaction that tasks share loses one task's rows with another's rollback.
"""

import asyncio
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

import anyio

from router.errors import DiskFailed, DiskFull, StoreError
from router.store.room import NO_ROOM, out_of_room

T = TypeVar("T")
Job = Callable[[sqlite3.Connection], T]

_SETTINGS = (
    "PRAGMA auto_vacuum = INCREMENTAL",  # Only counts before the first table, but writes always.
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA wal_autocheckpoint = 8000",  # Should we never come to it: see _next.
    "PRAGMA journal_size_limit = 67108864",
    "PRAGMA cache_size = -16384",
    "PRAGMA mmap_size = 0",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA secure_delete = FAST",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA busy_timeout = 0",
)
_ALONE = "PRAGMA locking_mode = EXCLUSIVE"  # Counts only before the first look at the file.
_WORTH = 250  # So many pages of the log are brought into the file in a pause …
_PAUSE_SECONDS = 0.02  # … of this length, …
_LONG = 4000  # … so many at once. How many there are is a guess, for nobody tells, …
_COMMITS = 16  # … made after so many commits: …
_COMMIT_PAGES = 3  # … each commit changes so many, …
_PAGE_ROWS = 20  # … so many rows one more, or what they need of new ones.
_PRIMARY = 0xFF  # The low byte of an extended result code.
_BROKEN = {
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
}
_ROOM_MATTERS = {
    sqlite3.SQLITE_IOERR_WRITE,
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_BUSY,  # By a writer without a shared index: see connect().
}


class _Errand(NamedTuple):
    job: Job[Any]
    future: asyncio.Future[Any]


class Writer:
    """Runs jobs on the writing connection, one after another, in a thread of its own.

    After a failure that is not a full disk nothing is run any more: once an fsync has failed, a
    later success proves nothing. Open the store anew; it recovers from its log file.
    """

    def __init__(self, path: Path, connect: Callable[[Path], sqlite3.Connection]) -> None:
        self._path = path
        self._connect = connect
        self._errands: SimpleQueue[_Errand | None] = SimpleQueue()
        self._db: sqlite3.Connection | None = None  # For the thread alone.
        self._changes = 0  # Rows that this connection has changed, …
        self._commits = 0  # … in so many commits since the last guess, …
        self._rows = 0  # … at which they were these …
        self._size = 0  # … and the pages of the database these.
        self._pages = 0  # Those in the log, about.
        self._failure: StoreError | None = None
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="store writer", daemon=True)
        self._thread.start()

    async def run(self, job: Job[T]) -> T:
        """What the job returns. It runs to its end even when the caller is cancelled meanwhile.

        Raises:
            DiskFull: there was no room; nothing was written.
            StoreError: the file or the disk failed.
        """
        if self._closed:
            raise StoreError(f"{self._path} is closed")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._errands.put(_Errand(job, future))
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError as error:
            with anyio.CancelScope(shield=True):
                await _outlast(future)
            raise error from future.exception()

    def use(self, connect: Callable[[Path], sqlite3.Connection]) -> None:
        """Make the next connection in this way."""
        self._connect = connect

    async def reconnect(self, connect: Callable[[Path], sqlite3.Connection]) -> None:
        """Close the connection, and make the next one in this way."""
        self.use(connect)
        await self.run(self._hang_up)

    def _next(self) -> _Errand | None:
        """The next errand. While none comes, or when it is too long, the log is cleared."""
        if self._pages >= _WORTH:
            if self._pages < _LONG:
                with suppress(Empty):
                    return self._errands.get(timeout=_PAUSE_SECONDS)
            self._clear()
        return self._errands.get()

    def _clear(self) -> None:
        """Bring the log into the file, while nobody waits for an answer.

        Left to itself SQLite does it within a commit, and keeps a failure to itself.
        """
        self._pages = 0
        self._ask("PRAGMA wal_checkpoint(PASSIVE)")

    def _guess(self) -> None:
        """Work out, every few commits, about how many pages of the log they have made."""
        changes = self._db.total_changes if self._db is not None else 0
        self._commits += changes != self._changes
        self._changes = changes
        if self._commits < _COMMITS:
            return
        size = self._ask("PRAGMA page_count") or self._size
        rows, new = changes - self._rows, size - self._size
        self._pages += self._commits * _COMMIT_PAGES + max(rows // _PAGE_ROWS, new)
        self._commits, self._rows, self._size = 0, changes, size

    def _ask(self, pragma: str) -> int:
        """The first number of its answer; 0 when there is none."""
        try:
            rows = self._db.execute(pragma).fetchall() if self._db is not None else []
        except sqlite3.Error as error:
            self._judge(error)  # A full disk can do without; after all else nothing is written.
            return 0
        return int(rows[0][0]) if rows else 0

    def _hang_up(self, db: sqlite3.Connection) -> None:
        self._db = None
        db.close()

    async def close(self) -> None:
        """Close the connection once the jobs before are done, and end the thread."""
        self._closed = True
        self._errands.put(None)
        with anyio.CancelScope(shield=True):
            await anyio.to_thread.run_sync(self._thread.join)

    def _work(self) -> None:
        try:
            while (errand := self._next()) is not None:
                try:
                    self._refuse_after_failure()
                    self._db = self._db or self._connect(self._path)
                    result = errand.job(self._db)
                except BaseException as error:  # noqa: BLE001 - raised where the job came from
                    _answer(errand.future, None, self._judge(error))
                else:
                    _answer(errand.future, result, None)
                    self._guess()
        finally:
            if self._db is not None:
                self._db.close()

    def _refuse_after_failure(self) -> None:
        if self._failure is not None:
            kind = type(self._failure)
            raise kind(f"nothing is written any more, because of: {self._failure}")

    def _judge(self, error: BaseException) -> StoreError:
        judged = error if isinstance(error, StoreError) else failure(error, self._path)
        if self._failure is None and not isinstance(judged, DiskFull):
            self._failure = judged
        return judged


def connect(path: Path, *, alone: bool = False) -> sqlite3.Connection:
    """The writing connection: every commit is on the disk when it returns.

    The index of SQLite's log is a file that readers share, for which a full disk has no room. One
    that is `alone` keeps it in memory instead, and nobody else can read meanwhile.

    Raises:
        StoreError: the file system cannot do what a log file needs.
    """
    db = sqlite3.connect(path, isolation_level=None, cached_statements=512)
    try:
        for setting in (_ALONE, *_SETTINGS[1:]) if alone else _SETTINGS:
            db.execute(setting).fetchall()
        ((mode,),) = db.execute("PRAGMA journal_mode").fetchall()
        if mode != "wal":
            raise StoreError(f"{path}: write-ahead logging is not possible here, only {mode!r}")
    except BaseException:
        db.close()
        raise
    return db


@contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All of what is written inside, or nothing of it."""
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:  # SQLite may have rolled back by itself.
            db.execute("ROLLBACK")
        raise


def failure(error: BaseException, path: Path) -> StoreError:
    """What an error of SQLite, or in a job, means to whoever asked for it."""
    code = getattr(error, "sqlite_errorcode", 0)
    full = code & _PRIMARY == sqlite3.SQLITE_FULL
    full = full or (isinstance(error, OSError) and error.errno in NO_ROOM)
    if full or (code in _ROOM_MATTERS and out_of_room(path.parent)):
        told: StoreError = DiskFull(f"no room is left to write {path}; free some on its disk")
    else:
        name = getattr(error, "sqlite_errorname", type(error).__name__)
        broken = code & _PRIMARY in _BROKEN or isinstance(error, OSError)
        kind = DiskFailed if broken else StoreError
        told = kind(f"{path} cannot be written or read: {error} ({name})")
    told.__cause__ = error
    return told


async def _outlast(future: asyncio.Future[Any]) -> None:
    """Wait until the future is done, however often the caller is cancelled meanwhile."""
    while not future.done():
        with suppress(asyncio.CancelledError, StoreError):  # The future holds the latter.
            await asyncio.shield(future)


def _answer(future: asyncio.Future[Any], result: object, error: StoreError | None) -> None:
    def settle() -> None:
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    future.get_loop().call_soon_threadsafe(settle)
