"""Says what keeps the service from doing what it promised, if anything does."""

import time
from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple, Protocol

from router.core.audit import OVERDUE, Figures, audit
from router.core.moment import SECOND, Now
from router.core.state import State

STUCK_SECONDS = 5.0
AWAY = 60 * SECOND  # A stream that cannot be read for so long is one that nobody reads.
MOVING_SECONDS = 60.0
LOOK_AGAIN = 5 * SECOND  # To look through everything costs; nobody need know so much sooner.


class Finding(NamedTuple):
    """Something that is wrong: the name of its alert, what to say, what tells it from others."""

    name: str
    text: str
    labels: tuple[tuple[str, str], ...] = ()


class Watched(Protocol):
    """The loop, as the auditor sees it. `progress` is when it last had a turn."""

    disk_full: bool
    refusing: bool
    progress: float

    @property
    def state(self) -> State: ...

    @property
    def aside(self) -> Collection[str]: ...

    def now(self) -> Now:
        """This instant on both clocks."""


class Auditor:
    """One verdict for the health page, the dead man's switch and `[meta]`.

    `away` names the streams that cannot be read now, `sent` says when something was last sent
    (seconds of `stopwatch`).
    """

    def __init__(
        self,
        loop: Watched,
        *,
        away: Callable[[], Sequence[str]] = list,
        sent: Callable[[], float] = lambda: 0.0,
        stopwatch: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._loop = loop
        self._away = away
        self._sent = sent
        self._stopwatch = stopwatch
        self._since: dict[str, int] = {}
        self.figures = Figures()
        self._looked = -LOOK_AGAIN

    def stuck(self) -> str:
        """What is wrong with the loop; empty while it makes progress."""
        idle = self._stopwatch() - self._loop.progress
        return f"the loop has made no progress for {idle:.0f} s" if idle > STUCK_SECONDS else ""

    def findings(self) -> list[Finding]:
        """Everything that is overdue or does not work. Only on the loop's thread."""
        found = [Finding("TocsinStuck", self.stuck())] if self.stuck() else []
        if self._loop.disk_full:
            found.append(Finding("TocsinDiskFull", "the disk is full: free some room"))
        if self._loop.refusing:
            text = "safe mode after repeated crashes: pages and answers only"
            found.append(Finding("TocsinSafeMode", text))
        for item in self._loop.aside:
            text = f"{item} is set aside for a while: it ended the process"
            found.append(Finding("TocsinSetAside", text, (("item", item),)))
        found += [Finding("TocsinOverdue", text) for text in self._overdue()]
        return found + self._unread()

    def _overdue(self) -> list[str]:
        """What should have happened by now."""
        state, now = self._loop.state, self._loop.now()
        deadman = state.configuration.deadman
        limit = deadman.overdue if deadman else OVERDUE
        if not 0 <= now.service - self._looked < min(LOOK_AGAIN, limit // 4):
            self.figures, self._looked = audit(state, now), now.service
        moving = self._stopwatch() - self._sent() < min(MOVING_SECONDS, limit / SECOND)
        return self.figures.findings(limit, moving=moving)

    def _unread(self) -> list[Finding]:
        service, away = self._loop.now().service, self._away()
        self._since = {name: self._since.get(name, service) for name in away}
        long = [name for name, since in self._since.items() if service - since > AWAY]
        return [
            Finding("TocsinStreamUnread", f"source {name} is not being read", (("source", name),))
            for name in long
        ]

    def told(self) -> str:
        """The figures in one line."""
        state, figures = self._loop.state, self.figures
        return (
            f"oldest timer {figures.timer / SECOND:.1f} s late,"
            f" oldest delivery {figures.delivery / SECOND:.1f} s late,"
            f" {len(state.deliveries)} deliveries, {len(state.incidents)} open incidents,"
            f" {len(state.by_id)} alerts"
        )
