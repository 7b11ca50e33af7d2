"""Decides and applies events one by one, into batches: what fails costs itself alone."""

from collections import Counter, deque
from collections.abc import Callable, Sequence

import msgspec
import structlog

from router.core import event as e
from router.core.alert import Report
from router.core.bundle import is_limited
from router.core.command import MEMORY_ONLY, Answer, Command
from router.core.engine import decide
from router.core.intake import repeated
from router.core.moment import SECOND, Now
from router.core.state import State
from router.core.waiting import Kind
from router.runtime import crashes
from router.runtime.aside import Aside
from router.runtime.door import Observed, Outcome
from router.runtime.journal import Clock
from router.runtime.queue import Submission

AWAY = 10 * SECOND  # Without a turn for so long, we were away: stopped, suspended, or stuck.
ASIDE = 60 * SECOND  # What cannot even be set aside by the rules waits so long.
NOTHING = Outcome()
COURIER = (e.Claimed, e.Delivered, e.Failed, e.Skipped)

_log = structlog.get_logger("tocsin.loop")


class Batch(msgspec.Struct):
    """What was decided and is to be committed at once. `ready` are deliveries that may leave.

    `repeats` counts the reports of each source that only carried on what fires; they are not
    among what was `observed`.
    """

    commands: list[Command] = []
    decided: list[tuple[Submission, list[Outcome]]] = []
    ready: list[int] = []
    observed: list[Observed] = []
    repeats: Counter[str] = msgspec.field(default_factory=Counter)


class Decider:
    """A state and what changes it. After a failure, `suspects` are what was being decided on, and
    `mixed` says that there was more beside them.

    `reserve` says whether a delivery could leave at once, and keeps the place until it is offered:
    it is claimed in the batch at hand then, which spares it a commit. One with limits is not, for
    what is held back in the same batch is to travel with it.
    """

    def __init__(self, state: State, clock: Clock, reserve: Callable[[int], bool]) -> None:
        self._state = state
        self._clock = clock
        self.reserve = reserve
        self._turned: int | None = None
        self._doubted: deque[tuple[Kind, int]] = deque()
        self._apart = Aside()
        self.suspects: list[str] = []
        self.mixed = False
        self.disk_full = False

    @property
    def aside(self) -> list[str]:
        """What is left alone for a while, because it ended the process."""
        return self._apart.names()

    def leave_alone(self, found: crashes.Suspects) -> None:
        """Do not decide on the guilty for a while, and on the doubtful only one by one."""
        service = self._clock.now().service
        until = {name: service + span for name, span in found.spans().items()}
        self._apart = Aside(until, found.doubtful)

    def _notice_absence(self, batch: Batch) -> None:
        """Say so, before anything else is decided, when calls may have found nobody here."""
        now = self._clock.now()
        since, self._turned = self._turned, now.service
        if self.disk_full or (since is not None and now.service - since > AWAY):
            self._decide(e.Returned(), batch, now)

    def _attends(self, now: Now) -> bool:
        """Whether no absence is to be noticed first, and nothing to be decided on alone."""
        here = self._turned is not None and now.service - self._turned <= AWAY
        return here and not self._apart.watches

    def _put_off(self, wait: int) -> list[int]:
        """The deliveries that are due. All else that is waits so long: we count as away."""
        self._turned = 0
        now, ready = self._clock.now(), list[int]()
        while item := self._state.take_due(now.service):
            kind, number = item
            if kind is Kind.DELIVERY:
                ready.append(number)
            else:
                self._state.waiting.add(now.service + wait, kind, number)
        return ready

    def _decide_due(self, batch: Batch) -> bool:
        now = self._clock.now()
        item = self._state.take_due(now.service)
        if item is None:
            return False
        kind, number = item
        name = crashes.suspect(e.Due(kind, number)) if self._apart.watches else ""
        if until := self._apart.until(name, now.service):
            self._state.waiting.add(until, kind, number)
        elif kind is Kind.DELIVERY and not is_limited(self._state, number):
            batch.ready.append(number)
            if not self._apart.watches and self.reserve(number):
                self._decide(e.Claimed(number), batch, now)
        elif self._apart.alone([name]):
            self._doubted.append(item)
        else:
            self._decide_item(kind, number, batch)
        return True

    def _decide_item(self, kind: Kind, number: int, batch: Batch) -> None:
        now = self._clock.now()
        outcome = self._decide(e.Due(kind, number), batch, now)
        if outcome.error:
            outcome = self._decide(e.Stopped(kind, number, outcome.error), batch, now)
        if outcome.error:
            self._state.waiting.add(now.service + ASIDE, kind, number)
        elif kind is Kind.DELIVERY:
            row = self._state.deliveries.get(number)
            if row is not None and row.due <= now.service:  # It was not held back.
                batch.ready.append(number)

    def _decide_all(self, submission: Submission, batch: Batch, now: Now) -> None:
        """Decide what was submitted at once. A report that plainly repeats takes a short way."""
        outcomes: list[Outcome] = []
        batch.decided.append((submission, outcomes))
        sources = list[str]()
        for event in submission.events:
            source = self._carry_on(event, now)
            if source is None:
                outcomes.append(self._decide(event, batch, now))
                if submission.insists:
                    self._keep_refused(event, outcomes[-1], batch, now)
            else:
                sources.append(source)
                outcomes.append(NOTHING)
        if sources:  # Even an update with nothing costs a microsecond.
            batch.repeats.update(sources)

    def _keep_refused(self, event: e.Event, outcome: Outcome, batch: Batch, now: Now) -> None:
        """Keep an alert for which there is no room, in the commit in which it was refused.

        Its sender does not come again, and no entry of a stream is read again after that.
        """
        if type(event) is e.Reported and (why := outcome.no_room):
            self._decide(_rejected(event.report, f"{event.report.cid}: {why}"), batch, now)

    def _carry_on(self, event: e.Event, now: Now) -> str | None:
        """Refresh the alert that a report plainly repeats: the report's source; else None."""
        if type(event) is not e.Reported:
            return None
        try:
            again = repeated(self._state, event.report, now)
        except Exception:  # noqa: BLE001 - it fails again where rules do, and is dealt with there
            return None
        if again is None:
            return None
        self._state.refresh(again)
        return again.source

    def _decide(self, event: e.Event, batch: Batch, now: Now) -> Outcome:
        """Decide and apply one event. A rule that fails costs that event and nothing else."""
        if self._apart.watches and self._apart.until(crashes.suspect(event), now.service):
            return Outcome((Answer("wait"),))
        try:
            commands = decide(self._state, event, now)
        except Exception as error:  # noqa: BLE001 - a bug costs the event it happened in
            _log.exception("a rule failed", event_type=type(event).__name__)
            outcome = Outcome(error=f"{type(error).__name__}: {error}")
            batch.observed.append((event, outcome))
            self._set_aside(event, outcome.error, batch, now)
            return outcome
        try:
            self._state.apply(commands)
        except BaseException:
            self._blame([event])
            raise
        for command in commands:
            if type(command) not in MEMORY_ONLY:
                batch.commands.append(command)
        outcome = Outcome(commands)
        batch.observed.append((event, outcome))
        return outcome

    def _blame(self, events: Sequence[e.Event]) -> None:
        """Remember what it was that could not be applied or committed."""
        names = [crashes.suspect(event) for event in events]
        self.suspects = [name for name in names if name]
        self.mixed = not all(names)

    def _set_aside(self, event: e.Event, error: str, batch: Batch, now: Now) -> None:
        """Keep an alert that a rule failed on among the rejects, and let a delivery wait."""
        if isinstance(event, e.Reported):
            self._decide(_rejected(event.report, f"a rule failed: {error}"), batch, now)
        elif isinstance(event, COURIER):
            self._decide(e.Stopped(Kind.DELIVERY, event.delivery, error), batch, now)


def _rejected(report: Report, why: str) -> e.Rejected:
    """What an alert says and why it was not taken, for somebody to look at."""
    body = b'{"labels":%b,"annotations":%b}' % (report.labels, report.annotations)
    return e.Rejected(report.source, why, body[: e.KEPT_BYTES])
