"""A store reduced to the meaning of each command: what was put last is what is there."""

from collections.abc import Iterable

from msgspec.structs import replace

from router.core import command as c
from router.core.alert import Alert
from router.core.group import Group
from router.core.heartbeat import Beat
from router.core.incident import Incident
from router.core.limit import Pace
from router.core.notification import Delivery, LogEntry
from router.core.override import PostedOverride
from router.core.shift import ToldShift
from router.core.silence import Silence
from router.core.stored import Stored


class Rows:
    """Keeps commands as a table of rows each, and gives them back as a start would find them."""

    def __init__(self, instance: str = "test") -> None:
        self._instance = instance
        self.alerts: dict[int, Alert] = {}
        self.groups: dict[int, Group] = {}
        self.members: set[tuple[int, int]] = set()
        self.incidents: dict[int, Incident] = {}
        self.deliveries: dict[int, Delivery] = {}
        self.log: dict[str, LogEntry] = {}
        self.silences: dict[str, Silence] = {}
        self.heartbeats: dict[int, Beat] = {}
        self.shifts: dict[str, ToldShift] = {}
        self.overrides: dict[int, PostedOverride] = {}
        self.paces: dict[str, Pace] = {}
        self.tombstones: dict[int, int] = {}
        self.requests: dict[str, c.PutRequest] = {}
        self.last: dict[str, int] = {}
        self.records: list[c.Record] = []
        self.outcomes: dict[int, str] = {}

    def commit(self, commands: Iterable[c.Command]) -> None:
        """Write them, in order."""
        for command in commands:
            self._write(command)

    def load(self) -> Stored:
        """What a start would find: open incidents and deliveries only."""
        return Stored(
            instance=self._instance,
            alerts=[_as_stored(alert) for _, alert in sorted(self.alerts.items())],
            groups=[group for _, group in sorted(self.groups.items())],
            members=sorted(self.members),
            incidents=[
                i for _, i in sorted(self.incidents.items()) if i.open or i.next_due is not None
            ],
            deliveries=[row for _, row in sorted(self.deliveries.items())],
            log=list(self.log.values()),
            silences=list(self.silences.values()),
            heartbeats=[beat for _, beat in sorted(self.heartbeats.items())],
            overrides=list(self.overrides.values()),
            shifts=list(self.shifts.values()),
            paces=list(self.paces.values()),
            tombstones=dict(self.tombstones),
            requests=list(self.requests.values()),
            last=dict(self.last),
        )

    def _write(self, command: c.Command) -> None:
        match command:
            case c.PutAlert(alert=alert):
                self.alerts[alert.id] = _as_stored(alert)
                self._used("alert", alert.id)
            case c.DropAlert(id=number):
                del self.alerts[number]
            case c.PutTombstone(identity=identity, at=at):
                self.tombstones[identity] = at
            case c.DropTombstone(identity=identity):
                del self.tombstones[identity]
            case c.PutGroup(group=group):
                self.groups[group.id] = group
                self._used("group", group.id)
            case c.DropGroup(id=number):
                del self.groups[number]
                assert all(group != number for group, _ in self.members), "it is empty by then"
            case c.Join(group=number, alert=member):
                self.members.add((number, member))
            case c.Leave(group=number, alert=member):
                self.members.discard((number, member))
            case c.PutSilence(silence=silence):
                self.silences[silence.id] = silence
            case c.DropSilence(id=name):
                del self.silences[name]
            case c.Record():
                self.records.append(command)
                self._used("record", command.seq)
            case _:
                self._write_told(command)

    def _write_told(self, command: c.Command) -> None:
        match command:
            case c.PutIncident(incident=incident):
                self.incidents[incident.number] = incident
                self._used("incident", incident.number)
            case c.PutRequest():
                self.requests[command.key] = command
            case c.DropRequest(key=key):
                del self.requests[key]
            case c.Enqueue(delivery=delivery):
                assert delivery.id not in self.deliveries, "a delivery is enqueued once"
                self.deliveries[delivery.id] = delivery
                self._used("delivery", delivery.id)
            case c.PutDelivery(delivery=delivery):
                known = self.deliveries[delivery.id]
                assert known.payload == delivery.payload, "what a delivery tells never changes"
                assert (known.firing, known.resolved) == (delivery.firing, delivery.resolved)
                self.deliveries[delivery.id] = delivery
            case c.CloseDelivery(id=number, outcome=outcome):
                del self.deliveries[number]
                self.outcomes[number] = outcome
            case c.PutShift(told=told):
                self.shifts[told.schedule] = told
            case c.DropShift(schedule=name):
                del self.shifts[name]
            case c.PutOverride(override=override):
                self.overrides[override.id] = override
            case c.DropOverride(id=number):
                del self.overrides[number]
            case c.PutLog(entry=entry):
                self.log[entry.lane] = entry
            case c.DropLog(lane=lane):
                self.log.pop(lane, None)
            case c.PutHeartbeat(beat=beat):
                self.heartbeats[beat.id] = beat
            case c.DropHeartbeat(id=number):
                del self.heartbeats[number]
            case c.PutPace(pace=pace):
                self.paces[pace.contact] = pace
            case c.DropPace(contact=contact):
                del self.paces[contact]

    def _used(self, kind: str, number: int) -> None:
        self.last[kind] = max(self.last.get(kind, 0), number)


def _as_stored(alert: Alert) -> Alert:
    """A row of its own, as the state changes its alerts in place; groups are rows elsewhere."""
    return replace(alert, groups=(), stored_ends_at=alert.ends_at)
