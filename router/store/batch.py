"""The last word on each row: what is left to write of many commands."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

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


class Batch:
    """Commands of one transaction, collapsed. None stands for a row that goes.

    A row that was put and dropped among the same commands leaves no trace: ids only grow, so one
    above `last` cannot be on disk yet. Only alerts do: what is `forgotten`, after so many records,
    has a history. `ends` are the incidents resolved here, with the last
    record up to that.
    """

    def __init__(self, commands: Iterable[c.Command], last: Mapping[str, int]) -> None:
        self._known = last
        self.last = dict(last)
        self.alerts: dict[int, Alert] = {}
        self.forgotten: dict[int, int] = {}
        self.groups: dict[int, Group | None] = {}
        self.members: defaultdict[int, dict[int, bool]] = defaultdict(dict)
        self.incidents: dict[int, Incident] = {}
        self.ends: dict[int, int] = {}
        self._ending = 0
        self.enqueued: dict[int, Delivery] = {}
        self.changed: dict[int, Delivery] = {}
        self.closed: set[int] = set()
        self.log: dict[str, LogEntry | None] = {}
        self.silences: dict[str, Silence | None] = {}
        self.heartbeats: dict[int, Beat | None] = {}
        self.overrides: dict[int, PostedOverride | None] = {}
        self.shifts: dict[str, ToldShift | None] = {}
        self.paces: dict[str, Pace | None] = {}
        self.tombstones: dict[int, int | None] = {}
        self.requests: dict[str, c.PutRequest | None] = {}
        self.seen: dict[tuple[str, str], int] = {}
        self.rejects: list[c.PutReject] = []
        self.configurations: list[c.PutConfiguration] = []
        self.records: list[c.Record] = []
        self._empty = True
        self._take_all(commands)

    def _take_all(self, commands: Iterable[c.Command]) -> None:
        for command in commands:
            take = _TAKERS.get(type(command))
            if take is not None:
                self._empty = False
                take(self, command)

    def __bool__(self) -> bool:
        """Whether there is anything to commit, were it only the clock and the highest ids."""
        return not self._empty

    def _use(self, kind: str, id_: int) -> None:
        if id_ > self.last[kind]:
            self.last[kind] = id_

    def _put_alert(self, command: c.PutAlert) -> None:
        self.alerts[command.alert.id] = command.alert
        self.forgotten.pop(command.alert.id, None)
        self._use("alert", command.alert.id)

    def _drop_alert(self, command: c.DropAlert) -> None:
        self.forgotten[command.id] = self.last["record"]

    def _put_tombstone(self, command: c.PutTombstone) -> None:
        self.tombstones[command.identity] = command.at

    def _drop_tombstone(self, command: c.DropTombstone) -> None:
        self.tombstones[command.identity] = None

    def _put_group(self, command: c.PutGroup) -> None:
        self.groups[command.group.id] = command.group
        self._use("group", command.group.id)

    def _drop_group(self, command: c.DropGroup) -> None:
        self.groups.pop(command.id, None)
        if command.id <= self._known["group"]:
            self.groups[command.id] = None  # Whoever was in it has left before.
        else:
            self.members.pop(command.id, None)

    def _join(self, command: c.Join) -> None:
        self.members[command.group][command.alert] = True

    def _leave(self, command: c.Leave) -> None:
        members = self.members[command.group]
        new = command.alert > self._known["alert"] or command.group > self._known["group"]
        if new:
            members.pop(command.alert, None)
        else:
            members[command.alert] = False

    def _put_incident(self, command: c.PutIncident) -> None:
        incident = command.incident
        self.incidents[incident.number] = incident
        self._use("incident", incident.number)
        if incident.open:
            self.ends.pop(incident.number, None)
        elif incident.number not in self.ends:
            self.ends[incident.number] = self.last["record"]
            self._ending = incident.number

    def _enqueue(self, command: c.Enqueue) -> None:
        self.enqueued[command.delivery.id] = command.delivery
        self.changed.pop(command.delivery.id, None)
        self._use("delivery", command.delivery.id)

    def _put_delivery(self, command: c.PutDelivery) -> None:
        delivery = command.delivery
        new = self.enqueued.get(delivery.id)
        if new is None:
            self.changed[delivery.id] = delivery
        else:
            self.enqueued[delivery.id] = replace(
                delivery, payload=new.payload, firing=new.firing, resolved=new.resolved
            )

    def _close_delivery(self, command: c.CloseDelivery) -> None:
        self.enqueued.pop(command.id, None)
        self.changed.pop(command.id, None)
        if command.id <= self._known["delivery"]:
            self.closed.add(command.id)

    def _put_log(self, command: c.PutLog) -> None:
        self.log[command.entry.lane] = command.entry

    def _drop_log(self, command: c.DropLog) -> None:
        self.log[command.lane] = None

    def _put_silence(self, command: c.PutSilence) -> None:
        self.silences[command.silence.id] = command.silence

    def _drop_silence(self, command: c.DropSilence) -> None:
        self.silences[command.id] = None

    def _put_heartbeat(self, command: c.PutHeartbeat) -> None:
        self.heartbeats[command.beat.id] = command.beat

    def _drop_heartbeat(self, command: c.DropHeartbeat) -> None:
        self.heartbeats[command.id] = None

    def _put_request(self, command: c.PutRequest) -> None:
        self.requests[command.key] = command

    def _drop_request(self, command: c.DropRequest) -> None:
        self.requests[command.key] = None

    def _put_override(self, command: c.PutOverride) -> None:
        self.overrides[command.override.id] = command.override

    def _drop_override(self, command: c.DropOverride) -> None:
        self.overrides[command.id] = None

    def _put_shift(self, command: c.PutShift) -> None:
        self.shifts[command.told.schedule] = command.told

    def _drop_shift(self, command: c.DropShift) -> None:
        self.shifts[command.schedule] = None

    def _put_pace(self, command: c.PutPace) -> None:
        self.paces[command.pace.contact] = command.pace

    def _drop_pace(self, command: c.DropPace) -> None:
        self.paces[command.contact] = None

    def _put_seen(self, command: c.PutSeen) -> None:
        self.seen.setdefault((command.source, command.entry), command.at)

    def _put_reject(self, command: c.PutReject) -> None:
        self.rejects.append(command)

    def _put_configuration(self, command: c.PutConfiguration) -> None:
        self.configurations.append(command)

    def _record(self, command: c.Record) -> None:
        self.records.append(command)
        self._use("record", command.seq)
        if self._ending and command.incident == self._ending:
            self.ends[self._ending] = command.seq  # The record of the resolution itself.
            self._ending = 0


_TAKERS: dict[type, Callable[[Batch, Any], object]] = {
    c.PutAlert: Batch._put_alert,
    c.DropAlert: Batch._drop_alert,
    c.PutTombstone: Batch._put_tombstone,
    c.DropTombstone: Batch._drop_tombstone,
    c.PutGroup: Batch._put_group,
    c.DropGroup: Batch._drop_group,
    c.Join: Batch._join,
    c.Leave: Batch._leave,
    c.PutIncident: Batch._put_incident,
    c.Enqueue: Batch._enqueue,
    c.PutDelivery: Batch._put_delivery,
    c.CloseDelivery: Batch._close_delivery,
    c.PutLog: Batch._put_log,
    c.DropLog: Batch._drop_log,
    c.PutSilence: Batch._put_silence,
    c.DropSilence: Batch._drop_silence,
    c.PutHeartbeat: Batch._put_heartbeat,
    c.DropHeartbeat: Batch._drop_heartbeat,
    c.PutRequest: Batch._put_request,
    c.DropRequest: Batch._drop_request,
    c.PutOverride: Batch._put_override,
    c.DropOverride: Batch._drop_override,
    c.PutShift: Batch._put_shift,
    c.DropShift: Batch._drop_shift,
    c.PutPace: Batch._put_pace,
    c.DropPace: Batch._drop_pace,
    c.PutSeen: Batch._put_seen,
    c.PutReject: Batch._put_reject,
    c.PutConfiguration: Batch._put_configuration,
    c.Record: Batch._record,
}
