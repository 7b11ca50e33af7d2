"""A store is opened by one process alone, on a sound file and the newest schema, or not."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from support.things import alert, stamp

from router.core import command as c
from router.errors import StoreError
from router.store import folder
from router.store.migrate import migrate, packaged
from router.store.store import Store
from router.store.writer import connect

HOLDER = """
import sys
from pathlib import Path
import anyio
from router.store.store import Store

async def hold(data):
    async with Store.open(Path(data), ballast_bytes=0):
        print("open", flush=True)
        await anyio.to_thread.run_sync(sys.stdin.read)

anyio.run(hold, sys.argv[1])
"""


async def _open(data: Path) -> None:
    async with Store.open(data, ballast_bytes=0):
        pass


def test_a_second_process_is_refused_with_the_number_of_the_first(tmp_path: Path) -> None:
    command = [sys.executable, "-c", HOLDER, str(tmp_path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as holder:
        assert holder.stdout
        assert holder.stdout.readline() == "open\n"
        second = subprocess.run(command, capture_output=True, text=True, check=False)
        assert second.returncode == 1
        assert f"{tmp_path} is in use by process {holder.pid};" in second.stderr
        with pytest.raises(StoreError, match=f"{tmp_path} is in use by process {holder.pid};"):
            anyio.run(_open, tmp_path)
        _, errors = holder.communicate()
        assert (holder.returncode, errors) == (0, "")
    anyio.run(_open, tmp_path)


async def test_nobody_else_may_look_into_the_folder(tmp_path: Path) -> None:
    data = tmp_path / "a" / "data"
    async with Store.open(data, ballast_bytes=1 << 20) as store:
        await store.commit([c.PutAlert(alert(1))], stamp())
        modes = {path.name: oct(path.stat().st_mode & 0o777) for path in data.iterdir()}
        assert oct(data.stat().st_mode & 0o777) == "0o700"
    files = ("lock", "tocsin.db", "tocsin.db-wal", "tocsin.db-shm", "ballast")
    assert modes == dict.fromkeys(files, "0o600")


@pytest.mark.parametrize(
    ("place", "kind"),
    [
        pytest.param("/data/tocsin", "nfs4", id="the innermost mount counts"),
        pytest.param("/data", "nfs4", id="the mount itself too"),
        pytest.param("/database", "ext4", id="and not one whose name begins alike"),
        pytest.param("/with space/x", "cifs", id="a space in its name is written as a number"),
    ],
)
def test_the_file_system_of_a_folder(place: str, kind: str) -> None:
    mounts = (
        "/dev/vda / ext4 rw 0 0\nhost:/x /data nfs4 rw 0 0\n//h/s /with\\040space cifs rw 0 0\n"
        "tmpfs /tmp tmpfs rw 0 0\n"
    )
    assert folder.filesystem(Path(place), mounts) == kind


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "9p", "fuse.sshfs"])
def test_a_network_file_system_is_refused(kind: str, tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/vda / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n")
    with (
        pytest.raises(StoreError, match=rf"data is on a network file system \({kind}\)"),
        folder.held(tmp_path / "data", mounts),
    ):
        pass
    with folder.held(tmp_path / "data"):
        assert (tmp_path / "data" / "lock").read_text() == f"{os.getpid()}".ljust(20) + "\n"


async def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(StoreError, match=f"{tmp_path}/data cannot be used: "):
        await _open(tmp_path / "data")


async def test_a_damaged_file_is_not_opened(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit([c.PutAlert(alert(n)) for n in range(1, 500)], stamp())
    path = tmp_path / "tocsin.db"
    content = bytearray(path.read_bytes())
    content[5 * 4096 : -4096] = os.urandom(len(content) - 6 * 4096)
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"tocsin.db (is damaged|cannot be written or read)"):
        await _open(tmp_path)


@pytest.mark.parametrize(
    ("script", "complaint"),
    [
        pytest.param("CREATE TABLE t (x)", "is a database of something else", id="foreign"),
        pytest.param(
            f"PRAGMA application_id = {0x54637369}; PRAGMA user_version = 900",
            r"has schema 900, and this version knows only \d+; start the newer version",
            id="from the future",
        ),
    ],
)
async def test_a_file_is_refused_that_is(script: str, complaint: str, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "tocsin.db")) as db:
        db.executescript(script)
    with pytest.raises(StoreError, match=complaint):
        await _open(tmp_path)


def test_an_empty_file_gets_the_whole_schema_and_then_stays(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.db"
    with closing(connect(path)) as db:
        assert migrate(db, path, packaged()) == len(packaged())
        assert migrate(db, path, packaged()) == 0
    assert not list(tmp_path.glob("*.version-*"))


def test_an_older_file_goes_on_with_its_rows_and_leaves_a_copy_behind(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.db"
    later = "ALTER TABLE alert ADD COLUMN colour TEXT NOT NULL DEFAULT 'red'; DROP TABLE reject;"
    with closing(connect(path)) as db:
        migrate(db, path, packaged())
        db.execute("INSERT INTO tombstone VALUES (1, 2)")
        assert migrate(db, path, [*packaged(), later]) == 1
        assert db.execute("SELECT * FROM tombstone").fetchall() == [(1, 2)]
        assert "colour" in [row[1] for row in db.execute("PRAGMA table_info(alert)")]
        assert migrate(db, path, [*packaged(), later]) == 0
    with closing(sqlite3.connect(tmp_path / f"tocsin.db.version-{len(packaged())}")) as copy:
        assert copy.execute("SELECT * FROM tombstone").fetchall() == [(1, 2)]
        assert copy.execute("PRAGMA user_version").fetchall() == [(len(packaged()),)]
        assert copy.execute("SELECT * FROM reject").fetchall() == []


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.db"
    with closing(connect(path)) as db:
        migrate(db, path, packaged())
        with pytest.raises(sqlite3.OperationalError, match="no such table: absent"):
            migrate(db, path, [*packaged(), "DROP TABLE reject; DROP TABLE absent;"])
        assert not db.in_transaction
        assert db.execute("PRAGMA user_version").fetchall() == [(len(packaged()),)]
        assert db.execute("SELECT * FROM reject").fetchall() == []


async def test_a_store_keeps_its_name_and_warns_of_an_old_sqlite(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        instance, loaded = store.instance, (await store.load()).instance
        old = sqlite3.sqlite_version_info < (3, 51, 3)
        assert [sqlite3.sqlite_version in note for note in store.notes] == [True] * old
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        assert store.instance == loaded == instance
    async with Store.open(tmp_path / "other", ballast_bytes=0) as store:
        assert store.instance != instance
