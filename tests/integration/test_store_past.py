"""What the store remembers of alerts that were forgotten, and for how long."""

from pathlib import Path
from typing import Any

from support.things import WALL, alert, group, stamp

from router.core import command as c
from router.core.labels import canonical, decode, fingerprint, pair
from router.core.moment import DAY
from router.store.retention import Retention
from router.store.store import Store


def record(seq: int, *, at: int = WALL, kind: str = "x", **who: Any) -> c.Record:
    return c.Record(seq=seq, at=at, kind=kind, **who)


def named(host: str) -> bytes:
    return canonical({"alertname": "Disk", "host": host})


def mark(host: str) -> str:
    return fingerprint(decode(named(host)))


async def name_all(store: Store) -> int:
    """Give every alert its fingerprint; how many times some got one."""
    times = 0
    while await store.name_alerts(limit=2):
        times += 1
    return times


async def test_a_forgotten_alert_is_found_by_its_fingerprint_with_its_story(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(
            [
                c.PutAlert(alert(1, labels=named("a"))),
                c.PutAlert(alert(2, labels=named("b"))),
                c.PutGroup(group(1)),
                record(1, alert=1, group=1),
                record(2, group=1, incident=1),
                record(3, alert=2, group=1),
                record(4, group=2),
            ],
            stamp(),
        )
        await store.commit([record(5, alert=1, group=1), record(6, group=1)], stamp())
        ending = record(9, group=1, incident=1, kind="sent", detail={"delivery": "resolved"})
        await store.commit([c.DropAlert(1), record(7, group=1), record(8, alert=2)], stamp())
        await store.commit([ending, record(10, group=1, incident=1)], stamp())
        assert [a.id for a in (await store.load()).alerts] == [2]
        assert await store.lives(mark("a")) == []
        assert await name_all(store) == 1
        [life] = await store.lives(mark("a"))
        assert (life.id, life.labels, life.seq) == (1, named("a"), 6)
        assert [r.seq for r in await store.story(life)] == [1, 2, 5, 6, 9]
        assert [r.seq for r in await store.story(life, limit=2)] == [6, 9]
        [known] = await store.lives(mark("b"))
        assert known.seq is None
        assert [r.seq for r in await store.story(known)] == [3, 6, 7, 8, 9, 10]
        assert [found.id for found in await store.search([pair("alertname", "Disk")], 9)] == [2, 1]
        assert [found.id for found in await store.search([pair("host", "a")], 9)] == [1]


async def test_what_came_and_went_in_one_commit_has_a_story_too(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        commands: list[c.Command] = [
            c.PutAlert(alert(1, labels=named("a"))),
            record(1, alert=1),
            c.DropAlert(1),
        ]
        await store.commit(commands, stamp())
        assert (await store.load()).alerts == []
        await name_all(store)
        [life] = await store.lives(mark("a"))
        assert [r.seq for r in await store.story(life)] == [1]


async def test_alerts_get_their_fingerprints_in_slices_and_once(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        hosts = "abcde"
        puts = [c.PutAlert(alert(n, labels=named(host))) for n, host in enumerate(hosts, 1)]
        await store.commit(puts, stamp())
        await store.commit([c.DropAlert(2), c.DropAlert(5)], stamp())
        assert await name_all(store) == 3
        assert await name_all(store) == 0
        assert [[life.id for life in await store.lives(mark(host))] for host in hosts] == [
            [n] for n in range(1, 6)
        ]


async def test_the_lives_of_one_label_set_are_told_newest_first(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        for n in (1, 2, 3):
            await store.commit([c.PutAlert(alert(n, labels=named("a"))), record(n)], stamp())
            await store.commit([c.DropAlert(n)] if n < 3 else [], stamp())
        await name_all(store)
        lives = await store.lives(mark("a"))
        assert [(life.id, life.seq) for life in lives] == [(3, None), (2, 2), (1, 1)]


async def test_a_past_alert_goes_with_the_last_of_its_records(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0, retention=Retention(records=DAY)) as store:
        for n in (1, 2, 3):
            at = WALL + n * DAY
            put = c.PutAlert(alert(n, labels=named(f"{n}")))
            await store.commit([put, record(n, at=at, alert=n)], stamp())
            await store.commit([c.DropAlert(n)] if n < 3 else [], stamp())
        await name_all(store)
        await store.prune(WALL + 4 * DAY)
        assert await store.lives(mark("1")) == []
        assert await store.lives(mark("2")) == []
        assert [life.id for life in await store.lives(mark("3"))] == [3]
        await store.prune(WALL + 40 * DAY)
        assert [life.id for life in await store.lives(mark("3"))] == [3]
