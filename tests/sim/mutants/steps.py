"""Bugs in which step is run, when, and whom it reaches."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import (
    engine,
    escalation,
    opening,
    page,
    upkeep,
)
from router.core import event as e
from router.core.draft import Draft
from router.core.group import Group
from router.core.incident import Incident
from router.core.moment import MINUTE
from router.core.reach import reach


@mutant
def a_start_skips_a_step() -> Sequence[Patch]:
    def skipping(draft: Draft, _event: Any) -> None:
        upkeep.started(draft)
        for incident in list(draft.state.incidents.values()):
            if incident.ringing and incident.next_due is not None:
                draft.put_incident(escalation._advance(draft, incident))

    return [(engine._RULES, e.Started, skipping)]


@mutant
def a_start_begins_the_wait_anew() -> Sequence[Patch]:
    def patient(draft: Draft, _event: Any) -> None:
        upkeep.started(draft)
        for incident in list(draft.state.incidents.values()):
            if incident.ringing and incident.next_due is not None:
                due = draft.now.service + 5 * MINUTE
                draft.put_incident(replace(incident, next_due=due, step_due=due))

    return [(engine._RULES, e.Started, patient)]


@mutant
def steps_drift() -> Sequence[Patch]:
    return [(escalation, "LATE", -1)]


@mutant
def late_steps_come_in_a_burst() -> Sequence[Patch]:
    return [(escalation, "LATE", 10**15)]


@mutant
def a_step_is_skipped() -> Sequence[Patch]:
    advance = escalation._advance

    def far(draft: Draft, incident: Incident) -> Incident:
        return advance(draft, advance(draft, incident) if incident.round else incident)

    return [(escalation, "_advance", far)]


@mutant
def a_step_reaches_one_target_less() -> Sequence[Patch]:
    def fewer(*arguments: Any) -> tuple[dict[str, int], list[str]]:
        targets, empty = reach(*arguments)
        if len(targets) > 3:
            targets.popitem()
        return targets, empty

    return [(page, "reach", fewer)]


@mutant
def contact_delays_are_ignored() -> Sequence[Patch]:
    def at_once(*arguments: Any) -> tuple[dict[str, int], list[str]]:
        targets, empty = reach(*arguments)
        return dict.fromkeys(targets, 0), empty

    return [(page, "reach", at_once)]


@mutant
def the_fallback_is_forgotten() -> Sequence[Patch]:
    def never(draft: Draft, incident: Incident, *_rest: Any) -> None:
        due = draft.now.service + 365 * 24 * 60 * MINUTE
        draft.put_incident(replace(incident, exhausted=True, next_due=due, step_due=due))

    return [(escalation, "_ring_fallback", never)]


@mutant
def a_worse_alert_does_not_ring() -> Sequence[Patch]:
    return [(opening, "_carry_on", lambda _draft, _group, _incident, _firing: None)]


@mutant
def a_new_incident_begins_with_its_second_step() -> Sequence[Patch]:
    def opened(draft: Draft, group: Group, policy: Any, firing: Any) -> None:
        first = opening_open(draft, group, policy, firing)
        number = draft.next_id("incident") - 1
        incident = draft.incident(number)
        if incident is not None:
            draft.put_incident(replace(incident, step=1))
        return first

    opening_open = opening._open
    return [(opening, "_open", opened)]
