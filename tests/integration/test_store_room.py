"""A full disk costs what was being written, and nothing else."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import anyio
import anyio.to_thread
import pytest
from support.limited import lines_of
from support.things import WALL, alert, stamp

from router.core import command as c
from router.errors import DiskFull
from router.store.rows import fetch
from router.store.store import Store

MEGABYTE = 1 << 20


class Disk:
    """A small disk to fill and to free: a tmpfs, or, where none may be mounted, a limit."""

    def __init__(self, folder: Path, *, real: bool) -> None:
        self.folder = folder
        self.data = folder / "data"
        self.real = real
        self._filler = folder / "filler"

    async def fill(self, store: Store) -> None:
        """Leave no room for another page."""
        if not self.real:
            ((pages,),) = await store._writer.run(lambda db: fetch(db, "PRAGMA page_count"))
            await self._limit(store, pages)
            return
        await anyio.to_thread.run_sync(self.fill_up)

    def fill_up(self) -> None:
        with self._filler.open("ab", buffering=0) as file:
            for size in (65536, 4096, 1):
                try:
                    while file.write(bytes(size)) == size:
                        pass
                except OSError:
                    continue

    async def free(self, store: Store) -> None:
        """Give the room back."""
        self._filler.unlink(missing_ok=True)
        if not self.real:
            await self._limit(store, 1 << 30)

    async def _limit(self, store: Store, pages: int) -> None:
        await store._writer.run(lambda db: fetch(db, f"PRAGMA max_page_count = {pages}"))


@pytest.fixture(params=["a limit", "a disk"])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Disk]:
    """SQLite's own limit, which works everywhere, and a real disk where one may be mounted."""
    mounted = request.param == "a disk" and _mount(tmp_path)
    yield Disk(tmp_path, real=mounted)
    if mounted:
        assert _run("umount", tmp_path)


def _mount(folder: Path) -> bool:
    return _run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder)


def _run(*command: str | Path) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


def _many(first: int, count: int) -> list[c.Command]:
    return [c.PutAlert(alert(n, annotations=os.urandom(400))) for n in range(first, first + count)]


async def test_what_does_not_fit_is_not_there_and_all_else_is(disk: Disk) -> None:
    async with Store.open(disk.data, ballast_bytes=0) as store:
        await store.commit(_many(1, 100), stamp())
        await disk.fill(store)
        for _ in range(3):
            with pytest.raises(DiskFull, match=r"no room is left to write .*tocsin\.db; free some"):
                await store.commit(_many(101, 2000), stamp())
        assert not await store._writer.run(lambda db: db.in_transaction)
        found = await store.load()
        assert [a.id for a in found.alerts] == list(range(1, 101))
        assert found.last["alert"] == 100
        await disk.free(store)
        await store.commit([c.PutTombstone(1, WALL)], stamp())
        assert (await store.load()).last["alert"] == 100, "nor are the numbers used"
        await store.commit(_many(101, 100), stamp())
    async with Store.open(disk.data, ballast_bytes=0) as store:
        assert [a.id for a in (await store.load()).alerts] == list(range(1, 201))


async def _commit_until_full(store: Store) -> int:
    for committed in range(0, 50_000, 20):
        try:
            await store.commit(_many(committed + 1, 20), stamp())
        except DiskFull:
            return committed
    raise AssertionError("the disk never was full")


async def test_filling_up_row_by_row_loses_none_that_was_committed(
    disk: Disk, tmp_path_factory: pytest.TempPathFactory
) -> None:
    async with Store.open(disk.data, ballast_bytes=0) as store:
        if not disk.real:
            await store._writer.run(lambda db: fetch(db, "PRAGMA max_page_count = 400"))
        committed = await _commit_until_full(store)
        assert committed > 0
        assert len((await store.load()).alerts) == committed
    larger = tmp_path_factory.mktemp("larger") / "data"
    shutil.copytree(disk.data, larger)
    async with Store.open(larger, ballast_bytes=0) as store:
        assert len((await store.load()).alerts) == committed
        await store.commit(_many(committed + 1, 20), stamp())


LIMITED = """
import resource, sys
from pathlib import Path
import anyio
from router.core import command as c
from router.errors import DiskFull, StoreError
from router.store.store import Store
from support.things import alert, stamp

async def write(data):
    async with Store.open(Path(data), ballast_bytes=0) as store:
        await store.commit([c.PutAlert(alert(1))], stamp())
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, resource.RLIM_INFINITY))
        try:
            await store.commit([c.PutAlert(alert(n)) for n in range(2, 5000)], stamp())
        except StoreError as error:
            print(type(error).__name__, error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        try:
            await store.commit([c.PutAlert(alert(2))], stamp())
        except StoreError as error:
            print(type(error).__name__, error)

anyio.run(write, sys.argv[1])
"""


def test_a_write_that_fails_otherwise_ends_all_writing(tmp_path: Path) -> None:
    first, second = lines_of(LIMITED, tmp_path)
    path = tmp_path / "tocsin.db"
    assert first == (
        f"DiskFailed {path} cannot be written or read: disk I/O error (SQLITE_IOERR_WRITE)"
    )
    assert second.startswith("DiskFailed nothing is written any more, because of: ")
    assert anyio.run(_ids, tmp_path) == [1]


async def _ids(data: Path) -> list[int]:
    async with Store.open(data, ballast_bytes=0) as store:
        return [a.id for a in (await store.load()).alerts]


@pytest.fixture
def tmpfs(tmp_path: Path) -> Iterator[Disk]:
    """A real disk of 4 MB."""
    if not _mount(tmp_path):
        why = "no disk may be mounted here; the tests with a limit say the most of it"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)
    yield Disk(tmp_path, real=True)
    assert _run("umount", tmp_path)


async def test_the_ballast_makes_room_once_and_comes_back_when_there_is_some(tmpfs: Disk) -> None:
    async with Store.open(tmpfs.data, ballast_bytes=MEGABYTE) as store:
        ballast = tmpfs.data / "ballast"
        await tmpfs.fill(store)
        with pytest.raises(DiskFull):
            await store.commit(_many(1, 500), stamp())
        store.release_ballast()
        assert not ballast.exists()
        await store.commit(_many(1, 500), stamp())
        assert not await store.restore_ballast(), "there is too little room"
        assert not (tmpfs.data / "ballast.part").exists()
        await tmpfs.free(store)
        assert await store.restore_ballast()
        assert ballast.stat().st_size == MEGABYTE


async def test_a_full_disk_forbids_no_start_while_there_is_ballast(tmpfs: Disk) -> None:
    async with Store.open(tmpfs.data, ballast_bytes=MEGABYTE) as store:
        await store.commit(_many(1, 100), stamp())
    tmpfs.fill_up()
    async with Store.open(tmpfs.data, ballast_bytes=MEGABYTE) as store:
        assert len((await store.load()).alerts) == 100
        assert store.tight == f"the disk of {tmpfs.data} has no room for ballast"
        assert store.full, "what it gave up for the start is for answers and pages"
        await store.commit([c.PutTombstone(1, WALL)], stamp())
        await store.prune(WALL)
        assert store.tight
        await tmpfs.free(store)
        await store.prune(WALL)
        assert not store.tight, "there is ballast again, without anybody's doing"


async def test_a_disk_that_is_only_too_small_for_ballast_is_not_full(tmpfs: Disk) -> None:
    async with Store.open(tmpfs.data, ballast_bytes=8 * MEGABYTE) as store:
        assert (bool(store.tight), store.full) == (True, False)
        await store.commit(_many(1, 10), stamp())


async def test_a_disk_without_a_byte_forbids_no_start_either(tmpfs: Disk) -> None:
    async with Store.open(tmpfs.data, ballast_bytes=0) as store:
        await store.commit(_many(1, 100), stamp())
    tmpfs.fill_up()
    async with Store.open(tmpfs.data, ballast_bytes=0) as store:
        assert store.full
        assert len((await store.load()).alerts) == 100
        for _ in range(2):
            with pytest.raises(DiskFull):
                await store.commit([c.PutTombstone(1, WALL)], stamp())
        with pytest.raises(DiskFull):
            await store.probe(stamp())
        with pytest.raises(DiskFull):
            await store.seen("queue", ["1-0"])
        assert not await store.restore_ballast()
        await tmpfs.free(store)
        assert await store.restore_ballast()
        await store.commit([c.PutTombstone(1, WALL)], stamp())
        assert await store.seen("queue", ["1-0"]) == set()
    async with Store.open(tmpfs.data, ballast_bytes=0) as store:
        assert (await store.load()).tombstones


async def test_a_probe_says_whether_writing_works(tmpfs: Disk) -> None:
    async with Store.open(tmpfs.data, ballast_bytes=0) as store:
        await store.probe(stamp(1))
        await tmpfs.fill(store)
        await _commit_until_full(store)  # The log file may still have had a page.
        with pytest.raises(DiskFull):
            await store.probe(stamp(1))
        await tmpfs.free(store)
        await store.probe(stamp(2))


async def test_a_backup_that_does_not_fit_leaves_nothing_behind(tmpfs: Disk) -> None:
    async with Store.open(tmpfs.data, ballast_bytes=0) as store:
        await store.commit(_many(1, 1000), stamp())
        await tmpfs.fill(store)
        with pytest.raises(DiskFull, match=r"no room is left to write .*copy\.db"):
            await store.backup(tmpfs.folder / "copy.db")
        assert not list(tmpfs.folder.glob("copy*"))
        await tmpfs.free(store)
        await store.commit(_many(2000, 100), stamp())


async def test_the_ballast_takes_up_its_room_until_it_is_released(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=MEGABYTE) as store:
        ballast = tmp_path / "ballast"
        assert ballast.stat().st_size == MEGABYTE
        assert ballast.stat().st_blocks * 512 >= MEGABYTE
        store.release_ballast()
        store.release_ballast()
        assert not ballast.exists()
        assert await store.restore_ballast()
        assert await store.restore_ballast(), "it is there already"
        assert ballast.stat().st_size == MEGABYTE
