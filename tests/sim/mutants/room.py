"""Bugs in who is refused: as a source has too many alerts, or as too much waits."""

from collections.abc import Sequence
from typing import Any

from sim.mutants.planting import Patch, mutant

from router.core import event as e
from router.core import intake
from router.core.census import Census
from router.core.draft import Draft
from router.runtime.decider import Decider
from router.runtime.queue import Queue, Submission


@mutant
def what_finds_no_room_is_answered_with_success() -> Sequence[Patch]:
    answer = Draft.answer

    def silent(self: Draft, code: str, text: str = "", incident: int = 0) -> None:
        if code != "crowded":
            answer(self, code, text, incident)

    return [(Draft, "answer", silent)]


@mutant
def what_is_critical_needs_room_too() -> Sequence[Patch]:
    return [(intake, "is_critical", lambda _labels: False)]


@mutant
def what_is_known_needs_room_to_fire_again() -> Sequence[Patch]:
    again = intake._again

    def strict(draft: Draft, known: Any, new: Any, report: Any) -> None:
        if new.firing and not known.firing and intake._is_crowded_out(draft.state, report):
            draft.answer("crowded", "no room")
        else:
            again(draft, known, new, report)

    return [(intake, "_again", strict)]


@mutant
def one_more_alert_than_there_is_room_for() -> Sequence[Patch]:
    of = Census.of
    return [(Census, "of", lambda self, source: of(self, source) - 1)]


@mutant
def what_is_forgotten_still_takes_room() -> Sequence[Patch]:
    move = Census.move

    def forgetful(self: Census, before: str | None, after: str | None) -> None:
        if after is not None:
            move(self, before, after)

    return [(Census, "move", forgetful)]


@mutant
def what_finds_no_room_and_does_not_come_again_is_lost() -> Sequence[Patch]:
    return [(Decider, "_keep_refused", lambda *_arguments: None)]


@mutant
def what_was_decided_on_still_counts_as_waiting() -> Sequence[Patch]:
    count = Queue._count

    def leaky(self: Queue, submission: Submission, events: int) -> None:
        if events > 0 or submission.urgent:
            count(self, submission, events)

    return [(Queue, "_count", leaky)]


@mutant
def what_is_critical_is_turned_away() -> Sequence[Patch]:
    def strict(self: Queue, events: Sequence[e.Event]) -> bool:
        return self.events + len(events) <= self._most

    return [(Queue, "has_room", strict)]
