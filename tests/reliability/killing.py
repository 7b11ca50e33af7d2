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


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What to put a service through: so many kills, and then so many `seconds` of load in peace.

    `faults` are planted in it. Shares: of kills that follow at once after an answer 2xx (`aimed`),
    of notifications that the sink refuses or gives no answer to (`faulty`), of incidents that
    somebody acknowledges (`answers`). `pause` is the longest one of a connection, `patience` how
    long to wait for what is still to come, both in seconds.
    """

    kills: int = 0
    seconds: float = 0.0
    faults: Sequence[str] = ()
    stream: bool = True
    aimed: float = 0.5
    faulty: float = 0.01
    answers: float = 0.2
    pause: float = 0.04
    patience: float = 30.0


async def ordeal(folder: Path, seed: str, course: Course) -> Ordeal:
    """Put a service through it, wait for quiet, and tell all that happened."""
    random = Random(seed)
    history = History(plan=PLAN)
    async with contextlib.AsyncExitStack() as resources:
        sink = await resources.enter_async_context(
            Sink(Random(f"{seed} sink"), faulty=course.faulty)
        )
        history.attempts = sink.attempts
        redis = resources.enter_context(RedisServer(folder)).url if course.stream else ""
        routes = PLAN.routes(sink.url, redis)
        process = await resources.enter_async_context(Process(folder, routes, faults=course.faults))
        process.expect("Redis|redis")
        history.killed = process.killed_at
        load = Load(history, seed, pause=course.pause)
        async with anyio.create_task_group() as tasks:
            for name, most in (("a", 1), ("b", 1), ("c", 20), ("d", 60)):
                tasks.start_soon(load.post, process.url, name, most)
            if redis:
                tasks.start_soon(load.add, redis)
            tasks.start_soon(load.answer, process.url, sink, course.answers)
            for _ in range(course.kills):
                await _kill(process, load, random, course.aimed)
            await anyio.sleep(course.seconds)
            load.stop = True
        await _quiet(history, redis, course.patience)
        history.timelines = await process.timelines()
        return Ordeal(history=history, readied=process.readied)


async def _kill(process: Process, load: Load, random: Random, aimed: float) -> None:
    """One kill and its restart: at any moment, or at once after an answer 2xx.

    Now and then another one follows in the middle of the recovery.
    """
    await anyio.sleep(0.1 + 1.4 * random.random())
    if random.random() < aimed:
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
