"""Bugs in what becomes of an incident that people give to others, or ask others to join."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant
from sim.plot import DUTY

from router.core import engine, hand_over
from router.core import event as e
from router.core.configuration import Policy
from router.core.draft import Draft
from router.core.incident import Incident
from router.core.moment import DAY, MINUTE


@mutant
def a_reassigned_incident_keeps_its_steps() -> Sequence[Patch]:
    find = hand_over._policy

    def own(draft: Draft, incident: Incident, to: tuple[str, ...]) -> Policy:
        find(draft, incident, to)
        return incident.policy

    return [(hand_over, "_policy", own)]


@mutant
def a_reassigned_incident_rings_later() -> Sequence[Patch]:
    def patient(draft: Draft, said: e.Reassigned) -> None:
        hand_over.reassigned(draft, said)
        incident = draft.incident(said.incident)
        if incident is not None and incident.assigned and incident.next_due == draft.now.service:
            due = draft.now.service + 5 * MINUTE
            draft.put_incident(replace(incident, next_due=due, step_due=due))

    return [(engine._RULES, e.Reassigned, patient)]


@mutant
def a_reassignment_withdraws_nothing() -> Sequence[Patch]:
    return [(hand_over, "withdraw", lambda _draft, _incident, _kind="": None)]


@mutant
def a_responder_is_not_paged() -> Sequence[Patch]:
    return [(hand_over, "page", lambda *_arguments, **_others: ["user:bo/email"])]


@mutant
def a_responder_takes_the_place_of_the_next_step() -> Sequence[Patch]:
    def instead(draft: Draft, said: Any) -> None:
        hand_over.summoned(draft, said)
        incident = draft.incident(said.incident)
        if incident is not None and incident.responders and incident.next_due is not None:
            due = incident.next_due + DAY
            draft.put_incident(replace(incident, next_due=due, step_due=due))

    return [(engine._RULES, e.Summoned, instead)]


@mutant
def a_schedule_that_is_asked_for_knows_no_overrides() -> Sequence[Patch]:
    def usual(draft: Draft, said: Any) -> None:
        hand_over.summoned(draft, replace(said, to=("user:bo",)) if said.to == (DUTY,) else said)

    return [(engine._RULES, e.Summoned, usual)]
