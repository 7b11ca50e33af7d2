"""An event loop whose clock leaps to the next timer, except while real sockets are at work."""

import asyncio
import selectors
from collections.abc import Callable

_PATIENCE = 0.01


class _Leaping(selectors.SelectSelector):
    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0
        self.busy: Callable[[], bool] = lambda: False

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What is ready; if nothing is, and nobody is busy, the time until the next timer passes.

        While somebody is busy, time stands still and the real world is waited for.
        """
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is None or self.busy():
            return super().select(_PATIENCE)
        self.passed += timeout
        return []


class LeapingSockets(asyncio.SelectorEventLoop):
    """Asyncio's own loop with virtual time, which begins at 0, and with real sockets."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """The virtual seconds since the loop was made."""
        return self._leaping.passed

    def wait_for(self, busy: Callable[[], bool]) -> None:
        """Let no time pass while this is so."""
        self._leaping.busy = busy
