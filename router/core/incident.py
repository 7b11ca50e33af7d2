"""An incident: one period of trouble of a group that must be answered, numbered, never reused."""

from enum import StrEnum

import msgspec

from router.core.configuration import Policy


class Status(StrEnum):
    """Where an incident stands. Being silenced is not a status: it is judged when a page is due."""

    TRIGGERED = "triggered"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"


class Incident(msgspec.Struct, frozen=True, kw_only=True):
    """One incident. `policy` is the snapshot it was opened with; an edited file never changes it.

    `round` and `step` name the next step to run; `ran` counts steps that were run in all.
    `step_due` is when that is, or when an acknowledgement times out; `next_due` is when to look
    again, the same unless it is muted; None when nothing waits.
    `held`: every alert has ended, no page leaves, and the next flush resolves it.
    `muted`: the last step found every alert muted; it is sent once when that ends.
    `reached`: some step of this pass had somebody to page. `heard`: the last run a page of which
    was delivered. `exhausted`: only the fallback rings now.
    `severity` is the highest rank seen while it was last unanswered (see severity.rank).
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

    @property
    def open(self) -> bool:
        """Whether it is not resolved."""
        return self.status is not Status.RESOLVED

    @property
    def ringing(self) -> bool:
        """Whether pages may leave for it."""
        return self.status is Status.TRIGGERED and not self.held
