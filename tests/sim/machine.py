"""The machine a simulated process runs on: its clocks, which people set, and its boots."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import structlog
from sim.leaping_loop import LeapingLoop
from support.virtual import BEGAN

from router.core.moment import SECOND
from router.runtime import clock, courier, loop

REST_SECONDS = 60.0  # What a lost wake-up costs must show; a real service looks each second.
_LONG_SWEEP = 120.0


class Machine:
    """Stands in for `time` where the product reads clocks. The wall clock can be set."""

    def __init__(self) -> None:
        self.wall_off = 0
        self.boots = 1
        self._booted = 0
        loop = asyncio.get_running_loop()
        assert isinstance(loop, LeapingLoop)
        self._loop = loop

    @property
    def passed(self) -> int:
        """Microseconds since the world began, by no clock of the machine."""
        return self._loop.microseconds

    @property
    def wall(self) -> int:
        """What the wall clock says."""
        return BEGAN.wall + self._loop.microseconds + self.wall_off

    def reboot(self) -> None:
        """The power was gone: the boot clock begins anew."""
        self.boots += 1
        self._booted = self.passed

    def time_ns(self) -> int:
        """As time.time_ns."""
        return self.wall * 1000

    def clock_gettime_ns(self, _clock: int) -> int:
        """As time.clock_gettime_ns of CLOCK_BOOTTIME."""
        return (self.passed - self._booted + SECOND) * 1000

    def boot_id(self) -> str:
        """The kernel's name of this boot."""
        return f"boot {self.boots}"

    @contextmanager
    def runs(self) -> Iterator[None]:
        """The product reads these clocks, looks around less often, and logs nothing."""
        before: list[tuple[Any, str, Any]] = [
            (clock, "time", self),
            (clock, "_boot_id", self.boot_id),
            (loop, "LONGEST_SLEEP", REST_SECONDS),
            (courier, "SWEEP_SECONDS", _LONG_SWEEP),
        ]
        quiet = structlog.get_config()
        structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
        undo = [(where, name, getattr(where, name)) for where, name, _ in before]
        for where, name, value in before:
            setattr(where, name, value)
        try:
            yield
        finally:
            for where, name, value in undo:
                setattr(where, name, value)
            structlog.configure(**quiet)
