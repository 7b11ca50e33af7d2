"""Power loss at any instant: whatever was answered 2xx is on every disk that can be left."""

import contextlib
import time
from pathlib import Path
from random import Random

import anyio
import msgspec
from reliability.conftest import Size
from reliability.history import History, Plan
from reliability.load import Load
from reliability.power import Disk, Operation, operations, tracer
from reliability.process import Process
from reliability.sink import Sink
from support.eventually import eventually
from support.figures import note, progress

from router.core.labels import decode
from router.errors import StoreError
from router.store.folder import DATABASE
from router.store.store import Store

PLAN = Plan(group_wait=0.05, waits=(0.3, 0.3))
ANSWERS = 150


class Recorded(msgspec.Struct, frozen=True, kw_only=True):
    """What a service wrote, from a known disk on, and what was answered and sent meanwhile.

    `answered` has the wall second of each 2xx and the alerts in it, `sent` that of each arrival
    at the sink and its key.
    """

    database: bytes
    operations: list[Operation]
    answered: list[tuple[float, tuple[str, ...]]]
    sent: list[tuple[float, str]]


class Verdict(msgspec.Struct, kw_only=True):
    """What was found on the images."""

    images: int = 0
    lost: int = 0
    unusable: int = 0
    unclaimed: int = 0

    @property
    def bad(self) -> int:
        """Images on which a promise is broken."""
        return self.lost + self.unusable + self.unclaimed


async def record(folder: Path, seed: str, *faults: str) -> Recorded:
    """Run a service under load with its writes recorded, and end it by kill -9."""
    async with contextlib.AsyncExitStack() as resources:
        sink = await resources.enter_async_context(Sink())
        routes = PLAN.routes(sink.url)
        async with Process(folder, routes, faults=faults):
            pass  # Makes the store, and closes it well: from here on its content is known.
        database = folder / "data" / DATABASE
        content, closed_at = database.read_bytes(), database.stat().st_mtime_ns
        strace = tracer(folder / "data", folder / "trace")
        process = Process(folder, routes, faults=faults, wrapper=strace)
        await resources.enter_async_context(process)
        epoch = time.time() - time.monotonic()
        history = History(plan=PLAN)
        load = Load(history, seed, pause=0.02)
        async with anyio.create_task_group() as tasks:
            for name, most in (("a", 1), ("b", 1), ("c", 10)):
                tasks.start_soon(load.post, process.url, name, most)
            await eventually(
                "enough is done", lambda: enough(history, database, closed_at), seconds=30
            )
            load.stop = True
        process.crash()
        return Recorded(
            database=content,
            operations=operations(folder / "trace"),
            answered=[
                (epoch + s.accepted, s.alerts) for s in history.sent if s.accepted is not None
            ],
            sent=[(epoch + a.at, a.key) for a in sink.attempts],
        )


def enough(history: History, database: Path, closed_at: int) -> bool:
    """Whether many requests were answered, and there was a checkpoint."""
    answered = sum(sent.accepted is not None for sent in history.sent)
    return answered >= ANSWERS and database.stat().st_mtime_ns > closed_at


def moments(recorded: Recorded, random: Random, count: int) -> list[float]:
    """When the power fails: half of them just after an answer, half in the middle of anything."""
    answers = [at for at, _ in recorded.answered]
    began = [operation.began for operation in recorded.operations if operation.began > answers[0]]
    chosen = [random.choice(answers) for _ in range(count // 2)]
    chosen += [random.choice(began) for _ in range(count - len(chosen))]
    return sorted(chosen)


async def judge(recorded: Recorded, folder: Path, random: Random, count: int) -> Verdict:
    """Open that many disks with the store, and look for what had been promised by then."""
    verdict = Verdict()
    disk = Disk(recorded.database)
    coming = iter(recorded.operations)
    operation = next(coming, None)
    for number, at in enumerate(moments(recorded, random, count)):
        while operation is not None and operation.ended < at:
            disk.do(operation)
            operation = next(coming, None)
        under_way = operation if operation is not None and operation.began <= at else None
        data = folder / f"{number}"
        data.mkdir(parents=True)
        for name, content in disk.image(random, under_way).items():
            (data / name).write_bytes(content)
        verdict.images += 1
        if verdict.images % 200 == 0:
            progress(f"{verdict.images} disks after a power loss: {verdict.bad} bad")
        await _look(recorded, data, at, verdict)
        for path in data.iterdir():
            path.unlink()
    return verdict


async def _look(recorded: Recorded, data: Path, at: float, verdict: Verdict) -> None:
    try:
        async with Store.open(data, ballast_bytes=0) as store:
            stored = await store.load()
    except StoreError:
        verdict.unusable += 1
        return
    there = {decode(alert.labels)["n"] for alert in stored.alerts}
    promised = {n for answered, alerts in recorded.answered if answered < at for n in alerts}
    verdict.lost += bool(promised - there)
    left = {key for sent, key in recorded.sent if sent < at}
    rows = (row for row in stored.deliveries if row.key in left)
    verdict.unclaimed += any(row.attempt == 0 for row in rows)


async def test_whatever_was_answered_survives_a_power_loss_at_any_instant(
    tmp_path: Path, seed: str, size: Size
) -> None:
    recorded = await record(tmp_path / "service", seed)
    files = {operation.file for operation in recorded.operations if operation.kind == "write"}
    verdict = await judge(recorded, tmp_path / "disks", Random(seed), size.images)
    note(
        "disks as a power loss leaves them, between any two of the writes recorded",
        verdict.images,
        f"on {verdict.lost} something answered 2xx is lost, {verdict.unusable} cannot be opened,"
        f" {verdict.unclaimed} with a page sent and not claimed",
    )
    assert verdict.bad == 0, verdict
    assert DATABASE in files, "a checkpoint was among what was recorded"


async def test_a_store_that_flushes_too_little_or_too_late_is_found_out(
    tmp_path: Path, seed: str, size: Size
) -> None:
    verdicts: dict[str, Verdict] = {}

    async def run(fault: str) -> None:
        recorded = await record(tmp_path / fault, seed, fault)
        count = size.images // 5
        verdicts[fault] = await judge(recorded, tmp_path / f"{fault} disks", Random(seed), count)

    async with anyio.create_task_group() as tasks:
        for fault in ("synchronous_normal", "synchronous_off", "reply_before_commit"):
            tasks.start_soon(run, fault)
    for fault, verdict in verdicts.items():
        note(
            f"the same with {fault.replace('_', ' ')} planted, which must be found out",
            verdict.images,
            f"on {verdict.lost} something is lost, {verdict.unusable} cannot be opened",
        )
        assert verdict.lost + verdict.unusable, f"the judge finds nothing wrong with {fault}"
