"""A Redis that breaks in every way: what was acknowledged to it is kept, and reading goes on."""

from collections import Counter
from pathlib import Path
from random import Random

from reliability.auditor import accepted, audit, missing
from reliability.breaking_redis import TROUBLES, Queue, settled
from reliability.conftest import Size
from reliability.history import History, Plan
from reliability.process import Process
from reliability.sink import Sink
from support.eventually import eventually
from support.figures import note, progress
from support.redis_server import RedisServer

PLAN = Plan(group_wait=0.1, waits=(0.4, 0.4))
QUICK = 7  # The first ones take a second each.
RESUMES_SECONDS = 45.0  # What others left lying is looked for every half a minute.


async def test_nothing_acknowledged_to_redis_is_lost_whatever_happens_to_it(
    tmp_path: Path, seed: str, size: Size
) -> None:
    random, done = Random(seed), Counter[str]()
    rounds = max(size.rounds, QUICK)
    with RedisServer(tmp_path / "redis") as server:
        async with Sink() as sink, Process(tmp_path, PLAN.routes(sink.url, server.url)) as process:
            process.expect("Redis|redis|stream|entry")
            history = History(plan=PLAN, attempts=sink.attempts)
            queue = Queue(server, history, seed)
            for number in range(rounds):
                trouble = TROUBLES[number % len(TROUBLES)]
                await queue.add(random.randint(1, 40))
                await trouble(queue, process)
                await queue.add(random.randint(1, 40))
                await eventually("all is read", lambda: settled(queue), seconds=RESUMES_SECONDS)
                await eventually("it is well", lambda: well(process), seconds=RESUMES_SECONDS)
                done[trouble.__name__.replace("_", " ")] += 1
                progress(f"{number + 1} of {rounds} troubles of Redis: {trouble.__name__}")
            await eventually("all is told", lambda: not missing(history), seconds=20, every=0.1)
            history.timelines = await process.timelines()
    assert audit(history) == []
    note(
        f"Redis {', '.join(done)} under the service",
        sum(done.values()),
        f"{accepted(history):,} alerts that Redis kept or that were acknowledged to it, 0 lost,"
        " 0 told twice; degraded while it was away, reading went on by itself",
    )


async def well(process: Process) -> bool:
    """Whether nothing is degraded."""
    return bool((await process.get("/health/ready")).json()["status"] == "ok")
