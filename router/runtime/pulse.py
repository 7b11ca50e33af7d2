"""How the service is, for the probes: lives, can take alerts, is ready, and what is degraded."""

from collections.abc import Callable, Sequence

import msgspec

from router.runtime.auditor import Auditor
from router.runtime.loop import Loop


class Check(msgspec.Struct, frozen=True):
    """How something fares. `problems` are sentences; with `ok` they mean degraded."""

    ok: bool
    problems: tuple[str, ...] = ()


class Pulse:
    """Answers the probes from what the rooms and the auditor know.

    `notes` lists what is degraded right now.
    """

    def __init__(
        self, loop: Loop, notes: Callable[[], Sequence[str]], auditor: Auditor | None = None
    ) -> None:
        self._loop = loop
        self._auditor = auditor or Auditor(loop)
        self._notes = notes
        self.started = False
        self.stopping = False

    def live(self) -> Check:
        """Whether the loop made progress within the last seconds; if not, a restart helps."""
        stuck = self._auditor.stuck() if self.started else ""
        return Check(not stuck, (stuck,) if stuck else ())

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
        found = (*self._notes(), *(finding.text for finding in self._auditor.findings()))
        return Check(True, tuple(dict.fromkeys(found)))

    def startup(self) -> Check:
        """Whether recovery is done."""
        return Check(self.started, () if self.started else ("recovering",))
