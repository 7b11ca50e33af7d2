"""A process that is stopped for a while goes on as if it had been slow: in order, nothing lost."""

import signal
from pathlib import Path
from random import Random

import anyio
from reliability.auditor import accepted, audit, missing
from reliability.conftest import Size
from reliability.history import History, Plan
from reliability.load import Load
from reliability.process import Process
from reliability.sink import Sink
from support.eventually import eventually
from support.figures import note

PLAN = Plan(group_wait=0.2, waits=(0.7, 0.7))


async def test_a_frozen_process_loses_nothing_and_calls_nobody_early(
    tmp_path: Path, seed: str, size: Size
) -> None:
    random = Random(seed)
    async with Sink() as sink, Process(tmp_path, PLAN.routes(sink.url)) as process:
        history = History(plan=PLAN, attempts=sink.attempts)
        load = Load(history, seed)
        async with anyio.create_task_group() as tasks:
            for name, most in (("a", 1), ("b", 20)):
                tasks.start_soon(load.post, process.url, name, most)
            for _ in range(size.rounds):
                await anyio.sleep(0.2 + random.random() / 2)
                process.signal(signal.SIGSTOP)
                history.killed.append(anyio.current_time())
                await anyio.sleep(0.5 + random.random())
                process.signal(signal.SIGCONT)
            load.stop = True
        await eventually("all is told", lambda: not missing(history), seconds=20, every=0.1)
        history.timelines = await process.timelines()
    keys = [attempt.key for attempt in history.attempts]
    assert len(keys) == len(set(keys)), "a pause repeats nothing"
    assert accepted(history) > 50
    assert audit(history) == []
    note(
        "frozen (SIGSTOP) for up to 1.5 seconds under load, and let go on",
        len(history.killed),
        f"{accepted(history):,} alerts accepted; 0 lost, repeated, called early or left out",
    )
