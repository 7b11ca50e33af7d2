"""What people said of incidents, and what may be relied on since: they are taken, or asleep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.calls import is_asked_for
from sim.case import WOKEN, Case, Run
from sim.plot import RANKS, SEVERITIES

from router.core import event as e
from router.core.moment import MINUTE, SECOND

if TYPE_CHECKING:
    from sim.auditor import Auditor

Answered = (
    e.Acknowledged
    | e.Unacknowledged
    | e.Resolved
    | e.Snoozed
    | e.Unsnoozed
    | e.Escalated
    | e.Reassigned
)
UNDOING = (e.Unacknowledged, e.Snoozed, e.Unsnoozed, e.Escalated, e.Reassigned)
PROMPT = 2 * SECOND
_DECIDED = 5 * MINUTE  # A request that nobody answered was decided by then, or never.


class Answers:
    """Keeps what was asked about each incident, and what was answered, in that order."""

    def __init__(self, auditor: Auditor, known: dict[int, Case]) -> None:
        self._auditor = auditor
        self._known = known

    def asked(self, event: Answered) -> None:
        """A person answers."""
        case = self._known.get(event.incident)
        if case is None:
            return
        now = case.stirred = self._auditor.service
        said = f"asked: {type(event).__name__} {event.incident} by {event.by}"
        self._auditor.history.note(case.cluster, said)
        if isinstance(event, UNDOING):
            case.undoing += 1
            case.taken = None if case.taken else case.taken
        if not isinstance(event, e.Resolved):
            case.asleep = None if case.asleep else case.asleep
        match event:
            case e.Acknowledged():
                case.taken = case.taken or None
            case e.Snoozed(span=span):
                case.asleep = None
                case.wakes = (0, max(case.wakes[1], now + span + _DECIDED))
            case e.Resolved():
                case.over = case.over or None

    def refused(self, event: Answered) -> None:
        """And is told that nothing was done."""
        case = self._known.get(event.incident)
        if case is not None and isinstance(event, UNDOING):
            case.undoing = max(case.undoing - 1, 0)

    def answered(self, event: Answered, code: str, asked_at: int) -> None:
        """And is answered."""
        case = self._known.get(event.incident)
        if case is None:
            return
        case.stirred = self._auditor.service
        said = f"answered: {type(event).__name__} {event.incident}: {code}"
        self._auditor.history.note(case.cluster, said)
        self.refused(event)
        if code == "resolved":
            case.over = True
            return
        match event:
            case e.Acknowledged():
                self._is_taken(case, code, asked_at)
            case e.Unacknowledged():
                case.taken = case.asleep = False
            case e.Unsnoozed():
                case.asleep = False
                case.taken = False if code == "unsnoozed" else case.taken
            case e.Escalated() | e.Reassigned() if code in ("escalated", "reassigned"):
                case.taken = case.asleep = False
            case e.Snoozed(span=span):
                self._sleeps(case, span, asked_at)

    def _is_taken(self, case: Case, code: str, asked_at: int) -> None:
        if case.taken is not True:  # Since when, only the first to be answered knows.
            case.taken_at = self._auditor.service if code == "acknowledged" else 0
        case.taken = True if not case.undoing else None
        case.asleep = False if not case.undoing else case.asleep
        if case.rose_at >= asked_at:  # Something graver may have rung after it, in one commit.
            case.taken = None
            return
        if code == "acknowledged" and not case.giving:  # Given away, it rings anew already.
            self._check_withdrawn(case, "taken")

    def _sleeps(self, case: Case, span: int, asked_at: int) -> None:
        case.taken, case.asleep = False, True if not case.undoing else None
        case.slept_at = self._auditor.service
        case.wakes = (asked_at + span, case.slept_at + span)
        self._check_withdrawn(case, "asleep")

    def _check_withdrawn(self, case: Case, what: str) -> None:
        for entry in self._auditor.outbox.open.values():
            row = entry.row
            waits = row.incident == case.number and not entry.claimed
            if waits and row.kind == "page" and not is_asked_for(entry):
                self._auditor.wrong(case.cluster, f"{row.key} still waits though it is {what}")

    def died(self) -> None:
        """The process is gone: whoever waits for it hears nothing."""
        for case in self._known.values():
            case.undoing = 0

    def taken(self, case: Case) -> bool:
        """Whether it surely is acknowledged, and nothing can have ended that."""
        timeout = case.ack_timeout
        since = self._auditor.service - case.taken_at
        if timeout and since > timeout - MINUTE:
            return False
        return case.taken is True and not self._worse(case)

    def look(self, case: Case) -> None:
        """What is graver may ring again whoever took it, unheard where nobody is on call."""
        if case.taken and self._worse(case) and self._auditor.duty.may_ring_nobody(case):
            case.taken = None

    def asleep(self, case: Case) -> bool:
        """Whether it surely is put off."""
        lasts = self._auditor.service < case.wakes[0] - PROMPT
        return case.asleep is True and lasts and not self._worse(case)

    def may_sleep(self, case: Case) -> bool:
        """Whether somebody put it off, perhaps."""
        return case.asleep is not False and self._auditor.service < case.wakes[1] + MINUTE

    def oversleeps(self, case: Case) -> bool:
        """Whether it surely was to ring before now."""
        if case.asleep is None or case.undoing:
            return False
        late = self._auditor.service - case.wakes[1]
        return case.asleep is False or late > MINUTE + self._auditor.time.missed(case.wakes[1])

    def wakes(self, case: Case, run: Run) -> None:
        """It rings: not before its time, and at once if nothing else keeps it quiet."""
        auditor = self._auditor
        if self.asleep(case):
            auditor.wrong(case.cluster, f"incident {case.number} rings though it is asleep")
        slept, latest = case.slept_at, case.wakes[1]
        if run.reason != WOKEN or not case.asleep:
            return
        if auditor.stirred(case.cluster, case.number) > slept:
            return
        late = run.at - latest
        if late > PROMPT + auditor.time.missed(latest):
            auditor.wrong(case.cluster, f"incident {case.number} wakes {late / SECOND:.0f} s late")

    def _worse(self, case: Case) -> bool:
        """Whether a graver alert may have begun since it was taken."""
        facts = self._auditor.facts
        graver = {
            name for name, severity in SEVERITIES.items() if RANKS.index(severity) > case.worst
        }
        return any(
            cluster == case.cluster and name in graver and not facts.over((cluster, name))
            for cluster, name in facts.alerts
        )
