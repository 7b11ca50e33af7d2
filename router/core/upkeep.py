"""What the service does about itself: start, reload, set aside what a rule failed on, forget."""

from msgspec.structs import replace

from router.core import bundle, edited, membership, overriding, shiftwork, vigil
from router.core import command as c
from router.core import event as e
from router.core.draft import Draft
from router.core.moment import DAY, MINUTE
from router.core.notification import Delivery
from router.core.page import tell
from router.core.plan import let_go
from router.core.waiting import Kind

SLICE = 500  # So many alerts are routed anew in one decision.
LONGEST_ASIDE = 30 * MINUTE
TOMBSTONES_KEPT = 2 * DAY
REQUESTS_KEPT = 2 * DAY


def started(draft: Draft) -> None:
    """Whatever was being sent when we stopped has an unknown outcome: it is sent again, marked.

    Heartbeats that may have called meanwhile are given time anew.
    """
    vigil.expect(draft, draft.configuration, vigil.returned(draft))
    shiftwork.look_soon(draft)
    for row in draft.state.deliveries.values():
        if row.claimed:
            again = replace(row, claimed=False, maybe_sent=True, bundle=0, due=draft.now.service)
            if len(draft.lane(row.lane)) > 1:
                let_go(draft, again, "superseded")  # What waits behind it says it better.
            else:
                draft.put_delivery(again)
            _unknown(draft, row, "the service stopped while it was being sent")


def _unknown(draft: Draft, row: Delivery, error: str) -> None:
    draft.record(
        "unknown",
        group=row.group,
        incident=row.incident,
        target=row.target,
        delivery=row.kind,
        key=row.key,
        attempt=row.attempt,
        error=error,
    )


def reconfigured(draft: Draft, event: e.Reconfigured) -> None:
    """A new routes.toml is in force from here on, for open incidents as their policy says."""
    edited.follow(draft, event.configuration)
    edited.release(draft, event.configuration)
    draft.add(c.PutConfiguration(event.configuration, event.text, draft.now.wall))
    draft.record("reconfigured")
    shiftwork.look_soon(draft)
    vigil.expect(draft, event.configuration)


def reroute(draft: Draft) -> None:
    """Let a slice of the alerts find their groups in the tree as it is now."""
    size = draft.state.reroute_slice
    numbers = draft.state.reroute[-size:]
    if not numbers:
        return
    for number in dict.fromkeys(reversed(numbers)):  # One may wait for two reasons.
        alert = draft.state.by_id.get(number)
        if alert is not None and alert.firing:
            membership.move(draft, alert)
    draft.add(c.Rerouted(len(numbers), min(SLICE, 4 * size)))


def stopped(draft: Draft, event: e.Stopped) -> None:
    """A rule failed on something due: it waits, ever longer, and the fallback hears of it."""
    match event.kind:
        case Kind.INCIDENT:
            _stop_incident(draft, event)
        case Kind.GROUP:
            _stop_group(draft, event)
        case Kind.DELIVERY:
            _stop_delivery(draft, event)
        case Kind.ALERT:
            alert = draft.state.by_id[event.id]
            draft.add(c.PutAlert(replace(alert, expires_due=draft.now.service + MINUTE)))
            _alarm_alert(draft, event.id, event.error)
        case Kind.REROUTE:
            _stop_reroute(draft, event.error)
        case Kind.HEARTBEAT:
            _stop_heartbeat(draft, event)
        case Kind.SHIFT:
            draft.record("stopped", what="shift notices", error=event.error)
            draft.add(c.LookForShifts(draft.now.service + LONGEST_ASIDE))


def _stop_incident(draft: Draft, event: e.Stopped) -> None:
    incident = draft.state.incidents.get(event.id) or draft.state.lingering.incidents[event.id]
    due = draft.now.service + _aside(incident.failures)
    overdue = incident.answer_due is not None and incident.answer_due <= draft.now.service
    draft.put_incident(
        replace(
            incident,
            failures=incident.failures + 1,
            next_due=due,
            step_due=due,
            late=incident.late or overdue,
        )
    )
    _alarm(draft, incident.group, f"incident {incident.number}", event.error, incident.number)


def _stop_group(draft: Draft, event: e.Stopped) -> None:
    group = draft.state.groups[event.id]
    due = draft.now.service + _aside(group.failures)
    draft.put_group(replace(group, failures=group.failures + 1, next_due=due))
    _alarm(draft, group.id, f"group {group.key}", event.error)


def _stop_delivery(draft: Draft, event: e.Stopped) -> None:
    """It waits; if it was being sent, it may have arrived and will be repeated."""
    row = draft.state.deliveries.get(event.id)
    if row is None:
        return
    age = draft.now.service - (row.not_after - DAY)
    due = draft.now.service + min(max(age, MINUTE), LONGEST_ASIDE)
    sent = row.claimed
    for each in bundle.members(draft.state, row):
        doubt = each.maybe_sent or sent
        draft.put_delivery(replace(each, claimed=False, maybe_sent=doubt, bundle=0, due=due))
    if sent:
        _unknown(draft, row, event.error)
    if row.kind != "notice":  # A notice about a notice would never end.
        _alarm(draft, row.group, f"the {row.kind} to {row.target}", event.error, row.incident)


def _stop_heartbeat(draft: Draft, event: e.Stopped) -> None:
    beat = draft.state.heartbeats.numbered(event.id)
    if beat is not None:
        draft.add(c.PutHeartbeat(replace(beat, due=draft.now.service + MINUTE)))
        draft.record("stopped", what=f"heartbeat {beat.name}", error=event.error)


def _stop_reroute(draft: Draft, error: str) -> None:
    """Alerts are routed one by one until the one is found that no rule can route: it stays."""
    if draft.state.reroute_slice > 1:
        draft.add(c.Rerouted(0, 1))
        return
    draft.add(c.Rerouted(1, 1))
    _alarm_alert(draft, draft.state.reroute[-1], error)


def _aside(failures: int) -> int:
    return int(min(MINUTE << min(failures, 10), LONGEST_ASIDE))


def _alarm_alert(draft: Draft, number: int, error: str) -> None:
    for group in draft.state.by_id[number].groups[:1]:
        _alarm(draft, group, f"alert {number}", error)


def _alarm(draft: Draft, number: int, what: str, error: str, incident: int = 0) -> None:
    draft.record("stopped", group=number, incident=incident, what=what, error=error)
    group = draft.group(number)
    if group is None:
        return
    firing = [alert for alert in draft.state.alerts_of(number) if alert.firing]
    note = f"Tocsin could not decide on {what} and will try again: {error}"
    fallback = draft.configuration.fallback
    tell(draft, group, firing, fallback, reason="a rule failed", kind="notice", note=note)


def swept(draft: Draft) -> None:
    """Forget silences, stream ends, requests, overrides and counts that are of no more use."""
    now = draft.now.wall
    for silence in draft.state.silences.all():
        if silence.ends_at + draft.configuration.retention < now:
            draft.add(c.DropSilence(silence.id))
    for known, at in draft.state.tombstones.items():
        if at + TOMBSTONES_KEPT < now:
            draft.add(c.DropTombstone(known))
    for request in draft.state.requests.values():
        if request.at + REQUESTS_KEPT < now:
            draft.add(c.DropRequest(request.key))
    overriding.swept(draft)
    bundle.forget(draft)
