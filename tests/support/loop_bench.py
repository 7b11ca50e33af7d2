"""A running loop on a journal in memory and a clock that stands still."""

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import anyio

from router.core import event as e
from router.core.state import State
from router.runtime.loop import Loop
from router.runtime.queue import EVENTS_MAX
from support.hand_clock import HandClock
from support.memory_journal import MemoryJournal
from support.small import configuration, reported


class Bench:
    """A loop with what it needs. `offered` and `repeats` are what it said."""

    def __init__(
        self, stopwatch: Callable[[], float] = time.perf_counter, most_waiting: int = EVENTS_MAX
    ) -> None:
        self.journal = MemoryJournal()
        self.clock = HandClock()
        self.offered: list[int] = []
        self.repeats: Counter[str] = Counter()
        state = State(configuration(), self.journal.stored)
        self.loop = Loop(
            state,
            self.journal,
            self.clock,
            offer=self._offer,
            repeated=self.repeats.update,
            stopwatch=stopwatch,
            most_waiting=most_waiting,
        )

    def _offer(self, numbers: Sequence[int]) -> None:
        self.offered.extend(numbers)

    def alert(self, severity: str = "critical", **labels: str) -> e.Reported:
        return reported(self.clock.now().wall, severity, labels)


@asynccontextmanager
async def running(
    stopwatch: Callable[[], float] = time.perf_counter, most_waiting: int = EVENTS_MAX
) -> AsyncIterator[Bench]:
    bench = Bench(stopwatch, most_waiting)
    async with anyio.create_task_group() as tasks:
        tasks.start_soon(bench.loop.run)
        yield bench
        bench.journal.release()
        tasks.cancel_scope.cancel()
