"""A real Redis stream as a source, and everything that can happen to it."""

import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import anyio.lowlevel
import pytest
from redis.asyncio import Redis
from redis.exceptions import ResponseError
from structlog.testing import capture_logs
from support.recording_door import RecordingDoor
from support.redis_server import RedisServer

from router.core.command import Answer
from router.core.event import Received, Reported
from router.core.secret import Secret
from router.core.settings import RedisSource
from router.errors import ConfigError, DiskFull, Overloaded, StoreError
from router.ingest import entry
from router.ingest.decoded import Decoded, Origin
from router.ingest.keys import Keys
from router.runtime.stream import Stream
from router.runtime.stream_consumer import Timing

STREAM, GROUP, REJECTS = "alerts", "tocsin", "alerts:rejects"
QUICK = Timing(
    block_seconds=0.1, claim_every_seconds=0.1, claim_idle_seconds=0.2, measure_every_seconds=0.1
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """One Redis for all tests that do not hurt it."""
    with RedisServer(tmp_path_factory.mktemp("redis"), durable=False) as running:
        yield running


@pytest.fixture
async def redis(server: RedisServer) -> AsyncIterator[Any]:
    """The producer's connection to an empty Redis."""
    client = Redis.from_url(server.url)
    await client.flushall()
    yield client
    await client.aclose()


@pytest.fixture
def door() -> RecordingDoor:
    """A door that writes down what came."""
    return RecordingDoor()


def source(url: str) -> RedisSource:
    """The stream at this address."""
    return RedisSource(
        name="events", url=Secret("${REDIS}", url), stream=STREAM, group=GROUP, rejects=REJECTS
    )


def stream(url: str, door: RecordingDoor, timing: Timing = QUICK, **others: Any) -> Stream:
    """The stream at this address, brought to the door."""
    keys = Keys("events", lambda: door.state.alerts)

    def decode(payload: bytes, *, now: int, as_of: int | None, cid: str) -> Decoded:
        return entry.decode(payload, Origin(now=now, source="events", cid=cid, as_of=as_of), keys)

    return Stream(source(url), door=door, decode=decode, seen=door.seen, timing=timing, **others)


@asynccontextmanager
async def reading(url: str, door: RecordingDoor, **others: Any) -> AsyncIterator[Stream]:
    """The stream being read; cut off in the middle of whatever it does at the end."""
    subject = stream(url, door, **others)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(subject.run)
        yield subject
        tasks.cancel_scope.cancel()


async def until(condition: Callable[[], Any], seconds: float = 2.5) -> None:
    """Wait for it; fail when it does not come."""
    with anyio.fail_after(seconds):
        while True:
            found = condition()
            if await found if isinstance(found, Awaitable) else found:
                return
            await anyio.sleep(0.005)


def alert(name: str, **fields: Any) -> str:
    """An alert's JSON."""
    return json.dumps({"labels": {"alertname": name}, **fields})


async def add(redis: Any, *payloads: str | bytes) -> list[str]:
    """Put payloads on the stream; their ids."""
    return [(await redis.xadd(STREAM, {"payload": one})).decode() for one in payloads]


async def give_to(redis: Any, consumer: str, *payloads: str) -> list[str]:
    """Put payloads on the stream and let a consumer have them, who does nothing with them."""
    ids = await add(redis, *payloads)
    await redis.xgroup_create(STREAM, GROUP, id="0", mkstream=True)
    await redis.xreadgroup(GROUP, consumer, {STREAM: ">"}, count=100)
    return ids


async def pending(redis: Any) -> int:
    """How many entries were given out and not acknowledged."""
    try:
        return int((await redis.xpending(STREAM, GROUP))["pending"])
    except ResponseError:  # There is no group yet.
        return 0


def all_read(redis: Any, door: RecordingDoor, *names: str) -> Callable[[], Awaitable[bool]]:
    """Whether exactly these alerts came, in order, and everything is acknowledged."""

    async def condition() -> bool:
        return door.names == list(names) and await pending(redis) == 0

    return condition


async def test_an_entry_comes_whole_with_its_id_first(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    (first,) = await add(redis, json.dumps([json.loads(alert("A")), json.loads(alert("B"))]))
    async with reading(server.url, door) as subject:
        await until(all_read(redis, door, "A", "B"))
        assert subject.connected
    assert [type(event) for event in door.submits[0]] == [Received, Reported, Reported]
    assert door.submits[0][0] == Received("events", first)
    assert (subject.counts.received, subject.counts.repeated, subject.counts.rejected) == (1, 0, 0)
    assert not subject.connected


async def test_entries_keep_their_order(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    names = [f"A{number}" for number in range(300)]
    await add(redis, *map(alert, names[:150]))
    async with reading(server.url, door) as subject:
        await until(lambda: len(door.names) >= 100)
        await add(redis, *map(alert, names[150:]))
        await until(all_read(redis, door, *names))
        await until(lambda: subject.lag == 0)
    received = [event.entry for event in door.events if isinstance(event, Received)]
    assert len(received) == len(set(received)) == 300
    assert len(door.submits) < 150, "entries that wait share a submit"


async def test_an_entry_is_acknowledged_after_the_submit_and_not_before(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    door.returning = anyio.Event()
    await add(redis, alert("A"))
    async with reading(server.url, door):
        await until(lambda: door.names == ["A"])
        await anyio.sleep(0.05)
        assert await pending(redis) == 1
        door.returning.set()
        await until(all_read(redis, door, "A"))


async def test_an_entry_kept_by_a_process_that_died_is_skipped_when_it_comes_again(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    door.returning = anyio.Event()
    await add(redis, alert("A"))
    async with reading(server.url, door):
        await until(lambda: door.names == ["A"])
    assert await pending(redis) == 1
    door.returning.set()
    async with reading(server.url, door) as subject:
        await until(all_read(redis, door, "A"))
        assert subject.counts.repeated == 1


async def test_an_entry_not_kept_by_a_process_that_died_comes_again(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    door.open = anyio.Event()
    await add(redis, alert("A"))
    async with reading(server.url, door):
        await until(lambda: _is(pending(redis), 1))
    door.open.set()
    async with reading(server.url, door):
        await until(all_read(redis, door, "A"))


async def _is(found: Awaitable[int], expected: int) -> bool:
    return await found == expected


async def test_our_own_pending_entries_come_first(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    await give_to(redis, "tocsin", alert("old 1"), alert("old 2"))
    await add(redis, alert("new"))
    async with reading(server.url, door, timing=Timing(block_seconds=0.1, entries_at_once=1)):
        await until(all_read(redis, door, "old 1", "old 2", "new"))


async def test_what_a_dead_consumer_left_is_taken_over(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    await give_to(redis, "gone", *(alert(f"A{number}") for number in range(5)))
    quick = Timing(
        block_seconds=0.05, claim_every_seconds=0.05, claim_idle_seconds=0.3, entries_at_once=2
    )
    async with reading(server.url, door, timing=quick) as subject:
        await until(lambda: subject.connected)
        await anyio.sleep(0.1)
        assert door.names == [], "its consumer may still be at work"
        await until(all_read(redis, door, *(f"A{number}" for number in range(5))))


async def test_a_consumer_long_gone_is_deleted_once_nothing_of_it_is_left(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    await give_to(redis, "gone", alert("A"))
    await redis.xgroup_createconsumer(STREAM, GROUP, "lately here")
    await redis.xgroup_createconsumer(STREAM, GROUP, "tocsin")
    quick = Timing(
        block_seconds=0.05,
        claim_every_seconds=0.05,
        claim_idle_seconds=0.2,
        dead_after_seconds=0.6,
    )
    with capture_logs() as logs:
        async with reading(server.url, door, timing=quick):
            await until(all_read(redis, door, "A"))
            while await names(redis) != {"lately here", "tocsin"}:
                await redis.xreadgroup(GROUP, "lately here", {STREAM: "0"})
                await anyio.sleep(0.05)
            await until(lambda: _are(names(redis), {"tocsin"}))
    told = [log["consumers"] for log in logs if "consumers" in log]
    assert told == [["gone"], ["lately here"]]


async def names(redis: Any) -> set[str]:
    """The consumers of the group."""
    return {one["name"].decode() for one in await redis.xinfo_consumers(STREAM, GROUP)}


async def _are(found: Awaitable[set[str]], expected: set[str]) -> bool:
    return await found == expected


async def test_a_user_who_may_not_run_scripts_keeps_the_names_of_the_dead(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    rights = ("on", ">secret", f"~{STREAM}", "+@all", "-@scripting")
    await redis.execute_command("ACL", "SETUSER", "app", *rights)
    url = server.url.replace("redis://", "redis://app:secret@")
    await give_to(redis, "gone")
    with capture_logs() as logs:
        async with reading(url, door, timing=Timing(dead_after_seconds=0.0, block_seconds=0.05)):
            await add(redis, alert("A"))
            await until(all_read(redis, door, "A"))
    await redis.execute_command("ACL", "DELUSER", "app")
    assert [log["event"] for log in logs] == ["the stream is being read"]


async def test_a_lost_group_is_made_again_from_the_beginning(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    await add(redis, alert("A"))
    with capture_logs() as logs:
        async with reading(server.url, door):
            await until(all_read(redis, door, "A"))
            await redis.flushall()
            await add(redis, alert("B"))
            await until(all_read(redis, door, "A", "B"))
    assert [log["event"] for log in logs] == [
        "the stream is being read",
        "the stream has lost its consumer group; making it again",
    ]


@pytest.mark.parametrize(
    ("fields", "reason", "payload"),
    [
        pytest.param({"payload": "{"}, "Input data was truncated", b"{", id="broken JSON"),
        pytest.param(
            {"payload": "5"},
            "expected a webhook, a list of alerts, or one alert",
            b"5",
            id="a number",
        ),
        pytest.param({"payload": ""}, "the body is empty", b"", id="an empty payload"),
        pytest.param(
            {"payload": '{"labels":{}}'},
            "alerts[0]: at least one label pair required",
            b'{"labels":{}}',
            id="an alert without labels",
        ),
        pytest.param(
            {"body": "x", "kind": b"\xff"},
            "it has no field 'payload', only 'body', 'kind'",
            '{"body":"x","kind":"\ufffd"}'.encode(),
            id="another field",
        ),
        pytest.param(
            {"payload": "x" * 70_000},
            "JSON is malformed: invalid character (byte 0)",
            b"x" * 65_536,
            id="too much",
        ),
    ],
)
async def test_an_unreadable_entry_is_moved_to_the_rejects(
    redis: Any,
    server: RedisServer,
    door: RecordingDoor,
    fields: dict[str, Any],
    reason: str,
    payload: bytes,
) -> None:
    bad = await redis.xadd(STREAM, fields)
    await add(redis, alert("good"))
    async with reading(server.url, door) as subject:
        await until(all_read(redis, door, "good"))
        await until(lambda: subject.counts.rejected == 1)
    ((_, moved),) = await redis.xrange(REJECTS)
    assert moved == {b"id": bad, b"reason": reason.encode(), b"payload": payload}
    (rejected,) = door.rejected
    assert rejected.source == "events"
    assert rejected.reason == f"entry {bad.decode()}: {reason}"
    assert rejected.body == payload


async def test_the_good_alerts_of_a_partly_bad_entry_are_taken(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    (bad,) = await add(redis, '[{"labels":{"alertname":"A"}},{"labels":{}}]')
    async with reading(server.url, door):
        await until(all_read(redis, door, "A"))
    assert Received("events", bad) in door.submits[0]
    assert [event.reason for event in door.rejected] == [
        f"entry {bad}: alerts[1]: at least one label pair required"
    ]
    assert await redis.xlen(REJECTS) == 1


async def test_an_entry_on_which_a_rule_fails_is_moved_and_its_neighbours_are_not(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    door.rule = lambda event: (
        "boom" if isinstance(event, Reported) and b"bad" in event.report.labels else ""
    )
    ids = await add(redis, alert("A"), alert("bad"), alert("B"))
    async with reading(server.url, door) as subject:
        await until(all_read(redis, door, "A", "bad", "B"))
        assert (subject.counts.received, subject.counts.rejected) == (2, 1)
    ((_, moved),) = await redis.xrange(REJECTS)
    assert moved[b"id"] == ids[1].encode()
    assert moved[b"reason"] == b"a rule failed on it: boom"
    assert [event.reason for event in door.rejected] == [
        f"entry {ids[1]}: a rule failed on it: boom"
    ]


async def test_no_entry_waits_for_a_shorter_queue(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    await add(redis, alert("A"), "no alert")  # What is critical may lie behind it in the stream.
    async with reading(server.url, door):
        await until(all_read(redis, door, "A"))
    assert door.insisted
    assert all(door.insisted)


async def test_an_entry_that_finds_no_room_is_moved_and_says_why(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    door.answer = lambda event: (
        (Answer("crowded", "it has too many"),) if isinstance(event, Reported) else ()
    )
    await add(redis, alert("A"))
    async with reading(server.url, door):
        await until(all_read(redis, door, "A"))
    ((_, moved),) = await redis.xrange(REJECTS)
    assert moved[b"reason"] == b"it has too many"
    assert not door.rejected, "the door has kept it with the entry"


async def test_an_entry_that_was_trimmed_before_it_was_read_is_reported(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    ours, other = await give_to(redis, "tocsin", alert("A")), await add(redis, alert("B"))
    await redis.xreadgroup(GROUP, "gone", {STREAM: ">"})
    await redis.xdel(STREAM, *ours, *other)
    async with reading(server.url, door):
        await until(lambda: len(door.rejected) == 2)
        await until(all_read(redis, door))
    assert [event.reason for event in door.rejected] == [
        f"entry {one}: it was trimmed from the stream before it was read" for one in (*ours, *other)
    ]


async def test_a_refused_entry_that_cannot_be_moved_stays_and_is_told_of_once(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    await redis.execute_command("ACL", "SETUSER", "app", "on", ">secret", f"~{STREAM}", "+@all")
    url = server.url.replace("redis://", "redis://app:secret@")
    await add(redis, "{", alert("good"))
    with capture_logs() as logs:
        async with reading(url, door):
            await until(lambda: door.names == ["good"])
            await until(lambda: sum("cannot be moved" in log["event"] for log in logs) >= 2)
            assert await pending(redis) == 1
            await redis.execute_command("ACL", "SETUSER", "app", f"~{REJECTS}")
            await until(all_read(redis, door, "good"))
    await redis.execute_command("ACL", "DELUSER", "app")
    assert await redis.xlen(REJECTS) == 1
    assert len(door.rejected) == 1


@pytest.mark.parametrize(
    ("error", "wait"),
    [
        pytest.param(Overloaded("busy", retry_after=3), 3.0, id="overload, for as long as asked"),
        pytest.param(DiskFull("full"), 0.1, id="a full disk, for a moment"),
        pytest.param(StoreError("broken"), 0.1, id="a broken disk, for a moment"),
    ],
)
async def test_entries_wait_in_order_through(
    redis: Any, server: RedisServer, door: RecordingDoor, error: Exception, wait: float
) -> None:
    waits: list[float] = []
    held: list[int] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        held.append(await pending(redis))

    door.errors = [error, error, error]
    await add(redis, alert("A"), alert("B"))
    with capture_logs() as logs:
        async with reading(server.url, door, sleep=sleep):
            await until(all_read(redis, door, "A", "B"))
    assert held == [2, 2, 2], "nothing was acknowledged meanwhile"
    assert wait / 2 <= waits[0] <= wait
    complaints = [log["event"] for log in logs if "wait" in log["event"] or "again" in log["event"]]
    assert complaints == ["stream entries wait", "stream entries are taken again"]


async def test_a_redis_that_is_killed_and_started_again_costs_only_time(
    tmp_path: Path, door: RecordingDoor
) -> None:
    with RedisServer(tmp_path) as server, capture_logs() as logs:
        async with reading(server.url, door) as subject, Redis.from_url(server.url) as redis:
            await add(redis, alert("A"))
            await until(all_read(redis, door, "A"))
            door.open = anyio.Event()
            (old,) = await add(redis, alert("B"))
            await until(lambda: _is(pending(redis), 1))
            await redis.aclose()
            server.kill()
            door.open.set()
            await until(lambda: door.names == ["A", "B"] and not subject.connected)
            await anyio.sleep(0.3)
            server.start()
            await until(lambda: subject.connected)
            await add(redis, alert("C"))
            await until(all_read(redis, door, "A", "B", "C"))
    reports = [event.report for event in door.events if isinstance(event, Reported)]
    assert reports[1].as_of == int(old.split("-")[0]) * 1000
    assert [log["event"] for log in logs].count("the stream cannot be read; trying again") == 1


async def test_an_old_entry_says_when_it_was_queued(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    hour_ago = int(time.time() * 1000) - 3_600_000
    await redis.xadd(STREAM, {"payload": alert("A", status="firing")}, id=f"{hour_ago}-0")
    await redis.xadd(STREAM, {"payload": alert("A", status="resolved")}, id=f"{hour_ago}-1")
    async with reading(server.url, door):
        await until(all_read(redis, door, "A", "A"))
    fired, ended = (event.report for event in door.events if isinstance(event, Reported))
    assert (fired.as_of, fired.starts_at) == (hour_ago * 1000, hour_ago * 1000)
    assert (ended.as_of, ended.ends_at) == (hour_ago * 1000 + 1, hour_ago * 1000 + 1)
    assert fired.cid == f"events/{hour_ago}-0"


async def test_a_redis_that_is_not_there_is_tried_ever_more_slowly(door: RecordingDoor) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)
        await anyio.lowlevel.checkpoint()

    with capture_logs() as logs:
        async with reading("redis://127.0.0.1:1/0", door, sleep=sleep) as subject:
            await until(lambda: len(waits) >= 12)
            assert not subject.connected
    steps = (0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0)
    assert all(step / 2 <= wait <= step for wait, step in zip(waits, steps, strict=False))
    assert len(logs) == 1, "it is said once"


async def test_a_key_that_is_no_stream_is_said_once_and_tried_again(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    await redis.set(STREAM, "text")
    with capture_logs() as logs:
        async with reading(server.url, door) as subject:
            await until(lambda: len(logs) == 1)
            await anyio.sleep(0.2)
            assert not subject.connected
            await redis.delete(STREAM)
            await add(redis, alert("A"))
            await until(all_read(redis, door, "A"))
    assert [log["event"] for log in logs] == [
        "the stream cannot be read; trying again",
        "the stream is being read",
    ]
    assert "WRONGTYPE" in logs[0]["error"]


@pytest.mark.parametrize(
    "options",
    [
        pytest.param("?protocol=2", id="RESP2"),
        pytest.param("?protocol=3", id="RESP3"),
        pytest.param(
            "?decode_responses=true&socket_timeout=0.01", id="options that would break it"
        ),
    ],
)
async def test_it_reads_whatever_the_address_asks_for(
    redis: Any, server: RedisServer, door: RecordingDoor, options: str
) -> None:
    await give_to(redis, "tocsin", alert("pending"))
    with capture_logs() as logs:
        async with reading(server.url + options, door) as subject:
            await until(lambda: subject.lag == 0)
            await anyio.sleep(0.15)
            await add(redis, alert("new"))
            await until(all_read(redis, door, "pending", "new"))
    assert [log["event"] for log in logs] == ["the stream is being read"]


@pytest.mark.parametrize("cuts", [pytest.param(30, id="thirty times")])
async def test_being_cut_off_at_any_moment_loses_and_repeats_nothing(
    redis: Any, server: RedisServer, door: RecordingDoor, cuts: int
) -> None:
    names = [f"A{number}" for number in range(cuts * 4)]
    for cut in range(cuts):
        await add(redis, *map(alert, names[cut * 4 : cut * 4 + 4]))
        async with reading(server.url, door):
            await anyio.sleep(cut * 0.0005)
    async with reading(server.url, door):
        await until(all_read(redis, door, *names))


@pytest.mark.parametrize(
    "url",
    [
        pytest.param("http://:hunter2@localhost", id="another scheme"),
        pytest.param("redis://:hunter2@localhost:port", id="a port that is none"),
        pytest.param("redis://:hunter2@localhost/0?colour=red", id="an option nobody knows"),
        pytest.param(
            "redis://:hunter2@localhost/0?socket_timeout=soon", id="an option of another type"
        ),
    ],
)
async def test_an_address_that_is_none_is_refused_without_showing_it(
    url: str, door: RecordingDoor
) -> None:
    with pytest.raises(ConfigError) as caught:
        stream(url, door)
    assert "sources.events.url: ${REDIS} holds no address" in str(caught.value)
    assert "hunter2" not in str(caught.value)
    assert caught.value.__cause__ is None


async def test_nothing_of_the_address_is_logged(door: RecordingDoor) -> None:
    with capture_logs() as logs:
        async with reading("redis://:hunter2@127.0.0.1:1/0", door):
            await until(lambda: bool(logs))
    assert "hunter2" not in repr(logs)


async def test_many_waiting_entries_are_read_fast_and_in_order(
    redis: Any, server: RedisServer, door: RecordingDoor
) -> None:
    names = [f"A{number}" for number in range(5_000)]
    async with redis.pipeline(transaction=False) as many:
        for start in range(0, len(names), 10):
            some = ",".join(map(alert, names[start : start + 10]))
            many.xadd(STREAM, {"payload": f"[{some}]"})
        await many.execute()
    started = time.monotonic()
    async with reading(server.url, door):
        await until(all_read(redis, door, *names))
    assert time.monotonic() - started < 2
    assert max(map(len, door.submits)) <= 512
