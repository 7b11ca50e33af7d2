"""An incident as the auditor sees it: its steps, and what people said of it."""

import msgspec
from sim.plot import Ladder


class Run(msgspec.Struct):
    """One step that was run: when, when it had been planned for, which, and why.

    It may have been `planned` so much earlier as `doubt` says.
    """

    at: int
    planned: int
    doubt: int
    step: int
    round: int
    reason: str
    targets: dict[str, int]


class Case(msgspec.Struct):
    """An incident. `taken`, `asleep` and `over` are None while they are in doubt.

    That is while an answer to a person is on its way, or was lost. `wakes` is between which times
    a snooze ends, `undoing` how many who may undo an answer wait to hear of it.
    `ladders` are the escalation policies it may go on by: one, unless `giving` who reassign it
    wait to hear of it, or did not. `worst` is the gravest its pages named, and has been since
    `rose_at`, `peak` what may have fired before it was taken.
    """

    number: int
    cluster: str
    ladders: tuple[Ladder, ...]
    members: tuple[tuple[str, str], ...]
    opened: int
    runs: list[Run] = []
    taken: bool | None = False
    taken_at: int = 0
    asleep: bool | None = False
    slept_at: int = 0
    wakes: tuple[int, int] = (0, 0)
    undoing: int = 0
    worst: int = 0
    peak: int = 0
    rose_at: int = 0
    over: bool | None = False
    stirred: int = 0
    hurried: bool = False
    page_at: int = 0
    giving: int = 0
    ended: bool = False  # By itself, as those it rang were told.

    @property
    def ack_timeout(self) -> int:
        """How long an acknowledgement holds at least; 0 when it does for good."""
        return min((one.ack_timeout for one in self.ladders if one.ack_timeout), default=0)


def step_of(reason: str) -> int | None:
    """Which step a page belongs to, from 0; None when it belongs to none."""
    if reason == WOKEN:
        return 0
    return int(reason[5:]) - 1 if reason.startswith("step ") else None


WOKEN = "snooze ended"
