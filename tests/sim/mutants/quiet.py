"""Bugs in what keeps quiet: answers, silences, inhibition."""

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import (
    answer,
    flush,
    page,
    sending,
)
from router.core import command as c
from router.core import state as state_module
from router.core.alert import Alert
from router.core.draft import Draft
from router.core.group import Group
from router.core.incident import Incident
from router.core.labels import decode
from router.core.moment import DAY
from router.core.mute import muted_by
from router.core.notification import Delivery
from router.core.standing import follows_nothing
from router.core.state import State
from router.runtime import courier
from router.runtime.loop import Loop


@mutant
def withdrawing_is_forgotten() -> Sequence[Patch]:
    return [(answer, "withdraw", lambda _draft, _incident, _kind="": None)]


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


@mutant
def who_was_rung_never_hears_the_end() -> Sequence[Patch]:
    def forgotten(draft: Draft, row: Delivery) -> bool:
        return row.kind == "resolved" or follows_nothing(draft, row)

    return [(sending, "follows_nothing", forgotten)]


@mutant
def who_was_rung_on_a_full_disk_never_hears_the_end() -> Sequence[Patch]:
    keep = Loop._keep_in_memory

    def forgetful(self: Loop, submission: Any) -> None:
        before = self._state.log.copy()
        keep(self, submission)
        puts = [x for x in self._unsaved if isinstance(x, c.PutLog) and x.entry.incident]
        for put in [x for x in puts if x.entry.lane not in before]:
            self._unsaved.remove(put)
            self._state.apply([c.DropLog(put.entry.lane)])

    return [(Loop, "_keep_in_memory", forgetful)]


@mutant
def a_page_that_is_refused_ends_the_escalation() -> Sequence[Patch]:
    def final(draft: Draft, _row: Delivery, incident: Incident | None) -> None:
        if incident is not None and incident.next_due is not None:
            due = draft.now.service + 30 * DAY
            draft.put_incident(replace(incident, next_due=due, step_due=due))

    return [(sending, "_fail_over", final)]


@mutant
def inhibition_is_ignored_by_steps() -> Sequence[Patch]:
    def only_silences(
        state: State, _group: Group, alerts: Iterable[Alert], wall: int
    ) -> list[Alert]:
        return [a for a in alerts if not state.silences.silenced_by(decode(a.labels), wall)]

    return [(page, "audible", only_silences)]


@mutant
def an_edit_leaves_inhibition_as_it_was() -> Sequence[Patch]:
    def partly(state: State, command: c.PutConfiguration) -> None:
        inhibitor = state.inhibitor
        State._put_configuration(state, command)
        state.inhibitor = inhibitor

    return [(state_module._APPLIERS, c.PutConfiguration, partly)]
