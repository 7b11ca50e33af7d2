"""An event loop whose clock leaps to the next timer: hours pass in the time their work takes."""

import asyncio
import selectors


class StandsStill(BaseException):
    """Nothing is ready, and nothing ever will be."""


class _Leaping(selectors.SelectSelector):
    """Waits for nothing: where a real selector would sleep, time passes at once."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """Nothing real is ever waited for, so nothing real is looked at."""
        if timeout is None:
            raise StandsStill("nothing waits for anything")
        self.passed += timeout
        return []


class LeapingLoop(asyncio.SelectorEventLoop):
    """Asyncio's own loop with virtual time, which begins at 0 and never waits for the real one."""

    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        """The virtual seconds since the loop was made."""
        return self._leaping.passed
