"""What is committed is there, whole, and what is not leaves no trace."""

import asyncio
import threading
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from support.things import WALL, alert, delivery, group, incident, log_entry, stamp

from router.core import command as c
from router.core.configuration import Configuration, Digest, Policy
from router.core.incident import Status
from router.core.limit import Pace
from router.core.matcher import Matcher
from router.core.notification import Turn
from router.core.override import PostedOverride
from router.core.route import Route
from router.core.schedule import Override
from router.core.shift import ToldShift
from router.core.silence import Silence
from router.core.stored import Stored
from router.core.tree import Tree
from router.errors import StoreError
from router.store.rows import fetch
from router.store.store import Store

PACE = Pace("user:ana/sms", (1, 2**62))
HELD = delivery(3, turn=Turn.HELD, bundle=2)
SILENCE = Silence(
    id="s-1",
    matchers=(Matcher("team", "=", "db"), Matcher("host", "!~", "a|b")),
    starts_at=WALL,
    ends_at=WALL + 1,
    comment="maintenance",
    annotations={"ticket": "4711"},
)
OVERRIDE = PostedOverride(
    id=7,
    schedule="primary",
    change=Override(start=WALL, end=WALL + 1, users=(), add=("ana",), replace=(("bo", "cy"),)),
    kind="temporary",
    part_of=6,
    created_at=WALL,
    created_by="dora",
)
SHIFT = ToldShift(schedule="primary", users=("ana", "bo"), at=WALL)
DIGEST = Policy(name="info", steps=(), digest=Digest(at=540, notify=("team:x",)))
CONFIGURATION = Configuration(tree=Tree(Route(id="r", key="{}", receiver="default")))


def _kept(**what: Any) -> Stored:
    last = {"alert": 0, "group": 0, "incident": 0, "delivery": 0, "record": 0}
    return Stored(instance="", **({"last": last | what.pop("last", {})} | what))


ALERT = alert(7, firing=False, timeout=True, url="http://x", cid="c", ends_at=WALL)
FULL_GROUP = group(3, receiver="ops", policy="p", next_due=5, incident=9, muted_by=("a", "b"))
OPEN = incident(4, next_due=1, held=True, reached=True, severity=2, title="Down", policy=DIGEST)
CLAIMED = delivery(2, claimed=True, attempt=1, resolved=(5,), ref="1700.1", last_error="timeout")


@pytest.mark.parametrize(
    ("commands", "kept"),
    [
        pytest.param([c.PutAlert(ALERT)], {"alerts": [ALERT], "last": {"alert": 7}}, id="an alert"),
        pytest.param(
            [c.PutAlert(ALERT), c.RefreshAlert(7, 1, 1, 1, False, b"{}", "", "s")],
            {"alerts": [ALERT], "last": {"alert": 7}},
            id="an alert without its refresh",
        ),
        pytest.param([c.PutTombstone(-5, WALL)], {"tombstones": {-5: WALL}}, id="a tombstone"),
        pytest.param(
            [c.PutGroup(FULL_GROUP)], {"groups": [FULL_GROUP], "last": {"group": 3}}, id="a group"
        ),
        pytest.param([c.Join(3, 7), c.Join(3, 6)], {"members": [(3, 6), (3, 7)]}, id="its members"),
        pytest.param(
            [c.PutIncident(OPEN)],
            {"incidents": [OPEN], "last": {"incident": 4}},
            id="an open incident with its policy",
        ),
        pytest.param(
            [c.PutIncident(incident(4, status=Status.RESOLVED, resolved_at=WALL))],
            {"last": {"incident": 4}},
            id="of a resolved incident only the number",
        ),
        pytest.param(
            [c.Enqueue(delivery(2)), c.Enqueue(delivery(1))],
            {"deliveries": [delivery(1), delivery(2)], "last": {"delivery": 2}},
            id="deliveries in order",
        ),
        pytest.param(
            [c.Enqueue(CLAIMED)],
            {"deliveries": [CLAIMED], "last": {"delivery": 2}},
            id="a claimed delivery as claimed",
        ),
        pytest.param([c.PutLog(log_entry("l"))], {"log": [log_entry("l")]}, id="what was told"),
        pytest.param([c.PutSilence(SILENCE)], {"silences": [SILENCE]}, id="a silence"),
        pytest.param([c.PutOverride(OVERRIDE)], {"overrides": [OVERRIDE]}, id="an override"),
        pytest.param([c.PutShift(SHIFT)], {"shifts": [SHIFT]}, id="who was told of a shift"),
        pytest.param([c.PutPace(PACE)], {"paces": [PACE]}, id="a pace"),
        pytest.param(
            [c.Enqueue(HELD)],
            {"deliveries": [HELD], "last": {"delivery": 3}},
            id="what is held back, and with what it travels",
        ),
        pytest.param(
            [c.PutConfiguration(CONFIGURATION, b"[x]\n", WALL)],
            {"text": b"[x]\n"},
            id="the text of a configuration",
        ),
        pytest.param(
            [c.Record(seq=8, at=1, kind="fired")], {"last": {"record": 8}}, id="a record's number"
        ),
        pytest.param([c.Answer("ok")], {}, id="nothing of an answer"),
    ],
)
async def test_a_start_finds(
    commands: list[c.Command], kept: dict[str, Any], tmp_path: Path
) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(commands, stamp())
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        expected = _kept(**kept)
        expected.instance = store.instance
        assert await store.load() == expected


@pytest.mark.parametrize(
    ("put", "drop"),
    [
        pytest.param([c.PutAlert(alert(1))], [c.DropAlert(1)], id="an alert"),
        pytest.param([c.PutTombstone(1, WALL)], [c.DropTombstone(1)], id="a tombstone"),
        pytest.param(
            [c.PutGroup(group(1)), c.PutAlert(alert(1)), c.Join(1, 1)],
            [c.Leave(1, 1), c.DropGroup(1), c.DropAlert(1)],
            id="a group and its member",
        ),
        pytest.param([c.Enqueue(delivery(1))], [c.CloseDelivery(1, "delivered")], id="a delivery"),
        pytest.param([c.PutLog(log_entry("l"))], [c.DropLog("l")], id="what was told"),
        pytest.param([c.PutSilence(SILENCE)], [c.DropSilence("s-1")], id="a silence"),
        pytest.param([c.PutOverride(OVERRIDE)], [c.DropOverride(7)], id="an override"),
        pytest.param([c.PutShift(SHIFT)], [c.DropShift("primary")], id="who was told of a shift"),
        pytest.param([c.PutPace(PACE)], [c.DropPace("user:ana/sms")], id="a pace"),
    ],
)
@pytest.mark.parametrize("batches", [1, 2])
async def test_what_is_dropped_is_gone_and_its_number_used(
    put: list[c.Command], drop: list[c.Command], batches: int, tmp_path: Path
) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(put, stamp()) if batches == 2 else None
        await store.commit(drop if batches == 2 else [*put, *drop], stamp())
        found = await store.load()
    numbered = {c.PutAlert: "alert", c.PutGroup: "group", c.Enqueue: "delivery"}
    last = {numbered[type(x)]: 1 for x in put if type(x) in numbered}
    assert found == Stored(instance=found.instance, last=_kept(last=last).last)


async def test_who_leaves_a_group_is_gone_from_it_and_the_others_are_not(tmp_path: Path) -> None:
    joined = [c.Join(g, a) for g in (1, 2) for a in (1, 2)]
    known: list[c.Command] = [c.PutGroup(group(1)), c.PutGroup(group(2))]
    known += [c.PutAlert(alert(1)), c.PutAlert(alert(2)), *joined]
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(known, stamp())
        await store.commit([c.Leave(1, 2), c.Leave(2, 1)], stamp())
        assert (await store.load()).members == [(1, 1), (2, 2)]
        await store.commit([c.Leave(1, 1), c.Join(1, 1), c.Join(2, 1), c.Leave(2, 2)], stamp())
        assert (await store.load()).members == [(1, 1), (2, 1)]


async def test_a_row_that_came_and_went_in_one_commit_was_never_written(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        written: list[str] = []
        await store._writer.run(lambda db: db.set_trace_callback(written.append))
        await store.commit(
            [
                c.PutGroup(group(1)),
                c.Join(1, 1),
                c.Enqueue(delivery(1)),
                c.PutDelivery(delivery(1, claimed=True)),
                c.CloseDelivery(1, "delivered"),
                c.Leave(1, 1),
                c.DropGroup(1),
            ],
            stamp(),
        )
    begin, clock, commit, *_ = written
    assert (begin, clock[:28], commit) == (
        "BEGIN IMMEDIATE",
        "INSERT OR REPLACE INTO clock",
        "COMMIT",
    )


async def test_the_last_word_on_a_row_is_written_once(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        written: list[str] = []
        await store._writer.run(lambda db: db.set_trace_callback(written.append))
        await store.commit([c.PutAlert(alert(1, updated_at=n)) for n in range(50)], stamp())
        assert [text.split(" (")[0] for text in written if "alert (" in text] == [
            "INSERT OR REPLACE INTO alert"
        ]
        assert (await store.load()).alerts == [alert(1, updated_at=49)]


async def test_a_refresh_alone_starts_no_transaction(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        written: list[str] = []
        await store._writer.run(lambda db: db.set_trace_callback(written.append))
        refresh = c.RefreshAlert(1, 1, 1, 1, False, b"{}", "", "s")
        await store.commit([refresh, c.Answer("ok"), c.Heard("s", 1)], stamp())
        assert written == []


async def test_a_changed_delivery_keeps_what_it_tells(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        batches: tuple[list[c.Command], ...] = (
            [c.Enqueue(delivery(1)), c.PutDelivery(delivery(1, due=9, payload=b"", firing=()))],
            [c.PutDelivery(delivery(1, due=9, attempt=2, payload=b"", firing=()))],
        )
        for changed in batches:
            await store.commit(changed, stamp())
        assert (await store.load()).deliveries == [delivery(1, due=9, attempt=2)]


async def test_every_size_of_batch_is_written_whole(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        id_ = 0
        for size in (1, 3, 5, 63, 85, 341, 700):
            batch: list[c.Command] = []
            for _ in range(size):
                id_ += 1
                batch += [c.PutAlert(alert(id_)), c.Join(1, id_)]
            await store.commit(batch, stamp())
        found = await store.load()
        assert [a.id for a in found.alerts] == [alert for _, alert in found.members]
        assert [a.id for a in found.alerts] == list(range(1, id_ + 1))


async def test_the_stamp_of_the_last_commit_is_there_at_the_next_start(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        assert store.last_stamp is None
        await store.commit([c.PutTombstone(1, 1)], stamp(5))
        await store.commit([c.PutTombstone(2, 1)], stamp(6))
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        assert store.last_stamp == stamp(6)
        await store.probe(stamp(7))
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        assert store.last_stamp == stamp(7)


@pytest.mark.parametrize("how", ["by a cancel scope", "by its task"])
async def test_a_commit_whose_caller_is_cancelled_completes(how: str, tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        inside, go_on = threading.Event(), threading.Event()

        def hold(_: object) -> None:
            inside.set()
            go_on.wait(10)

        holder = asyncio.ensure_future(store._writer.run(hold))
        await anyio.to_thread.run_sync(inside.wait)
        scope = anyio.CancelScope()

        async def write() -> None:
            with scope:
                await store.commit([c.PutAlert(alert(1))], stamp())
                await anyio.lowlevel.checkpoint()
                raise AssertionError("the cancellation was lost")

        writing = asyncio.ensure_future(write())
        await asyncio.sleep(0.01)
        scope.cancel() if how == "by a cancel scope" else writing.cancel()
        await asyncio.sleep(0.01)
        assert not writing.done(), "it waits for the outcome"
        go_on.set()
        await holder
        await asyncio.wait((writing,))
        assert scope.cancelled_caught or writing.cancelled()
        assert not await store._writer.run(lambda db: db.in_transaction)
        assert [a.id for a in (await store.load()).alerts] == [1]
        await store.commit([c.PutAlert(alert(2))], stamp())


async def test_commits_made_at_once_are_each_whole(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        async with anyio.create_task_group() as tasks:
            for id_ in range(1, 51):
                commands: list[c.Command] = [c.PutAlert(alert(id_)), c.Join(1, id_)]
                tasks.start_soon(store.commit, commands, stamp())
        found = await store.load()
        assert (
            {(1, a.id) for a in found.alerts} == {*found.members} == {(1, n) for n in range(1, 51)}
        )


async def test_text_that_no_encoding_knows_ends_nothing(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit(
            [
                c.PutAlert(alert(1, url="a\ud800b")),
                c.PutReject("s\udfff", "bad", b"", WALL),
                c.Record(
                    seq=1, at=1, kind="acknowledged", alert=1, detail={"by": "x\ud800", "n": 1}
                ),
            ],
            stamp(),
        )
        assert [a.url for a in (await store.load()).alerts] == ["a?b"]
        assert [r.source for r in await store.rejects(9)] == ["s?"]
        assert [r.detail for r in await store.alert_history(1)] == [{"by": "x?", "n": 1}]


async def test_after_a_failure_nothing_is_written_any_more(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        await store.commit([c.PutAlert(alert(1))], stamp())
        with pytest.raises(
            StoreError, match=r"tocsin.db cannot be written or read: .*OverflowError"
        ):
            await store.commit([c.PutAlert(alert(2)), c.PutTombstone(1 << 64, 1)], stamp())
        with pytest.raises(StoreError, match="nothing is written any more, because of"):
            await store.commit([c.PutAlert(alert(3))], stamp())
    async with Store.open(tmp_path, ballast_bytes=0) as store:
        assert [a.id for a in (await store.load()).alerts] == [1]


async def test_every_commit_is_flushed_to_the_disk(tmp_path: Path) -> None:
    async with Store.open(tmp_path, ballast_bytes=0) as store:

        def settings(db: Any) -> list[Any]:
            names = ("synchronous", "journal_mode", "mmap_size", "auto_vacuum", "busy_timeout")
            return [fetch(db, f"PRAGMA {name}")[0][0] for name in names]

        assert await store._writer.run(settings) == [2, "wal", 0, 2, 0]
