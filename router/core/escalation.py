"""An incident's life by the clock: opened, its steps run, the fallback rung, held and resumed."""

from collections.abc import Iterable

from msgspec.structs import replace

from router.core import severity
from router.core.alert import Alert
from router.core.answer import finish, ring_again
from router.core.configuration import Policy
from router.core.draft import Draft
from router.core.group import Group
from router.core.incident import Incident, Status
from router.core.labels import decode, identity
from router.core.moment import MINUTE, SECOND
from router.core.mute import audible
from router.core.page import inform, page
from router.core.plan import Flushed
from router.core.reach import reach
from router.core.snapshot import PAGE_ALERTS, take

LATE = MINUTE  # Beyond this, a step's delay counts from when it ran, not from when it should have.
MUTE_CHECK = 30 * SECOND  # How often a muted incident looks whether it may ring again.


def follow(draft: Draft, group: Group, policy: Policy | None, flushed: Flushed) -> None:
    """At a flush, open, carry on or resolve the group's incident."""
    incident = draft.incident(group.incident)
    firing = flushed.firing()
    if incident is None:
        if policy is not None and policy.steps and _news(draft, group, firing):
            _open(draft, group, policy, firing)
    elif draft.state.firing[group.id] == 0:
        finish(draft, incident, by="source", via="alerts")
    elif firing:
        _carry_on(draft, group, incident, firing)


def _news(draft: Draft, group: Group, firing: list[Alert]) -> bool:
    """Whether these alerts need an answer: a person's "resolved" holds until something is new."""
    route = draft.configuration.tree.routes.get(group.route)
    guarded = route is not None and group.closed_due + route.repeat_interval > draft.now.service
    if group.closed_at and guarded:
        return any(alert.changed_at > group.closed_at for alert in firing)
    return bool(firing)


def _open(draft: Draft, group: Group, policy: Policy, firing: list[Alert]) -> None:
    incident = Incident(
        number=draft.next_id("incident"),
        group=group.id,
        policy=policy,
        next_due=draft.now.service,
        step_due=draft.now.service,
        severity=_worst(firing),
        opened_at=draft.now.wall,
        title=_title(group, firing),
    )
    draft.put_incident(incident)
    draft.put_group(replace(group, incident=incident.number, closed_at=0))
    draft.record("opened", group=group.id, incident=incident.number, policy=policy.name)


def _worst(alerts: Iterable[Alert]) -> int:
    words = (decode(alert.labels).get("severity", "") for alert in alerts)
    return max(map(severity.rank, words), default=0)


def _title(group: Group, firing: list[Alert]) -> str:
    labels, first = decode(group.labels), decode(firing[0].labels)
    name = labels.pop("alertname", "") or first.get("alertname", "")
    return " ".join([name, *(labels[label] for label in sorted(labels))]).strip() or "alerts"


def _carry_on(draft: Draft, group: Group, incident: Incident, firing: list[Alert]) -> None:
    """New alerts join a running incident: it rings anew only if it got worse."""
    worst = _worst(firing)
    if worst > incident.severity:
        incident = replace(incident, severity=worst)
        if incident.status is Status.ACKNOWLEDGED:
            draft.record("worsened", group=group.id, incident=incident.number)
            incident = replace(incident, round=0, step=0, reached=False)
            ring_again(draft, incident, "severity rose")
            return
        draft.put_incident(incident)
    if incident.status is Status.ACKNOWLEDGED:
        _tell_acknowledger(draft, group, incident, firing)


def _tell_acknowledger(draft: Draft, group: Group, incident: Incident, firing: list[Alert]) -> None:
    known = {i for entry in draft.told("incident", incident.number) for i in entry.firing}
    known |= {i for row in draft.rows("incident", incident.number) for i in row.firing}
    if all(identity(alert.labels) in known for alert in firing):
        return
    mine = f"user:{incident.answered_by}/"
    told = [entry.target for entry in draft.told("incident", incident.number)]
    targets = [t for t in told if t.startswith(mine)]
    targets = targets or [t for t in told if t.startswith("receiver:")]
    targets = targets or list(reach(draft.configuration, [mine.rstrip("/")], "normal")[0])
    snapshot = take(group, firing, "new alerts added", incident=incident, limit=PAGE_ALERTS)
    inform(draft, incident, snapshot, targets, "notification", firing)


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
    if not alerts:
        _stay_quiet(draft, incident)
    elif incident.muted and not _step_is_due(draft, incident):
        _speak_up(draft, incident, group, alerts)
    else:
        _run_step(draft, replace(incident, muted=False), group, alerts, also, why)


def _step_is_due(draft: Draft, incident: Incident) -> bool:
    return incident.step_due is None or incident.step_due <= draft.now.service


def _stay_quiet(draft: Draft, incident: Incident) -> None:
    """Every alert is muted: the steps keep their clock and send nothing."""
    if not incident.muted:
        draft.record("muted", group=incident.group, incident=incident.number)
    if _step_is_due(draft, incident) and not _spent(incident):
        incident = _advance(draft, incident)
    check = draft.now.service + MUTE_CHECK
    due = incident.step_due
    soon = check if due is None or due <= draft.now.service else min(check, due)
    draft.put_incident(replace(incident, muted=True, next_due=soon))


def _speak_up(draft: Draft, incident: Incident, group: Group, alerts: list[Alert]) -> None:
    """The quiet is over between two steps: the one whose time has passed is run once."""
    index = (incident.step - 1) % len(incident.policy.steps)
    notify = incident.policy.steps[index].notify
    rung = page(draft, incident, group, alerts, notify, reason="no longer muted")
    draft.record("unmuted", group=group.id, incident=incident.number, targets=rung)
    due = incident.step_due if rung else draft.now.service
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

    Without a fallback the steps begin again: an unanswered incident never falls silent.
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
    if rung:
        draft.put_incident(replace(incident, exhausted=True))
    else:
        draft.put_incident(replace(incident, exhausted=False, reached=False, round=0, step=0))
