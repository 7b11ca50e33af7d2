"""A full disk: new alerts are refused, what was committed keeps paging, room ends it by itself."""

import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import anyio
import pytest
from reliability.conftest import Size
from reliability.history import Attempt
from reliability.process import Process
from reliability.sink import Sink
from reliability.volume import Volume
from support.eventually import eventually
from support.figures import note
from support.service import Reply
from support.talk import answer, incident, incidents, records

WAIT = 1.5  # Seconds from step to step.
ROUTES = """
[service]
fallback = ["receiver:last"]
[users.ana]
webhook = "{sink}/ana"
[users.bo]
webhook = "{sink}/bo"
[users.cy]
webhook = "{sink}/cy"
[receivers.last]
webhook = [{{ url = "{sink}/last" }}]
[receivers.all]
webhook = [{{ url = "{sink}/notify" }}]
[policies.climb]
[[policies.climb.steps]]
notify = ["user:ana"]
wait = "1500ms"
[[policies.climb.steps]]
notify = ["user:bo"]
wait = "1500ms"
[[policies.climb.steps]]
notify = ["user:cy"]
wait = "1h"
[route]
receiver = "all"
policy = "climb"
group_by = ["batch"]
group_wait = "0s"
group_interval = "1s"
"""
JSON = {"Content-Type": "application/json"}
NONSENSE = b"x" * 16384  # Is kept among the rejects, of which there are so many and no more.
REFUSED = r"disk is full|could not be kept|no room|not enough"


@pytest.fixture
def volume(tmp_path: Path) -> Iterator[Volume]:
    """A disk of 48 MB."""
    with Volume(tmp_path / "volume", 48) as volume:
        yield volume


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """Where everything that leaves arrives."""
    async with Sink() as sink:
        yield sink


@pytest.fixture
async def process(volume: Volume, sink: Sink, tmp_path: Path) -> AsyncIterator[Process]:
    """The service, on the small disk."""
    routes = ROUTES.format(sink=sink.url)
    async with Process(tmp_path, routes, data=volume.folder / "data") as process:
        process.expect(REFUSED)
        yield process


async def post(process: Process, batch: str, n: str = "1") -> Reply:
    """Report one alert of a batch."""
    labels = {"alertname": "Full", "batch": batch, "n": n}
    return await process.post("/api/v2/alerts", [{"labels": labels}])


async def fill(process: Process, volume: Volume) -> Reply:
    """Fill the disk until the service has used up what it held already; how it then refuses."""
    volume.fill()
    for _ in range(5000):
        reply = await process.post("/api/v2/alerts", NONSENSE, headers=JSON)
        if reply.status == 503:
            return reply
    raise AssertionError(f"a full disk does not keep it from taking more: {reply}")


async def is_ready(process: Process) -> bool:
    return (await process.get("/health/ready")).status == 200


def pages(sink: Sink, path: str, batch: str) -> list[Attempt]:
    """What paged somebody for a batch."""
    return [a for a in sink.attempts if (a.path, a.batch, a.event) == (path, batch, "page")]


async def paged(sink: Sink, path: str, batch: str) -> Attempt:
    """The page of a batch, once it is there; there must never be two."""
    found = await eventually(f"{path} is paged", lambda: pages(sink, path, batch), seconds=8)
    assert len(found) == 1
    return found[0]


async def test_a_full_disk_refuses_alerts_and_keeps_paging_until_there_is_room(
    process: Process, volume: Volume, sink: Sink, size: Size
) -> None:
    first = process.pid
    for number in range(1, size.rounds + 1):
        await one_round(process, volume, sink, number)
    assert process.pid == first, "no restart"
    told = {a.batch for a in sink.attempts if a.path == "/notify"}
    assert {f"b{n}" for n in range(1, size.rounds + 1)} <= told
    keys = [a.key for a in sink.attempts]
    assert len(keys) == len(set(keys)), "a full disk repeats nothing"
    note(
        "the disk full to the last byte under an escalation, and freed again",
        size.rounds,
        "503 meanwhile, the next step rings in time, ready again by itself; 0 lost, 0 repeated",
    )


async def one_round(process: Process, volume: Volume, sink: Sink, number: int) -> None:
    """Fill the disk under an escalation, and free it."""
    batch = f"b{number}"
    began = time.monotonic()
    assert (await post(process, batch)).status == 200
    await paged(sink, "/ana", batch)
    refused = await fill(process, volume)
    assert int(refused.headers["Retry-After"]) > 0
    ready = await process.get("/health/ready")
    assert (ready.status, "disk is full" in ready.text) == (503, True), ready
    assert (await process.get("/health/live")).status == 200

    bo = await paged(sink, "/bo", batch)
    assert WAIT < bo.at - began < WAIT + 2, "the next step rings in time while the disk is full"
    if number % 2:
        assert (await answer(process, bo.incident, "ack", by="bo")).status == 200
    volume.fill()  # The ballast's room as well.
    assert (await post(process, "refused")).status == 503
    assert (await process.get("/health/live")).status == 200
    assert await incidents(process)
    await anyio.sleep(max(0.0, bo.at + WAIT - time.monotonic()))  # What is due then waits for room.
    volume.free()
    await eventually("it is ready again", lambda: is_ready(process))
    if number % 2 == 0:
        assert (await paged(sink, "/cy", batch)).at - began > 2 * WAIT
    assert (await post(process, f"{batch} after")).status == 200
    shown = await incident(process, bo.incident)
    ran = [record["step"] for record in records(shown, "escalated")]
    assert ran == ([1, 2] if number % 2 else [1, 2, 3]), shown["timeline"]
    await paged(sink, "/ana", f"{batch} after")


async def test_a_start_without_a_byte_of_room_says_so_and_goes_on_when_there_is_some(
    process: Process, volume: Volume, sink: Sink
) -> None:
    assert (await post(process, "before")).status == 200
    await paged(sink, "/ana", "before")
    await fill(process, volume)
    volume.fill()  # The ballast's room as well.
    process.crash()
    volume.fill()  # And what the end gave back.
    await process.start(ready=False)
    await eventually("it has begun", lambda: begun(process))
    ready = await process.get("/health/ready")
    assert (ready.status, "disk is full" in ready.text) == (503, True), ready
    assert (await process.get("/health/live")).status == 200
    assert (await post(process, "refused")).status == 503
    assert len((await process.get("/api/v2/alerts")).json()) == 1
    volume.free()
    await eventually("it is ready again", lambda: is_ready(process))
    assert (await post(process, "after")).status == 200
    await paged(sink, "/ana", "after")
    await paged(sink, "/bo", "before")
    note(
        "kill -9 on a disk that is full to the last byte, and a start on it",
        1,
        "it answers, says that the disk is full, and goes on by itself when there is room",
    )


async def begun(process: Process) -> bool:
    """Whether somebody answers, and not only that the service is starting."""
    try:
        return "starting" not in (await process.get("/health/ready")).text
    except aiohttp.ClientConnectionError:
        assert process.running, process.stderr[-2000:]
        return False
