"""An incident's life by the clock: its steps run, the fallback rings, acknowledgements time out."""

from msgspec.structs import replace

from router.core import snooze
from router.core.alert import Alert
from router.core.answer import moved, ring_again
from router.core.draft import Draft
from router.core.flap import forget
from router.core.group import Group
from router.core.incident import Incident, Status
from router.core.moment import MINUTE, SECOND
from router.core.mute import reasons
from router.core.opening import worst
from router.core.page import page, spoken
from router.core.quiet import REASONS, in_words
from router.core.target import is_gone

LATE = MINUTE  # Beyond this, a step's delay counts from when it ran, not from when it should have.
MUTE_CHECK = 30 * SECOND  # How often a muted incident looks whether it may ring again.


def run(draft: Draft, number: int) -> None:
    """Do what an incident waited for: its next step, the end of an acknowledgement's time."""
    incident = draft.incident(number)
    if incident is None:
        forget(draft, draft.state.lingering.incidents[number])
        return
    if incident.held:
        return
    incident = _note_lateness(draft, incident)
    if incident.next_due is None or incident.next_due > draft.now.service:
        return
    match incident.status:
        case Status.ACKNOWLEDGED:
            draft.record("ack_timed_out", group=incident.group, incident=number)
            why = "acknowledgement timed out"
            _ring(draft, ring_again(draft, incident, why), [f"user:{incident.answered_by}"], why)
        case Status.SNOOZED:
            _ring(draft, snooze.end(draft, incident), [], "snooze ended")
        case _:
            _ring(draft, incident, [], "")


def _note_lateness(draft: Draft, incident: Incident) -> Incident:
    """By now somebody ought to have answered: it counts, and pages nobody."""
    due = incident.answer_due
    if incident.late or due is None or due > draft.now.service:
        return incident
    late = replace(incident, late=True)
    draft.put_incident(late)
    draft.record("answer_overdue", group=incident.group, incident=incident.number)
    return late


def _ring(draft: Draft, incident: Incident, also: list[str], why: str) -> None:
    group = draft.state.groups[incident.group]
    alerts = spoken(draft, incident, group)
    # Whoever answers this page answers for all it names: none of them is a rise in severity after.
    incident = replace(incident, severity=max(incident.severity, worst(alerts)))
    if not alerts:
        _stay_quiet(draft, incident, group)
    elif incident.muted and _has_passed_a_step(draft, incident):
        _speak_up(draft, incident, group, alerts)
    else:
        _run_step(draft, replace(incident, muted=False), group, alerts, also, why)


def _has_passed_a_step(draft: Draft, incident: Incident) -> bool:
    """Whether a step's time came and went while nothing could be sent."""
    return not incident.exhausted and (incident.spent or not _step_is_due(draft, incident))


def _step_is_due(draft: Draft, incident: Incident) -> bool:
    return incident.step_due is None or incident.step_due <= draft.now.service


def _stay_quiet(draft: Draft, incident: Incident, group: Group) -> None:
    """Every alert is muted: the steps keep their clock and send nothing."""
    if not incident.muted:
        firing = (alert for alert in draft.state.alerts_of(group.id) if alert.firing)
        by = reasons(draft.state, group, firing, draft.now.wall)[:REASONS]
        named = in_words(draft.state, by)
        draft.record("muted", group=group.id, incident=incident.number, by=list(by), named=named)
    if _step_is_due(draft, incident) and not incident.spent and not incident.exhausted:
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
    gone: list[str] = []
    for _ in incident.policy.steps:
        if incident.exhausted or incident.spent:
            break
        step = incident.policy.steps[incident.step]
        notify = [*also, *step.notify]
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
        if step.multi_ack:
            insisting = (*incident.insisting[-31:], incident.ran)
            incident = replace(incident, insisting=insisting)
        gone += [one for one in step.notify if is_gone(draft.configuration, one)]
        if rung and gone:
            _stand_in(draft, incident, group, alerts, gone, rung)
        incident = moved(_advance(draft, incident))
        if rung:
            draft.put_incident(replace(incident, reached=True))
            return
        incident = replace(incident, step_due=draft.now.service)
    if not (incident.exhausted or incident.spent):
        incident = replace(incident, reached=False)  # All steps in turn, and rounds are left.
    _ring_fallback(draft, incident, group, alerts, also, why)


def _stand_in(
    draft: Draft,
    incident: Incident,
    group: Group,
    alerts: list[Alert],
    gone: list[str],
    rung: list[str],
) -> None:
    """Whom a step meant is not in routes.toml any more: the fallback hears in their place."""
    reason = f"no longer in routes.toml: {', '.join(gone)}"
    fallback = draft.configuration.fallback
    heard = page(draft, incident, group, alerts, fallback, reason=reason, but=rung)
    draft.record("fallback", group=group.id, incident=incident.number, targets=heard)


def _ring_fallback(
    draft: Draft,
    incident: Incident,
    group: Group,
    alerts: list[Alert],
    also: list[str],
    why: str,
) -> None:
    """The policy is exhausted, or reaches nobody: the fallback rings until somebody answers.

    Where the steps reached nobody they begin again next time, for somebody may be there then; also
    where they did in an earlier round. So they do without a fallback: an unanswered incident never
    falls silent.
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
    incident = moved(incident)
    incident = replace(incident, ran=incident.ran + 1, step_due=due, next_due=due, failures=0)
    if rung and incident.reached:
        draft.put_incident(replace(incident, exhausted=True))
    else:
        draft.put_incident(replace(incident, exhausted=False, reached=False, round=0, step=0))
