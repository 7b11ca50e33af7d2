"""What people's answers do to an incident: acknowledged, given back, put off, resolved."""

from typing import Any, Protocol

from msgspec.structs import replace

from router.core import event as e
from router.core.by_hand import stand_in
from router.core.command import DropGroup, Reroute
from router.core.draft import Draft
from router.core.incident import Incident, Status
from router.core.moment import DAY
from router.core.notification import Snapshot
from router.core.page import inform
from router.core.plan import let_go
from router.core.snapshot import PAGE_ALERTS, take

TIMES_OUT_FOR = 7 * DAY  # So long after it was opened, an acknowledgement holds for good.


class Said(Protocol):
    """What all answers have: of which incident, who, how, and in which words."""

    @property
    def incident(self) -> int: ...
    @property
    def by(self) -> str: ...
    @property
    def via(self) -> str: ...
    @property
    def comment(self) -> str: ...


def acknowledge(draft: Draft, said: e.Acknowledged) -> None:
    """Somebody took it: escalation stops, pages that have not left are withdrawn."""
    incident = answerable(draft, said.incident)
    if incident is None:
        return
    if incident.status is Status.ACKNOWLEDGED:
        _acknowledge_too(draft, incident, said)
        return
    due = _ack_due(draft, incident)
    taken = replace(
        moved(incident),
        status=Status.ACKNOWLEDGED,
        next_due=due,
        step_due=due,
        exhausted=False,
        muted=False,
        answered_at=draft.now.wall,
        answered_by=said.by,
        acknowledged_by=(said.by,),
        snoozed_by="",
        answer_due=None,
    )
    draft.put_incident(taken)
    note(draft, "acknowledged", incident, said)
    targets = told(draft, taken)
    withdraw(draft, taken)
    channels = [target for target in targets if target.startswith("receiver:")]
    if channels:
        inform(draft, taken, picture(draft, taken, "acknowledged"), channels, "acknowledged")
    draft.answer("acknowledged", f"incident {incident.number} acknowledged by {said.by}")


def _acknowledge_too(draft: Draft, incident: Incident, said: e.Acknowledged) -> None:
    """It is taken already: who else takes it is noted, and paged for it no more."""
    first = f"incident {incident.number} was acknowledged by {incident.answered_by}"
    if said.by not in incident.acknowledged_by:
        also = replace(incident, acknowledged_by=(*incident.acknowledged_by, said.by))
        draft.put_incident(also)
        note(draft, "acknowledged_too", incident, said)
        withdraw(draft, also, "page")
        first = f"{first}, and now by {said.by} too"
    elif said.comment:
        note(draft, "noted", incident, said)
    touch(draft, incident.number)
    draft.answer("already", first)


def unacknowledge(draft: Draft, said: e.Unacknowledged) -> None:
    """Somebody gave it back: escalation goes on with the next step, at once."""
    incident = answerable(draft, said.incident)
    if incident is None:
        return
    number = incident.number
    if incident.status is Status.TRIGGERED:
        draft.answer("already", f"incident {number} is not acknowledged")
        return
    snoozed = incident.status is Status.SNOOZED
    note(draft, "unsnoozed" if snoozed else "unacknowledged", incident, said)
    ring_again(draft, incident, "snooze ended" if snoozed else "given back", anew=snoozed)
    draft.answer("unacknowledged", f"incident {number} rings again")


def resolve(draft: Draft, said: e.Resolved) -> None:
    """Somebody declared it over; while its alerts go on firing, only news opens another."""
    incident = answerable(draft, said.incident)
    if incident is None:
        return
    finish(draft, incident, by=said.by, via=said.via, comment=said.comment)
    group = draft.group(incident.group)
    if group is not None and draft.state.firing.get(group.id):
        now = draft.now
        # Whatever fires is old now, also when a clock that was set back says it is yet to come.
        began = (a.changed_at for a in draft.state.alerts_of(group.id) if a.firing)
        closed_at = max([now.wall, *began])
        draft.put_group(replace(group, closed_at=closed_at, closed_due=now.service))
    draft.answer("resolved", f"incident {incident.number} resolved by {said.by}")


def noted(draft: Draft, said: e.Noted) -> None:
    """Somebody wrote something on the timeline, also on that of an incident that is over."""
    if not said.comment.strip():
        draft.answer("invalid", "a note needs some text")
        return
    if not 0 < said.incident <= draft.state.last["incident"]:
        draft.answer("unknown", f"incident {said.incident} does not exist")
        return
    incident = draft.incident(said.incident)
    group = incident.group if incident else 0
    draft.record(
        "noted",
        group=group,
        incident=said.incident,
        by=said.by,
        via=said.via,
        comment=said.comment,
    )
    touch(draft, said.incident)
    draft.answer("noted", f"noted on incident {said.incident}")


def ring_again(draft: Draft, incident: Incident, reason: str, *, anew: bool = False) -> Incident:
    """An answer no longer holds: the next step is due now, or the first one when it is `anew`."""
    now = draft.now.service
    ringing = replace(
        moved(incident),
        status=Status.TRIGGERED,
        next_due=now,
        step_due=now,
        acknowledged_by=(),
        snoozed_by="",
    )
    if anew:
        ringing = replace(ringing, round=0, step=0, reached=False, exhausted=False, muted=False)
    draft.put_incident(ringing)
    draft.record("rings_again", group=incident.group, incident=incident.number, reason=reason)
    return ringing


def finish(draft: Draft, incident: Incident, *, by: str, via: str, comment: str = "") -> None:
    """Resolve an incident and tell those who were paged."""
    targets = told(draft, incident)
    back = 0 if incident.raised else incident.policy.flap_window
    done = replace(
        incident,
        status=Status.RESOLVED,
        version=incident.version + 1,
        next_due=draft.now.service + back if back else None,
        step_due=None,
        held=False,
        snoozed_by="",
        # Only an end that nobody declared leaves the acknowledgement for the alerts' return.
        acknowledged_by=incident.acknowledged_by if by == "source" else (),
        answer_due=None,
        resolved_at=draft.now.wall,
    )
    snapshot = picture(draft, done, "resolved", by=by)
    draft.put_incident(done)
    words: dict[str, Any] = {"comment": comment} if comment else {}
    number = incident.number
    draft.record("resolved", group=incident.group, incident=number, by=by, via=via, **words)
    _leave_group(draft, done)
    withdraw(draft, done)
    wanting = []
    for target in targets:
        integration = draft.configuration.integration(target)
        if integration is not None and integration.send_resolved:
            wanting.append(target)
        elif not back:
            draft.drop_log(f"i{incident.number}:{target}")
    inform(draft, done, snapshot, wanting, "resolved")


def _leave_group(draft: Draft, done: Incident) -> None:
    group = draft.group(done.group)
    if group is None:
        return
    draft.put_group(replace(group, incident=0))
    if done.raised:
        draft.add(DropGroup(group.id))
    elif draft.state.firing[group.id]:
        members = draft.state.members[group.id]
        draft.add(Reroute(tuple(sorted(members))))  # Alerts kept only by it may go home now.


def answerable(draft: Draft, number: int) -> Incident | None:
    """The incident, if it is open; if not, the answer says so."""
    incident = draft.incident(number)
    if incident is None or not incident.open:
        known = 0 < number <= draft.state.last["incident"]
        code, what = ("resolved", "is resolved") if known else ("unknown", "does not exist")
        draft.answer(code, f"incident {number} {what}")
        return None
    return incident


def moved(incident: Incident) -> Incident:
    """The incident in a new version: whoever acts on what they saw before acts on the past."""
    version = incident.version + 1
    return replace(incident, version=version, moved=version)


def note(draft: Draft, kind: str, incident: Incident, said: Said, **more: Any) -> None:
    """Write on the timeline who did it, how, and in which words."""
    detail: dict[str, Any] = {**more, "by": said.by, "via": said.via}
    if said.comment:
        detail["comment"] = said.comment
    draft.record(kind, group=incident.group, incident=incident.number, **detail)


def touch(draft: Draft, number: int) -> None:
    """Whoever does something about an incident still works on it: the acknowledgement holds on."""
    incident = draft.incident(number)
    if incident is None or incident.status is not Status.ACKNOWLEDGED:
        return
    due = _ack_due(draft, incident)
    if due != incident.next_due:
        draft.put_incident(replace(incident, next_due=due, step_due=due))


def _ack_due(draft: Draft, incident: Incident) -> int | None:
    timeout, now = incident.policy.ack_timeout, draft.now.service
    old = now - incident.opened_due >= TIMES_OUT_FOR
    return now + timeout if timeout and not old else None


def told(draft: Draft, incident: Incident) -> list[str]:
    """The targets that were told of it, and those a page is on its way to right now."""
    targets = {entry.target for entry in draft.told("incident", incident.number)}
    rows = draft.rows("incident", incident.number)
    return sorted(targets | {row.target for row in rows if row.claimed or row.maybe_sent})


def withdraw(draft: Draft, incident: Incident, kind: str = "") -> None:
    """Let go of what waits to leave, or of one kind, but for pages that go on in spite of it."""
    for row in draft.rows("incident", incident.number):
        if kind and row.kind != kind:
            continue
        stays = row.kind == "page" and incident.calls(row.run, row.target)
        if not row.claimed and not stays:
            let_go(draft, row, "withdrawn")


def picture(draft: Draft, incident: Incident, reason: str, by: str = "") -> Snapshot:
    """What is to be told of it now."""
    group = draft.group(incident.group)
    assert group is not None, "an incident has a group"
    alerts = [stand_in(incident)] if incident.raised else draft.state.alerts_of(group.id)
    shown = replace(incident, answered_by=by) if by and by != "source" else incident
    snapshot = take(group, alerts, reason, incident=shown, limit=PAGE_ALERTS)
    return replace(snapshot, status="resolved") if reason == "resolved" else snapshot
