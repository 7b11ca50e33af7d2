"""The log of the store is brought into its file when it is long, and not behind anybody's back."""

from pathlib import Path

import anyio
from msgspec.structs import replace
from support.limited import lines_of
from support.things import alert, stamp

from router.core import command as c
from router.store.store import Store

MEGABYTE = 1 << 20


async def test_many_rows_do_not_make_a_long_log(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        for first in range(1, 400_000, 2_000):
            numbers = range(first, first + 2_000)
            await store.commit([c.PutAlert(alert(number)) for number in numbers], stamp())
        assert (tmp_path / "tocsin.db-wal").stat().st_size < 24 * MEGABYTE


async def test_large_rows_do_not(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        for number in range(1, 1_000):
            large = replace(alert(number), annotations=b'{"a":"%b"}' % (b"x" * 20_000))
            await store.commit([c.PutAlert(large)], stamp())
        assert (tmp_path / "tocsin.db-wal").stat().st_size < 24 * MEGABYTE


async def test_many_commits_do_not(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        for number in range(1, 4_000):
            await store.commit([c.PutAlert(alert(number))], stamp())
        assert (tmp_path / "tocsin.db-wal").stat().st_size < 24 * MEGABYTE


LIMITED = """
import resource, sys
from pathlib import Path
import anyio
from router.core import command as c
from router.errors import StoreError
from router.store.store import Store
from support.things import alert, stamp

async def write(data):
    async with Store.open(Path(data), ballast_bytes=0) as store:
        resource.setrlimit(resource.RLIMIT_FSIZE, (6 << 20, resource.RLIM_INFINITY))
        kept = 0
        try:
            while kept < 200_000:
                numbers = range(kept + 1, kept + 2_001)
                await store.commit([c.PutAlert(alert(n)) for n in numbers], stamp())
                kept += 2_000
                await anyio.sleep(0.04)
        except StoreError as error:
            print(type(error).__name__, error)
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
        print(kept)

anyio.run(write, sys.argv[1])
"""


def test_what_cannot_be_brought_into_the_file_ends_all_writing_and_is_not_lost(
    tmp_path: Path,
) -> None:
    said, kept = lines_of(LIMITED, tmp_path)
    assert said.startswith("DiskFailed nothing is written any more, because of: ")
    assert "SQLITE_IOERR_WRITE" in said
    assert anyio.run(_count, tmp_path) == int(kept) > 0


async def _count(data: Path) -> int:
    async with Store.open(data, ballast_bytes=0) as store:
        return len((await store.load()).alerts)
