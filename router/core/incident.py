"""An incident: one period of trouble of a group that must be answered, numbered, never reused."""

from enum import StrEnum

import msgspec

from router.core.configuration import Policy


class Status(StrEnum):
    """Where an incident stands. Being silenced is not a status: it is judged when a page is due."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident. `policy` is the snapshot it was opened with; an edited file never changes it.

    `round` and `step` name the next step to run; `ran` counts steps that were run in all.
    `step_due` is when that is, or when an acknowledgement times out; `next_due` is when to look
    again, the same unless it is muted; None when nothing waits. Of a resolved incident `next_due`
    is until when its alerts may bring it back, None when they cannot.
    `held`: every alert has ended, no page leaves, and the next flush resolves it.
    `muted`: the last step found every alert muted; it is sent once when that ends.
    `reached`: some step of this pass had somebody to page. `heard`: the last run a page of which
    was delivered. `exhausted`: only the fallback rings now.
    `severity` is the highest rank seen while it was last unanswered (see severity.rank).
    `moved` is the version in which it last escalated or was answered. `acknowledged_by` are all
    who took it, first the first; nobody while it rings. `insisting` are the runs whose pages go on
    after an acknowledgement, to those who have not given theirs. Pages of steps run before `since`
    leave no more: others are called now.
    `answer_due` is by when somebody ought to have answered, None once somebody did in time;
    `late`: nobody had. `assigned` and `responders` are those whom people named. One `raised` by a
    person has no alerts, but a `text`.
    """

    number: int
    group: int
    policy: Policy
    status: Status = Status.TRIGGERED
    version: int = 1
    round: int = 0
    step: int = 0
    ran: int = 0
    next_due: int | None = None
    step_due: int | None = None
    held: bool = False
    muted: bool = False
    reached: bool = False
    heard: int = -1
    exhausted: bool = False
    severity: int = 0
    opened_at: int
    answered_at: int = 0
    answered_by: str = ""
    resolved_at: int = 0
    title: str = ""
    failures: int = 0
    moved: int = 0
    acknowledged_by: tuple[str, ...] = ()
    snoozed_by: str = ""
    insisting: tuple[int, ...] = ()
    since: int = 0
    opened_due: int = 0
    answer_due: int | None = None
    late: bool = False
    assigned: tuple[str, ...] = ()
    responders: tuple[str, ...] = ()
    raised: bool = False
    text: str = ""

    @property
    def open(self) -> bool:
        """Whether it is not resolved."""
        return self.status is not Status.RESOLVED

    @property
    def ringing(self) -> bool:
        """Whether pages may leave for it."""
        return self.status is Status.TRIGGERED and not self.held

    @property
    def spent(self) -> bool:
        """Whether every round through the steps is over."""
        return 0 < self.policy.rounds <= self.round

    @property
    def wakes(self) -> int | None:
        """When to look at it next: for its next step, or because an answer is overdue."""
        if self.held:
            return None
        if self.late or self.answer_due is None:
            return self.next_due
        return self.answer_due if self.next_due is None else min(self.next_due, self.answer_due)

    def calls(self, run: int, target: str) -> bool:
        """Whether a page of this run may leave for this target."""
        if self.status is not Status.ACKNOWLEDGED or self.held:
            return self.ringing and (run < 0 or run >= self.since)
        person, _, _ = target.removeprefix("user:").rpartition("/")
        mine = run in self.insisting and target.startswith("user:")
        return mine and person not in self.acknowledged_by
