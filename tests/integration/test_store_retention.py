"""What is past its retention goes, little by little; what still matters stays."""

import sqlite3
from contextlib import closing
from pathlib import Path

from support.things import WALL, incident, stamp

from router.core import command as c
from router.core.configuration import Configuration
from router.core.incident import Status
from router.core.moment import DAY, HOUR
from router.core.route import Route
from router.core.tree import Tree
from router.store.retention import Retention
from router.store.store import Store

CONFIGURATION = Configuration(tree=Tree(Route(id="r", key="{}", receiver="default")))


async def _numbers(store: Store) -> list[int]:
    return [i.number for i in await store.incidents(100)]


async def test_old_records_and_entries_go_five_hundred_at_a_time(tmp_path: Path) -> None:
    records = [c.Record(seq=n, at=WALL + n, kind="fired", alert=1) for n in range(1, 1201)]
    entries = [c.PutSeen("redis", f"{n}-0", WALL + n) for n in range(1, 1201)]
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit([*records, *entries], stamp())
        assert [await store.prune(WALL + 48 * HOUR + 1) for _ in range(3)] == [1000, 200, 0]
        later = WALL + 1001 + 90 * DAY
        assert [await store.prune(later) for _ in range(4)] == [1000, 1000, 200, 0]
        assert [r.seq for r in await store.alert_history(1, 9999)] == list(range(1001, 1201))
        assert await store.seen("redis", [f"{n}-0" for n in range(1, 1201)]) == set()
        assert (await store.load()).last["record"] == 1200


async def test_where_a_groups_records_are_goes_with_them(tmp_path: Path) -> None:
    records = [
        c.Record(seq=n, at=WALL + n, kind="fired", alert=n, group=n % 7) for n in range(1, 1201)
    ]
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(records, stamp())
        while await store.prune(WALL):
            pass
        with closing(sqlite3.connect(tmp_path / "tocsin.db")) as db:
            ((entered,),) = db.execute("SELECT count(*) FROM group_event")
            assert entered == sum(n % 7 > 0 for n in range(1, 1201))
            while await store.prune(WALL + 1001 + 90 * DAY):
                pass
            ((oldest,),) = db.execute("SELECT min(seq) FROM group_event")
            assert oldest == 1002, "the one before is of no group"


async def test_an_entry_is_kept_for_48_hours(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit([c.PutSeen("redis", "1-0", WALL)], stamp())
        assert await store.prune(WALL + 48 * HOUR) == 0
        assert await store.seen("redis", ["1-0"]) == {"1-0"}
        assert await store.prune(WALL + 48 * HOUR + 1) == 1
        assert await store.seen("redis", ["1-0"]) == set()


async def test_a_resolved_incident_stays_30_days_and_an_open_one_for_ever(tmp_path: Path) -> None:
    ended = {"status": Status.RESOLVED}
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(
            [
                c.PutIncident(incident(1, group=1)),
                c.PutIncident(incident(2, group=2, resolved_at=WALL, **ended)),
                c.PutIncident(incident(3, group=3, resolved_at=WALL + DAY, **ended)),
            ],
            stamp(),
        )
        assert await store.prune(WALL + 30 * DAY) == 0
        assert await store.prune(WALL + 30 * DAY + 1) == 1
        assert await _numbers(store) == [3, 1]
        assert await store.prune(WALL + 900 * DAY) == 1
        assert await _numbers(store) == [1]
        assert (await store.load()).last["incident"] == 3


async def test_an_incident_stays_while_the_next_of_its_group_begins_where_it_ended(
    tmp_path: Path,
) -> None:
    ended = {"group": 1, "status": Status.RESOLVED, "resolved_at": WALL}
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(
            [
                c.Record(seq=1, at=WALL, kind="grouped", group=1),
                c.PutIncident(incident(1, **ended)),
                c.Record(seq=2, at=WALL, kind="grouped", group=1),
                c.PutIncident(incident(2, **ended)),
                c.Record(seq=3, at=WALL, kind="grouped", group=1),
                c.PutIncident(incident(3, group=1)),
            ],
            stamp(),
        )
        assert await store.prune(WALL + 31 * DAY) == 1
        assert await _numbers(store) == [3, 2]
        assert [r.seq for r in await store.timeline(3)] == [3]


async def test_how_long_things_are_kept_can_be_chosen(tmp_path: Path) -> None:
    def rejects(count: int) -> list[c.PutReject]:
        return [c.PutReject("s", "bad", b"%d" % n, WALL) for n in range(count)]

    async with Store.open(tmp_path, ballast_bytes=0) as store:
        record = c.Record(seq=1, at=WALL, kind="fired", alert=1)
        await store.commit([record, *rejects(100)], stamp())
    brief = Retention(records=HOUR, rejects=10)
    async with Store.open(tmp_path, ballast_bytes=0, retention=brief) as store:
        assert await store.prune(WALL + HOUR + 1) == 91
        assert await store.alert_history(1) == []
        assert [r.body for r in await store.rejects(99)] == [b"%d" % n for n in range(99, 89, -1)]


async def test_the_last_twenty_different_configurations_are_kept(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        for n in range(25):
            for at in (WALL + n, WALL + n + 1000):
                command = c.PutConfiguration(CONFIGURATION, b"# %d" % n, at)
                await store.commit([command], stamp())
        kept = await store.configurations(99)
        assert [(k.text, k.at) for k in kept] == [(b"# %d" % n, WALL + n) for n in range(24, 4, -1)]
        assert {len(k.sha256) for k in kept} == {64}
        assert len(await store.configurations(3)) == 3
        assert (await store.load()).text == b"# 24"


async def test_the_file_shrinks_when_its_history_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "tocsin.db"
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        detail = {"text": "x" * 8000}
        records = [c.Record(seq=n, at=WALL, kind="sent", detail=detail) for n in range(1, 1001)]
        await store.commit(records, stamp())
        await store.prune(WALL)
        before = path.stat().st_size
        for _ in range(20):
            await store.prune(WALL + 91 * DAY)
        assert before > 8_000_000
        assert path.stat().st_size < 2_000_000
