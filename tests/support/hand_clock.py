"""A clock that a test moves by hand."""

import time

from router.core.moment import SECOND, Now, Stamp


class HandClock:
    """Stands still until it is moved; both times move together."""

    def __init__(self, wall: int = 1_800_000_000 * SECOND) -> None:
        self._now = Now(wall=wall, service=86_400 * SECOND)

    def now(self) -> Now:
        return self._now

    def stamp(self) -> Stamp:
        now = self.now()
        return Stamp(now=now, boot=now.service, boot_id="by hand")

    def move(self, microseconds: int) -> None:
        """Let so much time pass."""
        self._now = Now(
            wall=self._now.wall + microseconds, service=self._now.service + microseconds
        )


class RunningClock(HandClock):
    """The machine's own time, for programs that bring theirs."""

    def now(self) -> Now:
        wall = time.time_ns() // 1000
        return Now(wall=wall, service=wall)
