"""What a flush means for a group's incident: opened, carried on, or resolved."""

from collections.abc import Iterable

from msgspec.structs import replace

from router.core import severity
from router.core.alert import Alert
from router.core.answer import finish, ring_again
from router.core.configuration import Policy
from router.core.draft import Draft
from router.core.flap import reopen
from router.core.group import Group
from router.core.incident import Incident, Status
from router.core.labels import decode, identity
from router.core.page import inform
from router.core.plan import Flushed
from router.core.reach import reach
from router.core.snapshot import PAGE_ALERTS, take


def follow(draft: Draft, group: Group, policy: Policy | None, flushed: Flushed) -> None:
    """At a flush, open, carry on or resolve the group's incident."""
    incident = draft.incident(group.incident)
    firing = flushed.firing()
    if incident is None:
        if policy is not None and policy.steps and _news(draft, group, firing):
            before = draft.state.lingering.at(group.id)
            if before is not None:
                reopen(draft, group, before, worst(firing))
            else:
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
    within = policy.answer_within
    incident = Incident(
        number=draft.next_id("incident"),
        group=group.id,
        policy=policy,
        next_due=draft.now.service,
        step_due=draft.now.service,
        severity=worst(firing),
        opened_at=draft.now.wall,
        opened_due=draft.now.service,
        answer_due=draft.now.service + within if within else None,
        title=_title(group, firing),
    )
    draft.put_incident(incident)
    draft.put_group(replace(group, incident=incident.number, closed_at=0))
    draft.record("opened", group=group.id, incident=incident.number, policy=policy.name)


def worst(alerts: Iterable[Alert]) -> int:
    """The rank of the gravest severity among these alerts, 0 when there are none."""
    words = (decode(alert.labels).get("severity", "") for alert in alerts)
    return max(map(severity.rank, words), default=0)


def _title(group: Group, firing: list[Alert]) -> str:
    labels, first = decode(group.labels), decode(firing[0].labels)
    name = labels.pop("alertname", "") or first.get("alertname", "")
    return " ".join([name, *(labels[label] for label in sorted(labels))]).strip() or "alerts"


def _carry_on(draft: Draft, group: Group, incident: Incident, firing: list[Alert]) -> None:
    """New alerts join a running incident: it rings anew only if it got worse."""
    gravest = worst(firing)
    if gravest > incident.severity:
        incident = replace(incident, severity=gravest)
        if incident.status is not Status.TRIGGERED:
            draft.record("worsened", group=group.id, incident=incident.number)
            ring_again(draft, incident, "severity rose", anew=True)
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
    them = [mine.rstrip("/")]
    targets = targets or list(reach(draft.configuration, them, "normal", draft.now.wall)[0])
    snapshot = take(group, firing, "new alerts added", incident=incident, limit=PAGE_ALERTS)
    inform(draft, incident, snapshot, targets, "notification", firing)
