"""The kill -9 loop: load, kills at random moments and at calls of the system, quiet, a history."""

import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from random import Random

import anyio
import msgspec
from reliability.auditor import missing
from reliability.boundary import killed_at
from reliability.history import History, Plan
from reliability.load import Load, drained, fill
from reliability.process import Process
from reliability.rival import Alertmanager
from reliability.sink import Sink
from support.eventually import eventually
from support.figures import progress
from support.redis_server import RedisServer

PLAN = Plan(group_wait=0.1, waits=(0.8, 0.8))
QUIET_SECONDS = 1.5
STRUCK_SECONDS = 4.0


class Ordeal(msgspec.Struct, frozen=True, kw_only=True):
    """What a service went through. `readied` are the seconds each start took; `gone` counts the
    silences and the alerts in the background that were accepted and are not there in the end."""

    history: History
    readied: list[float]
    gone: int
    gone_silences: int


class Course(msgspec.Struct, frozen=True, kw_only=True):
    """What to put a service through: so many kills, and then so many `seconds` of load in peace.

    `faults` are planted in it. Shares: of kills at a call of the system (`struck`), and of the
    others those that follow at once after an answer 2xx (`aimed`); of notifications that the sink
    refuses or gives no answer to (`faulty`), of incidents that somebody acknowledges (`answers`).
    `background` alerts and `silences` are there all the time. `pause` is the longest one of a
    connection, `patience` how long to wait for what is still to come, both in seconds. With
    `rival` it is Alertmanager that goes through it.
    """

    kills: int = 0
    seconds: float = 0.0
    faults: Sequence[str] = ()
    plan: Plan = PLAN
    rival: bool = False
    stream: bool = True
    struck: float = 0.0
    aimed: float = 0.5
    faulty: float = 0.01
    answers: float = 0.2
    background: int = 0
    silences: int = 0
    pause: float = 0.04
    patience: float = 30.0


async def ordeal(folder: Path, seed: str, course: Course) -> Ordeal:
    """Put a service through it, wait for quiet, and tell all that happened."""
    history = History(plan=course.plan)
    async with contextlib.AsyncExitStack() as resources:
        sink = await resources.enter_async_context(
            Sink(Random(f"{seed} sink"), faulty=course.faulty)
        )
        history.attempts = sink.attempts
        redis = resources.enter_context(RedisServer(folder)).url if course.stream else ""
        process = await resources.enter_async_context(_process(folder, sink, redis, course))
        history.killed = process.killed_at
        history.silences += await fill(process, course.background, course.silences)
        async with _loaded(history, seed, course, process, sink, redis) as load:
            random = Random(seed)
            for number in range(1, course.kills + 1):
                await _kill(process, load, random, course)
                if number % 20 == 0:
                    progress(f"{number} of {course.kills} kills beside {course.background:,}")
            await anyio.sleep(course.seconds)
        await _quiet(history, redis, course.patience)
        if not course.rival:
            history.timelines = await process.timelines()
        return Ordeal(
            history=history,
            readied=process.readied,
            gone=course.background - await _background(process),
            gone_silences=len({*history.silences} - await _silences(process)),
        )


def _process(folder: Path, sink: Sink, redis: str, course: Course) -> Process:
    if course.rival:
        return Alertmanager(folder, course.plan.alertmanager(sink.url))
    process = Process(folder, course.plan.routes(sink.url, redis), faults=course.faults)
    process.expect("Redis|redis")
    return process


@contextlib.asynccontextmanager
async def _loaded(
    history: History, seed: str, course: Course, process: Process, sink: Sink, redis: str
) -> AsyncIterator[Load]:
    """Load, until left and answered."""
    load = Load(history, seed, pause=course.pause)
    async with anyio.create_task_group() as tasks:
        for name, most in (("a", 1), ("b", 1), ("c", 20), ("d", 60)):
            tasks.start_soon(load.post, process.url, name, most)
        if redis:
            tasks.start_soon(load.add, redis)
        if course.silences:
            tasks.start_soon(load.silence, process.url)
        tasks.start_soon(load.answer, process.url, sink, course.answers)
        yield load
        load.stop = True


async def _kill(process: Process, load: Load, random: Random, course: Course) -> None:
    """One kill and its restart: at any moment, at once after an answer 2xx, or at a call.

    Now and then another one follows in the middle of the recovery.
    """
    if random.random() < course.struck:
        await _strike(process, random)
        return
    await anyio.sleep(0.1 + 1.4 * random.random())
    if random.random() < course.aimed:
        await load.news.wait()
    process.crash()
    if random.random() < 0.2:
        await process.start(ready=False)
        await anyio.sleep(random.random())
        process.crash()
    await process.start()


async def _strike(process: Process, random: Random) -> None:
    """A life that ends at a call of the system; where it makes too few of them, after a while."""
    process.crash()
    process.wrapper = killed_at(random)
    await process.start(ready=False)
    with anyio.move_on_after(STRUCK_SECONDS):
        await process.struck()
    process.crash()
    process.wrapper = []
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


async def _background(process: Process) -> int:
    path = '/api/v2/alerts?filter=background%3D"yes"'
    return len((await process.get(path)).json())


async def _silences(process: Process) -> set[str]:
    found = (await process.get("/api/v2/silences")).json()
    return {silence["id"] for silence in found if silence["status"]["state"] == "active"}
