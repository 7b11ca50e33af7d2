"""An incident's life by the clock: its steps run, the fallback rings, acknowledgements time out."""

from msgspec.structs import replace

from router.core.alert import Alert
from router.core.answer import ring_again
from router.core.draft import Draft
from router.core.group import Group
from router.core.incident import Incident, Status
from router.core.moment import MINUTE, SECOND
from router.core.mute import audible
from router.core.opening import worst
from router.core.page import page

LATE = MINUTE  # Beyond this, a step's delay counts from when it ran, not from when it should have.
MUTE_CHECK = 30 * SECOND  # How often a muted incident looks whether it may ring again.


def run(draft: Draft, number: int) -> None:
    """Do what an incident waited for: its next step, the end of an acknowledgement's time."""
    incident = draft.state.incidents[number]
    if incident.held or incident.next_due is None or incident.next_due > draft.now.service:
        return
    if incident.status is Status.ACKNOWLEDGED:
        draft.record("ack_timed_out", group=incident.group, incident=number)
        incident = ring_again(draft, incident, "acknowledgement timed out")
        _ring(draft, incident, [f"user:{incident.answered_by}"], "acknowledgement timed out")
        return
    _ring(draft, incident, [], "")


def _ring(draft: Draft, incident: Incident, also: list[str], why: str) -> None:
    group = draft.state.groups[incident.group]
    firing = [
        alert
        for alert in draft.state.alerts_of(group.id)
        if alert.firing and not draft.state.is_leaving(group.id, alert.id)
    ]
    alerts = audible(draft.state, group, firing, draft.now.wall)
    # Whoever answers this page answers for all it names: none of them is a rise in severity after.
    incident = replace(incident, severity=max(incident.severity, worst(alerts)))
    if not alerts:
        _stay_quiet(draft, incident)
    elif incident.muted and _has_passed_a_step(draft, incident):
        _speak_up(draft, incident, group, alerts)
    else:
        _run_step(draft, replace(incident, muted=False), group, alerts, also, why)


def _has_passed_a_step(draft: Draft, incident: Incident) -> bool:
    """Whether a step's time came and went while nothing could be sent."""
    return not incident.exhausted and (_spent(incident) or not _step_is_due(draft, incident))


def _step_is_due(draft: Draft, incident: Incident) -> bool:
    return incident.step_due is None or incident.step_due <= draft.now.service


def _stay_quiet(draft: Draft, incident: Incident) -> None:
    """Every alert is muted: the steps keep their clock and send nothing."""
    if not incident.muted:
        draft.record("muted", group=incident.group, incident=incident.number)
    if _step_is_due(draft, incident) and not _spent(incident) and not incident.exhausted:
        incident = _advance(draft, incident)
    check = draft.now.service + MUTE_CHECK
    due = incident.step_due
    soon = check if due is None or due <= draft.now.service else min(check, due)
    draft.put_incident(replace(incident, muted=True, next_due=soon))


def _speak_up(draft: Draft, incident: Incident, group: Group, alerts: list[Alert]) -> None:
    """The quiet is over between two steps: the one whose time has passed is run once."""
    step = incident.policy.steps[incident.step - 1]
    rung = page(draft, incident, group, alerts, step.notify, reason="no longer muted")
    draft.record("unmuted", group=group.id, incident=incident.number, targets=rung)
    due: int | None = draft.now.service
    if rung:
        passed = _step_is_due(draft, incident)
        due = draft.now.service + step.wait if passed else incident.step_due
    draft.put_incident(
        replace(
            incident,
            muted=False,
            ran=incident.ran + 1,
            step_due=due,
            next_due=due,
            reached=incident.reached or bool(rung),
        )
    )


def _spent(incident: Incident) -> bool:
    return 0 < incident.policy.rounds <= incident.round


def _advance(draft: Draft, incident: Incident) -> Incident:
    """The incident after its present step, with the time of the next.

    The delay counts from the planned time, or from now when that is long past: after downtime
    nothing is skipped and nothing comes in a burst.
    """
    service, planned = draft.now.service, incident.step_due
    step = incident.policy.steps[incident.step]
    base = planned if planned is not None and service - planned < LATE else service
    index, round_ = incident.step + 1, incident.round
    if index == len(incident.policy.steps):
        index, round_ = 0, round_ + 1
    due = base + step.wait
    return replace(
        incident,
        step=index,
        round=round_,
        ran=incident.ran + 1,
        step_due=due,
        next_due=due,
        failures=0,
    )


def _run_step(
    draft: Draft,
    incident: Incident,
    group: Group,
    alerts: list[Alert],
    also: list[str],
    why: str,
) -> None:
    """Page the step that is due; a step that reaches nobody passes its turn on at once."""
    for _ in incident.policy.steps:
        if incident.exhausted or _spent(incident):
            break
        notify = [*also, *incident.policy.steps[incident.step].notify]
        reason = why or f"step {incident.step + 1}"
        rung = page(draft, incident, group, alerts, notify, reason=reason)
        draft.record(
            "escalated",
            group=group.id,
            incident=incident.number,
            step=incident.step + 1,
            round=incident.round + 1,
            targets=rung,
        )
        incident = _advance(draft, incident)
        if rung:
            draft.put_incident(replace(incident, reached=True))
            return
        incident = replace(incident, step_due=draft.now.service)
    _ring_fallback(draft, incident, group, alerts, also, why)


def _ring_fallback(
    draft: Draft,
    incident: Incident,
    group: Group,
    alerts: list[Alert],
    also: list[str],
    why: str,
) -> None:
    """The policy is exhausted, or reaches nobody: the fallback rings until somebody answers.

    Where the steps reached nobody they begin again next time, for somebody may be there then. So
    they do without a fallback: an unanswered incident never falls silent.
    """
    if not incident.exhausted:
        kind = "exhausted" if incident.reached else "nobody"
        draft.record(kind, group=group.id, incident=incident.number)
    configuration = draft.configuration
    reason = why or ("nobody answered" if incident.reached else "nobody could be reached")
    notify = [*also, *configuration.fallback]
    rung = page(draft, incident, group, alerts, notify, reason=reason)
    draft.record("fallback", group=group.id, incident=incident.number, targets=rung)
    due = draft.now.service + configuration.fallback_every
    incident = replace(incident, ran=incident.ran + 1, step_due=due, next_due=due, failures=0)
    if rung and incident.reached:
        draft.put_incident(replace(incident, exhausted=True))
    else:
        draft.put_incident(replace(incident, exhausted=False, reached=False, round=0, step=0))
