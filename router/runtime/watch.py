"""Watches over the service itself: what it says to probes, to whoever waits, and by `[meta]`."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import anyio
import structlog

from router.core.census import is_crowded
from router.runtime import crashes, log
from router.runtime.auditor import Auditor
from router.runtime.courier import Courier
from router.runtime.deadman import Vouching
from router.runtime.door import Observed
from router.runtime.loop import Loop
from router.runtime.reporter import QUIET, Reporter, Trouble
from router.runtime.safe import SafeMode

Observe = Callable[[Sequence[Observed]], None]

_log = structlog.get_logger("tocsin.watch")


class Watch:
    """The auditor and all that follow its verdict. `folder` remembers crashes.

    `away` names the streams that cannot be read, `refused` what keeps routes.toml from being in
    force, `clock` why the clock is not to be trusted, empty while it is.
    """

    def __init__(
        self,
        loop: Loop,
        courier: Courier,
        folder: Path,
        *,
        away: Callable[[], Sequence[str]],
        refused: Callable[[], Sequence[str]],
        clock: Callable[[], str],
    ) -> None:
        self._loop = loop
        self._folder = folder
        self._refused = refused
        self._clock = clock
        wall = loop.now().wall
        loop.refusing = crashes.in_a_row(folder, wall)
        self._suspects = crashes.suspects(folder, wall)
        loop.leave_alone(self._suspects)
        self.auditor = Auditor(loop, away=away, sent=lambda: courier.sent_at)
        self.safe_mode = SafeMode(loop)
        self._vouching = Vouching(loop, self.auditor)
        self._reporter = Reporter(loop, self._troubles)
        self._counted = {"refused": 0, "lines": log.dropped()}

    def beside(self, count: Observe) -> Observe:
        """Who looks at what was decided: first *count*, then the reporter."""

        def observe(observed: Sequence[Observed]) -> None:
            count(observed)
            self._reporter.observe(observed)

        return observe

    async def begin(self) -> None:
        """Tell of what ended the process before, as far as the rules can: it is left alone."""
        for name in self._suspects.guilty:
            _log.error("this ended the process and is set aside", what=name)
            event = crashes.stopped(name)
            if event is not None and crashes.suspect(event) not in self._suspects.guilty:
                await self._loop.submit([event], urgent=True)

    async def run(self) -> None:
        """Watch until cancelled."""
        async with anyio.create_task_group() as tasks:
            for room in (self.safe_mode, self._vouching, self._reporter):
                tasks.start_soon(room.run)

    def ended(self) -> None:
        """Remember that the process has to end, and what it was deciding on."""
        loop = self._loop
        crashes.note(self._folder, loop.now().wall, loop.suspects, mixed=loop.mixed)

    def _troubles(self) -> Iterator[Trouble]:
        for finding in self.auditor.findings():
            yield Trouble(finding.name, finding.text, finding.labels, "critical")
        if problems := self._refused():
            text = f"routes.toml is not in force: {problems[0]}"
            yield Trouble("TocsinConfigurationRefused", text)
        if why := self._clock():
            yield Trouble("TocsinClockDistrusted", why)
        yield from self._crowded()
        if many := self._more("refused", self._loop.turned_away):
            text = f"{many} events were turned away, as too many waited; their senders were told"
            yield Trouble("TocsinOverloaded", text, (), "critical", QUIET)
        if many := self._more("lines", log.dropped()):
            text = f"{many} lines of the log were dropped, as nobody read them in time"
            yield Trouble("TocsinLogLinesDropped", text, (), "warning", QUIET)

    def _crowded(self) -> Iterator[Trouble]:
        state = self._loop.state
        for source in state.census:
            if is_crowded(state, source):
                text = f"{source} has {state.census.of(source):,} alerts, as many as it may: only"
                text += " critical ones are taken until some end, or [service] max_alerts is more"
                yield Trouble("TocsinTooManyAlerts", text, (("source", source),), "critical")

    def _more(self, what: str, count: int) -> int:
        """By how many a count has grown since it was last looked at."""
        before, self._counted[what] = self._counted[what], count
        return count - before
