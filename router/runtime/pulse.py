"""How the service is, for the probes: lives, can take alerts, is ready, and what is degraded."""

import time
from collections.abc import Callable, Sequence

import msgspec

from router.runtime.loop import Loop

STUCK_SECONDS = 5.0


class Check(msgspec.Struct, frozen=True):
    """How something fares. `problems` are sentences; with `ok` they mean degraded."""

    ok: bool
    problems: tuple[str, ...] = ()


class Pulse:
    """Answers the probes from what the rooms know. `notes` lists what is degraded right now."""

    def __init__(self, loop: Loop, notes: Callable[[], Sequence[str]]) -> None:
        self._loop = loop
        self._notes = notes
        self.started = False
        self.stopping = False

    def live(self) -> Check:
        """Whether the loop made progress within the last seconds; if not, a restart helps."""
        idle = time.perf_counter() - self._loop.progress
        if self.started and idle > STUCK_SECONDS:
            return Check(False, (f"the loop has made no progress for {idle:.0f} s",))
        return Check(True)

    def ready(self) -> Check:
        """Whether alerts can be durably accepted and routed now."""
        if self.stopping:
            return Check(False, ("the service is stopping",))
        if not self.started:
            return Check(False, ("the service is starting",))
        if self._loop.disk_full:
            return Check(False, ("the disk is full: free some room",))
        if self._loop.refusing:
            return Check(False, ("safe mode after repeated crashes: pages and answers only",))
        return Check(True, tuple(self._notes()))

    def startup(self) -> Check:
        """Whether recovery is done."""
        return Check(self.started, () if self.started else ("recovering",))
