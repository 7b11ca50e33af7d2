"""Bugs in what people may do about an incident besides answering: putting it off, moving it on."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import answer, engine, hand_over, snooze
from router.core import event as e
from router.core.draft import Draft
from router.core.incident import Incident, Status
from router.core.moment import DAY, MINUTE


@mutant
def a_snooze_does_not_end() -> Sequence[Patch]:
    snoozed = engine._RULES[e.Snoozed]

    def forever(draft: Draft, event: Any) -> None:
        snoozed(draft, replace(event, span=snooze.LONGEST))

    return [(engine._RULES, e.Snoozed, forever)]


@mutant
def a_snooze_ends_too_early() -> Sequence[Patch]:
    snoozed = engine._RULES[e.Snoozed]

    def short(draft: Draft, event: Any) -> None:
        snoozed(draft, replace(event, span=max(event.span - 2 * MINUTE, 1)))

    return [(engine._RULES, e.Snoozed, short)]


@mutant
def a_snoozed_incident_rings() -> Sequence[Patch]:
    def loud(draft: Draft, said: Any) -> None:
        incident = draft.incident(said.incident)
        snooze.snoozed(draft, said)
        asleep = draft.incident(said.incident)
        if incident is not None and asleep is not None and asleep.status is Status.SNOOZED:
            draft.put_incident(replace(incident, version=asleep.version))

    return [(engine._RULES, e.Snoozed, loud)]


@mutant
def a_snooze_withdraws_nothing() -> Sequence[Patch]:
    return [(snooze, "withdraw", lambda _draft, _incident, _kind="": None)]


@mutant
def a_snooze_ends_with_the_fallback() -> Sequence[Patch]:
    def last(draft: Draft, incident: Incident) -> Incident:
        woken = answer.ring_again(draft, incident, "snooze ended", anew=True)
        return replace(woken, exhausted=True, next_due=draft.now.service + DAY)

    return [(snooze, "end", last)]


@mutant
def a_forced_step_is_not_run() -> Sequence[Patch]:
    def polite(_draft: Draft, incident: Incident, *_rest: Any, **_more: Any) -> Incident:
        return incident

    return [(hand_over, "ring_again", polite)]
