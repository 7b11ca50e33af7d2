"""An event loop whose clock leaps to the next timer: hours pass in the time their work takes."""

import asyncio
from asyncio import Handle, TimerHandle
from collections import deque
from collections.abc import Callable
from contextvars import Context
from heapq import heappop, heappush
from itertools import count
from typing import TypeVarTuple

SECOND = 1_000_000
_Arguments = TypeVarTuple("_Arguments")


class StandsStill(BaseException):
    """Nothing is ready, and nothing ever will be."""


class LeapingLoop(asyncio.SelectorEventLoop):
    """Asyncio's own loop with virtual time, which begins at 0 and never waits for the real one.

    No selector is asked, as nothing real is ever waited for, and the timers are a heap of tuples:
    most of what an hour costs is its wake-ups. `microseconds` is the time as a whole number.
    """

    _ready: deque[Handle]

    def __init__(self) -> None:
        super().__init__()
        self.microseconds = 0
        self._passed = 0.0
        self._timers: list[tuple[float, int, TimerHandle]] = []
        self._numbers = count()

    def time(self) -> float:
        """The virtual seconds since the loop was made."""
        return self._passed

    def call_at(
        self,
        when: float,
        callback: Callable[[*_Arguments], object],
        *args: *_Arguments,
        context: Context | None = None,
    ) -> TimerHandle:
        """As asyncio's; of several at one time the first asked for comes first."""
        timer = TimerHandle(when, callback, args, self, context)
        heappush(self._timers, (when, next(self._numbers), timer))
        return timer

    def _run_once(self) -> None:
        ready, timers = self._ready, self._timers
        while timers and timers[0][2].cancelled():
            heappop(timers)
        if not ready:
            if not timers:
                raise StandsStill("nothing waits for anything")
            if timers[0][0] > self._passed:
                self._passed = timers[0][0]
                self.microseconds = round(self._passed * SECOND)
        while timers and timers[0][0] <= self._passed:
            ready.append(heappop(timers)[2])
        for _ in range(len(ready)):
            handle = ready.popleft()
            if not handle.cancelled():
                handle._run()
