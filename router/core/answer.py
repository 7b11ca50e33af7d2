"""What people's answers do to an incident: acknowledged, given back, resolved."""

from msgspec.structs import replace

from router.core.command import Reroute
from router.core.draft import Draft
from router.core.incident import Incident, Status
from router.core.notification import Snapshot
from router.core.page import inform
from router.core.plan import let_go
from router.core.snapshot import PAGE_ALERTS, take


def acknowledge(draft: Draft, number: int, by: str, via: str) -> None:
    """Somebody took it: escalation stops, pages that have not left are withdrawn."""
    incident = _answerable(draft, number)
    if incident is None:
        return
    if incident.status is Status.ACKNOWLEDGED:
        if incident.answered_by != by:
            draft.record("acknowledged_too", group=incident.group, incident=number, by=by, via=via)
        draft.answer("already", f"incident {number} was acknowledged by {incident.answered_by}")
        return
    timeout = incident.policy.ack_timeout
    due = draft.now.service + timeout if timeout else None
    taken = replace(
        incident,
        status=Status.ACKNOWLEDGED,
        version=incident.version + 1,
        next_due=due,
        step_due=due,
        exhausted=False,
        muted=False,
        answered_at=draft.now.wall,
        answered_by=by,
    )
    draft.put_incident(taken)
    draft.record("acknowledged", group=incident.group, incident=number, by=by, via=via)
    targets = _told(draft, taken)
    _withdraw(draft, taken)
    channels = [target for target in targets if target.startswith("receiver:")]
    if channels:
        inform(draft, taken, _picture(draft, taken, "acknowledged"), channels, "acknowledged")
    draft.answer("acknowledged", f"incident {number} acknowledged by {by}")


def unacknowledge(draft: Draft, number: int, by: str, via: str) -> None:
    """Somebody gave it back: escalation goes on with the next step, at once."""
    incident = _answerable(draft, number)
    if incident is None:
        return
    if incident.status is not Status.ACKNOWLEDGED:
        draft.answer("already", f"incident {number} is not acknowledged")
        return
    draft.record("unacknowledged", group=incident.group, incident=number, by=by, via=via)
    ring_again(draft, incident, "given back")
    draft.answer("unacknowledged", f"incident {number} rings again")


def resolve(draft: Draft, number: int, by: str, via: str) -> None:
    """Somebody declared it over; while its alerts go on firing, only news opens another."""
    incident = _answerable(draft, number)
    if incident is None:
        return
    finish(draft, incident, by=by, via=via)
    group = draft.group(incident.group)
    if group is not None and draft.state.firing.get(group.id):
        now = draft.now
        # Whatever fires is old now, also when a clock that was set back says it is yet to come.
        began = (a.changed_at for a in draft.state.alerts_of(group.id) if a.firing)
        closed_at = max([now.wall, *began])
        draft.put_group(replace(group, closed_at=closed_at, closed_due=now.service))
    draft.answer("resolved", f"incident {number} resolved by {by}")


def ring_again(draft: Draft, incident: Incident, reason: str) -> Incident:
    """An acknowledgement no longer holds: the next step is due now."""
    now = draft.now.service
    ringing = replace(
        incident,
        status=Status.TRIGGERED,
        version=incident.version + 1,
        next_due=now,
        step_due=now,
    )
    draft.put_incident(ringing)
    draft.record("rings_again", group=incident.group, incident=incident.number, reason=reason)
    return ringing


def finish(draft: Draft, incident: Incident, *, by: str, via: str) -> None:
    """Resolve an incident and tell those who were paged."""
    targets = _told(draft, incident)
    done = replace(
        incident,
        status=Status.RESOLVED,
        version=incident.version + 1,
        next_due=None,
        step_due=None,
        held=False,
        resolved_at=draft.now.wall,
    )
    snapshot = _picture(draft, done, "resolved", by=by)
    draft.put_incident(done)
    group = draft.group(incident.group)
    if group is not None:
        draft.put_group(replace(group, incident=0))
        if draft.state.firing[group.id]:
            members = draft.state.members[group.id]
            draft.add(Reroute(tuple(sorted(members))))  # Alerts kept only by it may go home now.
    draft.record("resolved", group=incident.group, incident=incident.number, by=by, via=via)
    _withdraw(draft, done)
    wanting = []
    for target in targets:
        integration = draft.configuration.integration(target)
        if integration is not None and integration.send_resolved:
            wanting.append(target)
        else:
            draft.drop_log(f"i{incident.number}:{target}")
    inform(draft, done, snapshot, wanting, "resolved")


def _answerable(draft: Draft, number: int) -> Incident | None:
    incident = draft.state.incidents.get(number)
    if incident is None:
        known = 0 < number <= draft.state.last["incident"]
        code, what = ("resolved", "is resolved") if known else ("unknown", "does not exist")
        draft.answer(code, f"incident {number} {what}")
    return incident


def _told(draft: Draft, incident: Incident) -> list[str]:
    """The targets that were told of it, and those a page is on its way to right now."""
    told = {entry.target for entry in draft.told("incident", incident.number)}
    rows = draft.rows("incident", incident.number)
    return sorted(told | {row.target for row in rows if row.claimed or row.maybe_sent})


def _withdraw(draft: Draft, incident: Incident) -> None:
    for row in draft.rows("incident", incident.number):
        if not row.claimed:
            let_go(draft, row, "withdrawn")


def _picture(draft: Draft, incident: Incident, reason: str, by: str = "") -> Snapshot:
    group = draft.state.groups[incident.group]
    alerts = draft.state.alerts_of(group.id)
    shown = replace(incident, answered_by=by) if by and by != "source" else incident
    snapshot = take(group, alerts, reason, incident=shown, limit=PAGE_ALERTS)
    return replace(snapshot, status="resolved") if reason == "resolved" else snapshot
