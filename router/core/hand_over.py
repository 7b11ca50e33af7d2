"""People move an incident on: to the next step at once, to others, or to more of them."""

from collections.abc import Iterable

from msgspec.structs import replace

from router.core import event as e
from router.core.answer import answerable, note, ring_again, touch, withdraw
from router.core.configuration import Policy, Step
from router.core.draft import Draft
from router.core.incident import Incident, Status
from router.core.moment import MINUTE
from router.core.page import page, spoken
from router.core.reach import reach
from router.core.target import TargetError, find

NAMED_MOST = 20
WAIT = 5 * MINUTE


def escalated(draft: Draft, said: e.Escalated) -> None:
    """The next step is due now, unless it escalated or was answered after the version seen."""
    incident = answerable(draft, said.incident)
    if incident is None:
        return
    if said.version and said.version < incident.moved:
        draft.answer("already", f"{_meanwhile(incident)}; nothing was done")
        return
    if incident.held:
        sentence = (
            f"nothing of incident {incident.number} fires any more; there is nothing to page for"
        )
        draft.answer("over", sentence)
        return
    note(draft, "forced", incident, said)
    snoozed = incident.status is Status.SNOOZED
    if incident.exhausted or incident.spent:
        incident = replace(incident, round=0, step=0, exhausted=False)
    incident = replace(incident, muted=False)
    ring_again(draft, incident, f"escalated by {said.by}", anew=snoozed)
    draft.answer("escalated", f"incident {incident.number} goes on with its next step now")


def _meanwhile(incident: Incident) -> str:
    match incident.status:
        case Status.ACKNOWLEDGED:
            what = f"was acknowledged by {incident.answered_by} meanwhile"
        case Status.SNOOZED:
            what = f"was snoozed by {incident.snoozed_by} meanwhile"
        case _:
            what = "has escalated already"
    return f"incident {incident.number} {what}"


def reassigned(draft: Draft, said: e.Reassigned) -> None:
    """From here on it is others who are called, the first of them now."""
    incident = answerable(draft, said.incident)
    if incident is None:
        return
    try:
        to = _find(draft, said.to)
        policy = _policy(draft, incident, to)
    except TargetError as error:
        draft.answer("invalid", str(error))
        return
    note(draft, "reassigned", incident, said, to=list(to))
    incident = replace(incident, policy=policy, assigned=to, since=incident.ran)
    withdraw(draft, incident)
    ring_again(draft, incident, f"reassigned by {said.by}", anew=True)
    draft.answer("reassigned", f"incident {incident.number} is with {', '.join(to)} now")


def _policy(draft: Draft, incident: Incident, to: tuple[str, ...]) -> Policy:
    """A policy as it stands, or these people as the only step of the incident's own."""
    policies = [one for one in to if one.startswith("policy:")]
    if not policies:
        return replace(incident.policy, steps=(Step(to, WAIT),))
    if len(to) > 1:
        raise TargetError("one policy, or users, teams and schedules, but not both")
    return draft.configuration.policies[policies[0].removeprefix("policy:")]


def summoned(draft: Draft, said: e.Summoned) -> None:
    """Page these at once, beside the escalation, whose clock goes on."""
    incident = answerable(draft, said.incident)
    if incident is None:
        return
    number, group = incident.number, draft.state.groups[incident.group]
    try:
        to = _find(draft, said.to)
        if any(one.startswith("policy:") for one in to):
            raise TargetError("a policy is no responder; reassign the incident to it instead")
    except TargetError as error:
        draft.answer("invalid", str(error))
        return
    if incident.status is Status.SNOOZED:
        draft.answer("snoozed", f"incident {number} is snoozed; unsnooze it first")
        return
    alerts = spoken(draft, incident, group)
    if incident.held or not alerts:
        what = "fires any more" if incident.held else "is to be heard: it is silenced"
        draft.answer("over", f"nothing of incident {number} {what}")
        return
    incident = replace(incident, version=incident.version + 1)
    run = -incident.version  # No run of a step has this number.
    if incident.status is Status.ACKNOWLEDGED:
        incident = replace(incident, insisting=(*incident.insisting[-31:], run))
    incident = replace(incident, responders=tuple(dict.fromkeys((*incident.responders, *to))))
    draft.put_incident(incident)
    reason, there = f"asked for by {said.by}", _have_answered(draft, incident, to)
    rung = page(draft, incident, group, alerts, to, reason=reason, run=run, but=there)
    note(draft, "summoned", incident, said, to=list(to), targets=rung)
    touch(draft, number)
    if rung:
        draft.answer("summoned", f"{', '.join(to)} paged for incident {number}")
    elif there:
        draft.answer("already", f"{', '.join(to)} acknowledged incident {number} already")
    else:
        draft.answer("unreachable", f"{', '.join(to)} cannot be reached now")


def _have_answered(draft: Draft, incident: Incident, to: tuple[str, ...]) -> list[str]:
    """The targets of those who have acknowledged it already."""
    targets, _ = reach(draft.configuration, to, incident.policy.urgency, draft.now.wall)
    them = tuple(f"user:{person}/" for person in incident.acknowledged_by)
    return [target for target in targets if target.startswith(them)]


def _find(draft: Draft, named: Iterable[str]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(find(draft.configuration, name) for name in named))
    if not 0 < len(found) <= NAMED_MOST:
        raise TargetError(f"name 1 to {NAMED_MOST} users, teams, schedules or a policy")
    return found
