"""Bugs in what keeps quiet: answers, silences, inhibition."""

from collections.abc import Sequence
from typing import Any

from sim.mutants.planting import Patch, mutant

from router.core import (
    answer,
    flush,
    page,
    sending,
)
from router.core import command as c
from router.core.mute import muted_by
from router.core.state import State
from router.runtime import courier
from router.runtime.loop import Loop


@mutant
def withdrawing_is_forgotten() -> Sequence[Patch]:
    return [(answer, "withdraw", lambda _draft, _incident: None)]


@mutant
def an_answer_is_ignored_when_a_send_begins() -> Sequence[Patch]:
    return [(courier, "wanted", lambda _state, _number: True)]


@mutant
def an_answer_is_kept_in_memory_only() -> Sequence[Patch]:
    commit = Loop._commit

    async def partly(self: Loop, batch: Any) -> bool:
        batch.commands[:] = [
            x
            for x in batch.commands
            if not (isinstance(x, c.PutIncident) and x.incident.answered_at)
        ]
        return await commit(self, batch)

    return [(Loop, "_commit", partly)]


@mutant
def a_silence_is_ignored_at_the_claim() -> Sequence[Patch]:
    return [(sending, "silent", lambda _draft, _row: False)]


@mutant
def silences_are_ignored_by_steps() -> Sequence[Patch]:
    return [(page, "audible", lambda _state, _group, alerts, _wall: list(alerts))]


@mutant
def inhibition_is_ignored_at_the_flush() -> Sequence[Patch]:
    def only_silences(state: State, labels: Any, wall: int) -> tuple[str, ...]:
        return tuple(x for x in muted_by(state, labels, wall) if not x.startswith("inhibited"))

    return [(flush, "muted_by", only_silences)]
