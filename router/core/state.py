"""What is known: the committed rows as objects, with the indexes decisions need.

Only `apply` changes it, with the commands a decision returned. It can be rebuilt from a store's
rows at any time; whatever waits is found again from its due time.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from router.core import command as c
from router.core import meta
from router.core.alert import Alert
from router.core.census import Census
from router.core.configuration import Configuration
from router.core.group import Group
from router.core.heartbeat import Beats
from router.core.incident import Incident
from router.core.inhibition import Inhibitor
from router.core.labels import decode
from router.core.lingering import Lingering
from router.core.maintenance import Maintenances
from router.core.notification import Delivery, LogEntry
from router.core.override import PostedOverride, effective, lay
from router.core.shift import Shifts
from router.core.silence import Silences
from router.core.stored import Stored
from router.core.subject import discard, subject_of
from router.core.turns import Turns
from router.core.urgency import due_of, is_urgent
from router.core.waiting import Kind, Waiting

_NO_ALERTS: frozenset[int] = frozenset()


class State:
    """Everything decisions are made from. Read it freely; change it by `apply` alone.

    `alerts` is keyed by canonical label set, `group_ids` by (route id, canonical group labels),
    `lanes` holds the ids of open deliveries in the order they leave, `rows` the same by subject
    (`"group"` or `"incident"`, number), `logged` the lanes that were told about a subject.
    `firing` counts each group's firing alerts. `members` of a group include those in `leaving`.
    `lingering` are resolved incidents that their alerts may bring back yet.
    `configuration` is what is `filed` in routes.toml, with the `overrides` made since.
    `reroute` are the alerts to be routed anew, the next ones last, `reroute_slice` at a time.
    """

    def __init__(self, configuration: Configuration, stored: Stored) -> None:
        self.overrides: dict[int, PostedOverride] = {each.id: each for each in stored.overrides}
        self.filed = configuration
        self.configuration = effective(configuration, self.overrides.values())
        self.instance = stored.instance
        self.alerts: dict[bytes, Alert] = {}
        self.by_id: dict[int, Alert] = {}
        self.census = Census()
        self.groups: dict[int, Group] = {}
        self.group_ids: dict[tuple[str, bytes], int] = {}
        self.members: dict[int, set[int]] = {}
        self.leaving: dict[int, set[int]] = {}
        self.firing: dict[int, int] = {}
        self.hushed: dict[int, Mapping[int, tuple[str, ...]]] = {}  # By group: alert, reasons.
        self.incidents: dict[int, Incident] = {}
        self.lingering = Lingering()
        self.requests: dict[str, c.PutRequest] = {r.key: r for r in stored.requests}
        self.deliveries: dict[int, Delivery] = {}
        self.lanes: dict[str, list[int]] = {}
        self.rows: dict[tuple[str, int], set[int]] = {}
        self.log: dict[str, LogEntry] = {}
        self.logged: dict[tuple[str, int], set[str]] = {}
        self.turns = Turns(stored.paces)
        self.silences = Silences()
        self.maintenances = Maintenances(configuration.maintenance.values())
        self.inhibitor = Inhibitor(configuration.inhibit)
        self.tombstones: dict[int, int] = dict(stored.tombstones)
        self.last = dict.fromkeys(("alert", "group", "incident", "delivery", "record"), 0)
        self.last.update(stored.last)
        self.grace: dict[str, int] = {}
        self.unheard: set[str] = set()
        self.reroute: list[int] = []
        self.reroute_slice = 1
        self.waiting = Waiting(partial(due_of, self), partial(is_urgent, self))
        self.heartbeats = Beats(stored.heartbeats, self.waiting)
        self.shifts = Shifts(stored.shifts, self.waiting)
        self._fill(stored)

    def _fill(self, stored: Stored) -> None:
        commands: list[c.Command] = []
        commands.extend(map(c.PutAlert, stored.alerts))
        commands.extend(map(c.PutGroup, stored.groups))
        commands.extend(c.Join(group, alert) for group, alert in stored.members)
        commands.extend(map(c.PutIncident, stored.incidents))
        commands.extend(map(c.Enqueue, sorted(stored.deliveries, key=lambda d: d.id)))
        commands.extend(map(c.PutLog, stored.log))
        commands.extend(map(c.PutSilence, stored.silences))
        self.apply(commands)

    def apply(self, commands: Iterable[c.Command]) -> None:
        """Make it so, in memory. The store does the same on disk."""
        for command in commands:
            applier = _APPLIERS.get(type(command))
            if applier is not None:
                applier(self, command)

    def recover(self, service: int) -> None:
        """After a start, no alert of a source ends before that source was heard again.

        Every alert is routed anew, since routes.toml may have changed while we were away.
        """
        until = service + self.configuration.recovery_grace
        self.unheard = {alert.source for alert in self.by_id.values()}
        self.grace = dict.fromkeys(self.unheard, until)
        self.apply([c.Reroute(tuple(sorted(self.by_id, reverse=True)))])

    def next_due(self) -> int | None:
        """The service time at which the next thing waits to be decided; None when nothing does."""
        return self.waiting.next_due()

    def take_due(self, service: int) -> tuple[Kind, int] | None:
        """The most overdue waiting thing, which the caller must now decide on, or None."""
        return self.waiting.take(service)

    def ends_due(self, alert: Alert) -> int:
        """When a firing alert ends unless repeated, with the grace its source still has."""
        return max(alert.expires_due, self.grace.get(alert.source, 0))

    def lane_head(self, lane: str) -> Delivery | None:
        """The delivery of a lane whose turn it is."""
        rows = self.lanes.get(lane)
        return self.deliveries[rows[0]] if rows else None

    def told(self, subject: str, number: int) -> list[LogEntry]:
        """What each lane was told about a `group` or an `incident`."""
        return [self.log[lane] for lane in sorted(self.logged.get((subject, number), ()))]

    def open_rows(self, subject: str, number: int) -> list[Delivery]:
        """The open deliveries about a `group` or an `incident`, oldest first."""
        return [self.deliveries[row] for row in sorted(self.rows.get((subject, number), ()))]

    def alerts_of(self, group: int) -> list[Alert]:
        """The alerts of a group, oldest first."""
        return [self.by_id[member] for member in sorted(self.members.get(group, ()))]

    def is_leaving(self, group: int, alert: int) -> bool:
        """Whether an alert routes elsewhere now and stays only to be told of its end."""
        return alert in self.leaving.get(group, _NO_ALERTS)

    def _put_alert(self, command: c.PutAlert) -> None:
        alert = command.alert
        number, firing = alert.id, alert.firing
        known = self.by_id.get(number)
        began, ended = firing, False
        if known is not None:
            began, ended = firing and not known.firing, known.firing and not firing
            alert.groups = known.groups
        self.census.move(known.source if known else None, alert.source)
        self.alerts[alert.labels] = self.by_id[number] = alert
        if number > self.last["alert"]:
            self.last["alert"] = number
        if began or ended:
            for group in alert.groups:
                self._count(group, number, 1 if began else -1)
        if firing:
            self.waiting.add(self.ends_due(alert), Kind.ALERT, number)
        elif ended:
            self.waiting.drop(Kind.ALERT, number)
        if began and self.configuration.inhibit and alert.source != meta.SOURCE:
            self.inhibitor.put(number, decode(alert.labels))
        if ended or alert.source == meta.SOURCE:
            self.inhibitor.drop(number)

    def _count(self, group: int, alert: int, change: int) -> None:
        if not self.is_leaving(group, alert):
            self.firing[group] += change

    def refresh(self, command: c.RefreshAlert) -> None:
        """Carry a firing alert on: what `apply` does for this command alone."""
        alert = self.by_id[command.id]
        sooner = command.expires_due < alert.expires_due
        alert.ends_at = command.ends_at
        alert.expires_due = command.expires_due
        alert.updated_at = command.updated_at
        alert.timeout = command.timeout
        alert.annotations = command.annotations
        alert.url = command.url
        if command.source != alert.source:
            self.census.move(alert.source, command.source)
            alert.source = command.source
        alert.repeats += 1
        if sooner and alert.firing:
            self.waiting.add(self.ends_due(alert), Kind.ALERT, alert.id)

    def _drop_alert(self, command: c.DropAlert) -> None:
        alert = self.by_id.pop(command.id)
        del self.alerts[alert.labels]
        self.census.move(alert.source, None)
        self.inhibitor.drop(command.id)

    def _put_group(self, command: c.PutGroup) -> None:
        group = command.group
        self.last["group"] = max(self.last["group"], group.id)
        self.groups[group.id] = group
        self.members.setdefault(group.id, set())
        self.firing.setdefault(group.id, 0)
        self.group_ids[(group.route, group.labels)] = group.id
        if group.next_due is not None:
            self.waiting.add(group.next_due, Kind.GROUP, group.id)

    def _drop_group(self, command: c.DropGroup) -> None:
        group = self.groups.pop(command.id)
        del self.members[command.id], self.firing[command.id]
        self.leaving.pop(command.id, None)
        self.hushed.pop(command.id, None)
        del self.group_ids[(group.route, group.labels)]

    def _join(self, command: c.Join) -> None:
        members, alert = self.members[command.group], self.by_id[command.alert]
        if command.alert not in members:
            members.add(command.alert)
            alert.groups += (command.group,)
            self.firing[command.group] += alert.firing
        elif self.is_leaving(command.group, command.alert):
            self.leaving[command.group].discard(command.alert)
            self.firing[command.group] += alert.firing

    def _leaving(self, command: c.Leaving) -> None:
        if not self.is_leaving(command.group, command.alert):
            self.firing[command.group] -= self.by_id[command.alert].firing
            self.leaving.setdefault(command.group, set()).add(command.alert)

    def _leave(self, command: c.Leave) -> None:
        alert = self.by_id[command.alert]
        if alert.firing:
            self._count(command.group, command.alert, -1)
        self.members[command.group].discard(command.alert)
        self.leaving.get(command.group, set()).discard(command.alert)
        alert.groups = tuple(g for g in alert.groups if g != command.group)

    def _put_incident(self, command: c.PutIncident) -> None:
        incident = command.incident
        self.last["incident"] = max(self.last["incident"], incident.number)
        if incident.open:
            self.incidents[incident.number] = incident
        else:
            self.incidents.pop(incident.number, None)
        self.lingering.put(incident)
        if (wakes := incident.wakes) is not None:
            self.waiting.add(wakes, Kind.INCIDENT, incident.number)

    def _enqueue(self, command: c.Enqueue) -> None:
        delivery = command.delivery
        self.last["delivery"] = max(self.last["delivery"], delivery.id)
        self.lanes.setdefault(delivery.lane, []).append(delivery.id)
        self.rows.setdefault(subject_of(delivery), set()).add(delivery.id)
        self._put_delivery(c.PutDelivery(delivery))

    def _put_delivery(self, command: c.PutDelivery) -> None:
        delivery = command.delivery
        self.turns.put(self.deliveries.get(delivery.id), delivery)
        self.deliveries[delivery.id] = delivery
        if not delivery.claimed:
            self.waiting.add(delivery.due, Kind.DELIVERY, delivery.id)

    def _close_delivery(self, command: c.CloseDelivery) -> None:
        delivery = self.deliveries.pop(command.id)
        self.turns.put(delivery, None)
        discard(self.rows, subject_of(delivery), command.id)
        rows = self.lanes[delivery.lane]
        rows.remove(command.id)
        if not rows:
            del self.lanes[delivery.lane]
            return
        head = self.deliveries[rows[0]]
        if not head.claimed:  # Its turn has come; its time may have passed unheeded.
            self.waiting.add(head.due, Kind.DELIVERY, head.id)

    def _put_log(self, command: c.PutLog) -> None:
        entry = command.entry
        self.log[entry.lane] = entry
        self.logged.setdefault(subject_of(entry), set()).add(entry.lane)

    def _drop_log(self, command: c.DropLog) -> None:
        if (entry := self.log.pop(command.lane, None)) is not None:
            discard(self.logged, subject_of(entry), command.lane)

    def _put_configuration(self, command: c.PutConfiguration) -> None:
        before, self.filed = self.configuration, command.configuration
        self.configuration = effective(self.filed, self.overrides.values())
        self.maintenances = Maintenances(command.configuration.maintenance.values())
        if before.inhibit != command.configuration.inhibit:
            self.inhibitor = Inhibitor(command.configuration.inhibit)
            for alert in self.by_id.values():
                if alert.firing and alert.source != meta.SOURCE:
                    self.inhibitor.put(alert.id, decode(alert.labels))
        self.reroute.clear()
        self._reroute(c.Reroute(tuple(sorted(self.by_id, reverse=True))))

    def _reroute(self, command: c.Reroute) -> None:
        self.reroute.extend(command.alerts)
        self.waiting.add(0, Kind.REROUTE, 0)

    def _rerouted(self, command: c.Rerouted) -> None:
        if command.count:
            del self.reroute[-command.count :]
        self.reroute_slice = command.slice
        self.waiting.add(0, Kind.REROUTE, 0)

    def _heard(self, command: c.Heard) -> None:
        self.unheard.discard(command.source)
        self.grace[command.source] = command.until_due
        mine = (a for a in self.by_id.values() if a.source == command.source and a.firing)
        self.waiting.extend([(self.ends_due(a), Kind.ALERT, a.id) for a in mine])


_APPLIERS: dict[type, Callable[[State, Any], object]] = {
    c.PutAlert: State._put_alert,
    c.RefreshAlert: State.refresh,
    c.DropAlert: State._drop_alert,
    c.PutTombstone: lambda state, command: state.tombstones.update({command.identity: command.at}),
    c.DropTombstone: lambda state, command: state.tombstones.pop(command.identity, None),
    c.PutGroup: State._put_group,
    c.DropGroup: State._drop_group,
    c.Join: State._join,
    c.Leave: State._leave,
    c.Hushed: lambda state, command: state.hushed.update({command.group: command.alerts}),
    c.Leaving: State._leaving,
    c.Rerouted: State._rerouted,
    c.Reroute: State._reroute,
    c.Heard: State._heard,
    c.PutIncident: State._put_incident,
    c.PutRequest: lambda state, command: state.requests.update({command.key: command}),
    c.DropRequest: lambda state, command: state.requests.pop(command.key, None),
    c.Enqueue: State._enqueue,
    c.PutDelivery: State._put_delivery,
    c.CloseDelivery: State._close_delivery,
    c.PutLog: State._put_log,
    c.DropLog: State._drop_log,
    c.PutSilence: lambda state, command: state.silences.put(command.silence),
    c.DropSilence: lambda state, command: state.silences.drop(command.id),
    c.PutHeartbeat: lambda state, command: state.heartbeats.put(command.beat),
    c.DropHeartbeat: lambda state, command: state.heartbeats.drop(command.id),
    c.PutOverride: lambda state, command: lay(state, command.override.id, command.override),
    c.DropOverride: lambda state, command: lay(state, command.id, None),
    c.PutShift: lambda state, command: state.shifts.put(command.told),
    c.DropShift: lambda state, command: state.shifts.drop(command.schedule),
    c.LookForShifts: lambda state, command: state.shifts.look(command.due),
    c.PutPace: lambda state, command: state.turns.sent(command.pace),
    c.DropPace: lambda state, command: state.turns.paces.pop(command.contact, None),
    c.PutConfiguration: State._put_configuration,
    c.Record: lambda state, command: state.last.__setitem__("record", command.seq),
}
