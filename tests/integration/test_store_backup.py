"""A backup is a whole store, taken beside the work, and knows that it is a copy."""

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import anyio
import pytest
from support.things import alert, delivery, stamp

from router.core import command as c
from router.errors import StoreError
from router.store.store import Store


async def test_a_backup_made_while_commits_go_on_is_whole(tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    async with Store.open(tmp_path / "data", ballast_bytes=0) as store:
        done = 0

        async def work(scope: anyio.CancelScope) -> None:
            nonlocal done
            with scope:
                while True:
                    done += 1
                    await store.commit([c.PutAlert(alert(done)), c.Join(1, done)], stamp())
                    await anyio.sleep(0.0005)

        await store.commit([c.Enqueue(delivery(1))], stamp())
        scope = anyio.CancelScope()
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(work, scope)
            await anyio.sleep(0.02)
            at_least = done - 1
            await store.backup(target)
            await store.backup(target)
            scope.cancel()
    (tmp_path / "restored").mkdir()
    shutil.copy(target, tmp_path / "restored" / "tocsin.db")
    async with Store.open(tmp_path / "restored", ballast_bytes=0) as store:
        found = await store.load()
        assert at_least <= len(found.alerts) <= done
        assert found.members == [(1, a.id) for a in found.alerts]
        assert found.deliveries == [delivery(1)]
    assert not target.with_name("backup.db.part").exists()
    assert target.stat().st_mode & 0o777 == 0o600


async def test_a_restored_store_is_the_same_one_in_a_new_generation(tmp_path: Path) -> None:
    async with Store.open(tmp_path / "data", ballast_bytes=0) as store:
        await store.backup(tmp_path / "copy.db")
        first = store.instance
    lives = [first]
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        shutil.copy(tmp_path / "copy.db", tmp_path / folder / "tocsin.db")
        async with Store.open(tmp_path / folder, ballast_bytes=0) as store:
            lives.append(store.instance)
        async with Store.open(tmp_path / folder, ballast_bytes=0) as store:
            assert store.instance == lives[-1], "a restart is no restore"
    names, generations = zip(*(life.split(".") for life in lives), strict=True)
    assert len(set(names)) == 1
    assert int(generations[0]) == 1 < min(int(generations[1]), int(generations[2]))
    assert generations[1] != generations[2]


async def test_a_backup_that_fails_leaves_the_last_one_alone(tmp_path: Path) -> None:
    target = tmp_path / "backup.db"
    async with Store.open(tmp_path / "data", ballast_bytes=0) as store:
        await store.backup(target)
        before = target.read_bytes()
        await store.commit([c.PutAlert(alert(1))], stamp())
        (tmp_path / "backup.db.part").mkdir()
        with pytest.raises(StoreError, match=r"backup\.db cannot be written"):
            await store.backup(target)
        with pytest.raises(StoreError, match=r"missing/backup\.db cannot be written"):
            await store.backup(tmp_path / "missing" / "backup.db")
        await store.commit([c.PutAlert(alert(2))], stamp())
    assert target.read_bytes() == before
    with closing(sqlite3.connect(target)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
