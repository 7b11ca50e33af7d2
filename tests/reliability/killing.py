"""The kill -9 loop: load, kills at random moments, quiet, and the whole history of it."""

import contextlib
from collections.abc import Sequence
from pathlib import Path
from random import Random

import anyio
import msgspec
from reliability.auditor import missing
from reliability.history import History, Plan
from reliability.load import Load, drained
from reliability.process import Process
from reliability.sink import Sink
from support.eventually import eventually
from support.redis_server import RedisServer

PLAN = Plan(group_wait=0.1, waits=(0.8, 0.8))
QUIET_SECONDS = 1.5


class Ordeal(msgspec.Struct, frozen=True, kw_only=True):
    """What a service went through. `readied` are the seconds each start took."""

    history: History
    readied: list[float]


async def ordeal(
    folder: Path,
    seed: str,
    *,
    kills: int,
    seconds: float = 0.0,
    faults: Sequence[str] = (),
    stream: bool = True,
    patience: float = 20.0,
) -> Ordeal:
    """Run the service under load, kill it so often (or let it be for `seconds`), and wait.

    `faults` are planted in the service. `patience` is how long to wait for what is still to come.
    """
    random = Random(seed)
    history = History(plan=PLAN)
    async with contextlib.AsyncExitStack() as resources:
        sink = await resources.enter_async_context(Sink(Random(f"{seed} sink"), faulty=0.01))
        history.attempts = sink.attempts
        redis = resources.enter_context(RedisServer(folder)).url if stream else ""
        routes = PLAN.routes(sink.url, redis)
        process = await resources.enter_async_context(Process(folder, routes, faults=faults))
        process.expect("Redis|redis")
        history.killed = process.killed_at
        load = Load(history, seed)
        async with anyio.create_task_group() as tasks:
            for name, most in (("a", 1), ("b", 1), ("c", 20), ("d", 60)):
                tasks.start_soon(load.post, process.url, name, most)
            if redis:
                tasks.start_soon(load.add, redis)
            tasks.start_soon(load.answer, process.url, sink, 0.2)
            for _ in range(kills):
                await _kill(process, load, random)
            await anyio.sleep(seconds)
            load.stop = True
        await _quiet(history, redis, patience)
        history.timelines = await process.timelines()
        return Ordeal(history=history, readied=process.readied)


async def _kill(process: Process, load: Load, random: Random) -> None:
    """One kill and its restart: at any moment, or at once after an answer 2xx.

    Now and then another one follows in the middle of the recovery.
    """
    await anyio.sleep(0.1 + 1.4 * random.random())
    if random.random() < 0.5:
        await load.news.wait()
    process.crash()
    if random.random() < 0.2:
        await process.start(ready=False)
        await anyio.sleep(random.random())
        process.crash()
    await process.start()


async def _quiet(history: History, redis: str, patience: float) -> None:
    """Wait until nothing is missing, if that ever comes, and then for what should not come."""
    with contextlib.suppress(AssertionError):
        if redis:
            await eventually("the stream is drained", lambda: drained(redis), seconds=patience)
        await eventually(
            "nothing is missing", lambda: not missing(history), seconds=patience, every=0.2
        )
    before = -1
    while before != len(history.attempts):
        before = len(history.attempts)
        await anyio.sleep(QUIET_SECONDS)
