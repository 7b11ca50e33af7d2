"""What must hold of a state at every moment, and what a store must be able to give back."""

from typing import Any

from router.core.incident import Status
from router.core.state import State
from router.core.subject import subject_of
from support.rows import Rows


def check_state(state: State) -> None:
    """The state's indexes agree with what they index, and nothing waits in vain."""
    _check_alerts(state)
    for group in state.groups.values():
        by_hand = group.incident and state.incidents[group.incident].raised
        assert by_hand or group.next_due is not None, f"group {group.id} will never be flushed"
        assert state.group_ids[group.route, group.labels] == group.id
        assert not group.incident or group.incident in state.incidents
    for incident in state.incidents.values():
        assert state.groups[incident.group].incident == incident.number
        if incident.ringing or incident.status is Status.SNOOZED:
            assert incident.next_due is not None, f"{incident.number} rings and will never"
        over = state.firing[incident.group] == 0 and not incident.raised
        assert incident.held == over, f"{incident.number} is held"
    for incident in state.lingering.incidents.values():
        assert incident.group in state.groups, f"{incident.number} lingers for nothing"
    _check_outbox(state)


def _check_alerts(state: State) -> None:
    assert {a.labels: a.id for a in state.by_id.values()} == {
        labels: a.id for labels, a in state.alerts.items()
    }
    for alert in state.by_id.values():
        assert alert.groups, f"alert {alert.id} is nowhere"
        assert len(set(alert.groups)) == len(alert.groups)
        staying = [g for g in alert.groups if not state.is_leaving(g, alert.id)]
        assert staying or not alert.firing, f"alert {alert.id} fires and is only leaving"
    for number, members in state.members.items():
        assert members == {a.id for a in state.by_id.values() if number in a.groups}
        leaving = state.leaving.get(number, set())
        assert leaving <= members
        firing = sum(state.by_id[a].firing for a in members - leaving)
        assert state.firing[number] == firing, f"group {number} counts its alerts wrongly"


def _check_outbox(state: State) -> None:
    in_lanes = [row for rows in state.lanes.values() for row in rows]
    assert sorted(in_lanes) == sorted(state.deliveries)
    for lane, rows in state.lanes.items():
        assert rows == sorted(rows), f"the rows of {lane} leave out of order"
        kinds = {state.deliveries[row].lane for row in rows}
        assert kinds == {lane}
        waiting = [row for row in rows if not state.deliveries[row].claimed]
        assert len(waiting) <= 1 + lane.startswith("i"), f"{lane} holds more than it must"
        assert not [row for row in rows[1:] if state.deliveries[row].claimed]
    for row in state.deliveries.values():
        assert row.id in state.rows[subject_of(row)]
        if row.group and not row.incident:
            assert row.group in state.groups, f"{row.key} speaks of a group that is gone"
    for lane, entry in state.log.items():
        assert lane in state.logged[subject_of(entry)]
        incidents = state.incidents.keys() | state.lingering.incidents.keys()
        known = entry.incident in incidents if entry.incident else entry.group in state.groups
        assert known or lane in state.lanes, f"what {lane} was told is kept for nothing"


def durable(state: State) -> dict[str, Any]:
    """What a store must know: everything but refreshes, and who is leaving."""
    return {
        "alerts": {
            a.id: (a.labels, a.firing, a.starts_at, a.changed_at, a.cid, sorted(a.groups))
            for a in state.by_id.values()
        },
        "groups": state.groups,
        "group_ids": state.group_ids,
        "members": state.members,
        "incidents": state.incidents,
        "lingering": state.lingering.incidents,
        "requests": state.requests,
        "deliveries": state.deliveries,
        "lanes": state.lanes,
        "rows": state.rows,
        "log": state.log,
        "logged": state.logged,
        "silences": {silence.id: silence for silence in state.silences.all()},
        "heartbeats": state.heartbeats.all(),
        "overrides": state.overrides,
        "shifts": state.shifts.told,
        "tombstones": state.tombstones,
        "last": state.last,
    }


def check_stored(state: State, rows: Rows) -> None:
    """What a start would find is what is known."""
    found, known = durable(State(state.configuration, rows.load())), durable(state)
    for name, value in known.items():
        assert found[name] == value, f"{name}: stored {found[name]}, known {value}"
