"""What the store tells of the past."""

from pathlib import Path

import pytest
from support.things import WALL, group, incident, stamp

from router.core import command as c
from router.core.incident import Status
from router.errors import StoreError
from router.store.store import Store


def record(seq: int, kind: str = "x", **who: int) -> c.Record:
    return c.Record(seq=seq, at=WALL + seq, kind=kind, **who, detail={"seq": seq})


def resolved(number: int, **changes: int) -> c.PutIncident:
    return c.PutIncident(incident(number, status=Status.RESOLVED, resolved_at=WALL, **changes))


# Group 1 has the incidents 1 and 3, group 2 has 2. One story; cut into commits in every way.
STORY: list[c.Command] = [
    c.PutGroup(group(1)),
    record(1, alert=7, group=1),
    c.PutIncident(incident(1, group=1)),
    record(2, group=1, incident=1),
    c.PutIncident(incident(2, group=2)),
    record(3, group=2, incident=2),
    record(4, group=2),
    record(5, group=1),
    resolved(1, group=1),
    record(6, group=1, incident=1),
    record(7, group=1, alert=7),
    record(8, incident=1),
    c.PutIncident(incident(3, group=1)),
    record(9, group=1, incident=3),
    resolved(1, group=1, version=2),
    record(10, group=1),
    record(11, alert=7),
    record(12, group=1),
    resolved(3, group=1),
    record(13, group=1),
]


@pytest.mark.parametrize("at_once", [1, 2, 3, 5, len(STORY)])
@pytest.mark.parametrize("idle", [1, 3, 100])
async def test_a_timeline_is_that_of_the_incident_and_of_its_group_in_its_time(
    idle: int, at_once: int, tmp_path: Path
) -> None:
    """However often there was time to enter what was written with its groups."""
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        for start in range(0, len(STORY), at_once):
            await store.commit(STORY[start : start + at_once], stamp())
            if not start // at_once % idle:
                await store.prune(WALL)
        told = {n: [r.seq for r in await store.timeline(n)] for n in (1, 2, 3, 4)}
        assert told == {1: [1, 2, 5, 6, 8], 2: [3, 4], 3: [7, 9, 10, 12], 4: []}
        assert await store.timeline(2) == [record(3, group=2, incident=2), record(4, group=2)]
        assert [r.seq for r in await store.timeline(1, limit=2)] == [6, 8]


async def test_all_that_is_recorded_with_a_resolution_belongs_to_it(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(
            [
                c.PutIncident(incident(1, group=1)),
                record(1, group=1),
                resolved(1, group=1),
                record(2, group=1, alert=7),
                record(3, group=1, incident=1),
                record(4, group=1),
                c.PutIncident(incident(2, group=1)),
                record(5, group=1, incident=2),
                record(6, incident=1),
            ],
            stamp(),
        )
        assert [r.seq for r in await store.timeline(1)] == [1, 2, 3, 6]
        assert [r.seq for r in await store.timeline(2)] == [4, 5]


async def test_an_alert_has_its_own_history(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(STORY, stamp())
        assert [r.seq for r in await store.alert_history(7)] == [1, 7, 11]
        assert [r.seq for r in await store.alert_history(7, limit=2)] == [7, 11]
        assert await store.alert_history(0) == await store.alert_history(8) == []


async def test_incidents_are_listed_newest_first(tmp_path: Path) -> None:
    states = [Status.RESOLVED, Status.TRIGGERED, Status.ACKNOWLEDGED]
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(
            [c.PutIncident(incident(n, status=states[n % 3])) for n in range(1, 10)], stamp()
        )

        async def listed(
            limit: int, before: int | None = None, status: set[str] | None = None
        ) -> list[int]:
            return [i.number for i in await store.incidents(limit, before, status)]

        assert await listed(3) == [9, 8, 7]
        assert await listed(3, 7) == [6, 5, 4]
        assert await listed(9, None, {"triggered"}) == [7, 4, 1]
        assert await listed(9, 7, {"resolved", "triggered"}) == [6, 4, 3, 1]
        assert await listed(9, None, set()) == []
        assert await store.incident(9) == incident(9, status=Status.RESOLVED)
        assert await store.incident(10) is None


async def test_numbers_too_large_for_any_incident_are_unknown(tmp_path: Path) -> None:
    huge = 10**30
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit([c.PutIncident(incident(1))], stamp())
        assert await store.incident(huge) is None
        assert await store.incident(-huge) is None
        assert await store.timeline(huge) == await store.alert_history(huge) == []
        assert await store.incidents(huge, huge) == [incident(1)]


async def test_a_closed_store_says_so(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        pass
    with pytest.raises(StoreError, match="closed"):
        await store.incident(1)
    with pytest.raises(StoreError, match="is closed"):
        await store.commit([c.PutIncident(incident(1))], stamp())


async def test_an_entry_is_seen_only_of_its_source(tmp_path: Path) -> None:
    short, long = "1700000000000-0", "x" * 500
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit([c.PutSeen("redis", short, WALL), c.PutSeen("redis", long, 1)], stamp())
        await store.commit([c.PutSeen("redis", short, WALL + 1)], stamp())
        asked = [short, long, long + "x", "1700000000000-1"]
        assert await store.seen("redis", asked) == {short, long}
        assert await store.seen("other", asked) == set()
        assert await store.seen("redis", []) == set()


async def test_many_entries_are_looked_up_at_once(tmp_path: Path) -> None:
    entries = [f"{n}-0" for n in range(2500)]
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit([c.PutSeen("redis", e, WALL) for e in entries[::2]], stamp())
        assert await store.seen("redis", entries) == set(entries[::2])


async def test_the_newest_rejects_of_each_source_are_kept_and_cut(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit([c.PutReject("other", "bad", b"o", WALL)], stamp())
        for start in (0, 150):
            rejects = [
                c.PutReject("grafana", "bad JSON", b"%d" % n, WALL + n)
                for n in range(start, start + 150)
            ]
            await store.commit(rejects, stamp())
        found = await store.rejects(1000)
        bodies = [reject.body for reject in found if reject.source == "grafana"]
        assert bodies == [b"%d" % n for n in reversed(range(100, 300))]
        assert found[-1] == c.PutReject("other", "bad", b"o", WALL)
        assert len(await store.rejects(5)) == 5
        await store.commit([c.PutReject("big", "too big", b"x" * 20_000, WALL)], stamp())
        assert [len(reject.body) for reject in await store.rejects(1)] == [16 * 1024]
