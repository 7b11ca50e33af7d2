"""What a decision asks for. The state applies each to memory, the store writes each to disk."""

from collections.abc import Mapping
from typing import Any

import msgspec

from router.core.alert import Alert
from router.core.configuration import Configuration
from router.core.group import Group
from router.core.heartbeat import Beat
from router.core.incident import Incident
from router.core.limit import Pace
from router.core.notification import Delivery, LogEntry
from router.core.override import PostedOverride
from router.core.shift import ToldShift
from router.core.silence import Silence


class PutAlert(msgspec.Struct, frozen=True, gc=False):
    """An alert is new or made a transition."""

    alert: Alert


class RefreshAlert(msgspec.Struct, frozen=True, gc=False):
    """A known alert was repeated: memory only, the store learns it with the next PutAlert."""

    id: int
    ends_at: int
    expires_due: int
    updated_at: int
    timeout: bool
    annotations: bytes
    url: str
    source: str


class DropAlert(msgspec.Struct, frozen=True, gc=False):
    """A resolved alert that no group holds any more is forgotten."""

    id: int


class PutTombstone(msgspec.Struct, frozen=True, gc=False):
    """The label set with this identity ended, by its stream, at `at` (wall)."""

    identity: int
    at: int


class PutGroup(msgspec.Struct, frozen=True):
    """A group is new or changed."""

    group: Group


class DropGroup(msgspec.Struct, frozen=True):
    """A group holds nothing any more."""

    id: int


class Join(msgspec.Struct, frozen=True, gc=False):
    """An alert enters a group."""

    group: int
    alert: int


class Leave(msgspec.Struct, frozen=True, gc=False):
    """An alert leaves a group."""

    group: int
    alert: int


class Leaving(msgspec.Struct, frozen=True, gc=False):
    """An alert that routes elsewhere now stays only until this group's receivers know its end.

    Memory only: after a start every alert is routed anew.
    """

    group: int
    alert: int


class Hushed(msgspec.Struct, frozen=True):
    """These alerts of a group are told to nobody now, each for its reasons; no other is.

    Memory only: what changes is recorded when it does.
    """

    group: int
    alerts: Mapping[int, tuple[str, ...]]


class Rerouted(msgspec.Struct, frozen=True, gc=False):
    """So many of the alerts that waited to be routed anew have been. Memory only.

    `slice` is how many may be routed next in one decision.
    """

    count: int
    slice: int


class Reroute(msgspec.Struct, frozen=True):
    """These alerts wait to be routed anew. Memory only: a start routes all of them."""

    alerts: tuple[int, ...]


class Heard(msgspec.Struct, frozen=True, gc=False):
    """A source was heard for the first time since the start: its alerts may end again.

    Not before `until_due`. Memory only.
    """

    source: str
    until_due: int


class PutIncident(msgspec.Struct, frozen=True):
    """An incident is new or changed. The store keeps resolved ones, memory does not."""

    incident: Incident


class PutRequest(msgspec.Struct, frozen=True):
    """The request of this key was done at `at` (wall), and made an incident; kept 48 hours.

    `what` is the hash of what was asked.
    """

    key: str
    incident: int
    what: bytes
    at: int


class DropRequest(msgspec.Struct, frozen=True):
    """A request so old that nobody repeats it is forgotten."""

    key: str


class Enqueue(msgspec.Struct, frozen=True):
    """A new delivery waits in the outbox."""

    delivery: Delivery


class PutDelivery(msgspec.Struct, frozen=True):
    """A waiting delivery was claimed, put off or hastened. Its payload does not change."""

    delivery: Delivery


class CloseDelivery(msgspec.Struct, frozen=True):
    """A delivery is done.

    `outcome`: delivered, failed, withdrawn (no longer wanted) or superseded (a newer says it).
    """

    id: int
    outcome: str


class PutLog(msgspec.Struct, frozen=True):
    """A lane was told something."""

    entry: LogEntry


class DropLog(msgspec.Struct, frozen=True):
    """What a lane was told no longer matters."""

    lane: str


class PutSilence(msgspec.Struct, frozen=True):
    """A silence is new or changed."""

    silence: Silence


class DropTombstone(msgspec.Struct, frozen=True, gc=False):
    """An end so long ago that no stream entry can be older is forgotten."""

    identity: int


class DropSilence(msgspec.Struct, frozen=True):
    """A silence that ended long ago is forgotten."""

    id: str


class PutHeartbeat(msgspec.Struct, frozen=True):
    """A heartbeat is new or fares otherwise than before."""

    beat: Beat


class DropHeartbeat(msgspec.Struct, frozen=True):
    """A heartbeat is expected no more."""

    id: int


class PutOverride(msgspec.Struct, frozen=True):
    """An override made at run time is new, or ends sooner."""

    override: PostedOverride


class DropOverride(msgspec.Struct, frozen=True):
    """An override that was taken back before it began, or was over long ago, is forgotten."""

    id: int


class PutShift(msgspec.Struct, frozen=True):
    """The people of a schedule were told of their shifts as it is now."""

    told: ToldShift


class DropShift(msgspec.Struct, frozen=True):
    """Nobody wants to hear of a schedule's shifts any more."""

    schedule: str


class LookForShifts(msgspec.Struct, frozen=True):
    """Look at `due` (service) whose shift has begun; None: nobody wants to hear. Memory only."""

    due: int | None


class PutPace(msgspec.Struct, frozen=True):
    """A contact was sent something."""

    pace: Pace


class DropPace(msgspec.Struct, frozen=True):
    """A contact was sent nothing for so long that nothing holds it back."""

    contact: str


class PutSeen(msgspec.Struct, frozen=True):
    """A stream entry was received at `at` (wall); kept 48 hours."""

    source: str
    entry: str
    at: int


class PutReject(msgspec.Struct, frozen=True):
    """A body that could not be taken is kept, with the reason."""

    source: str
    reason: str
    body: bytes
    at: int


class PutConfiguration(msgspec.Struct, frozen=True):
    """This configuration is in force, and `text`, as written, is the last good one."""

    configuration: Configuration
    text: bytes
    at: int


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """One line of history. `kind` is a past participle such as `fired`, `grouped`, `sent`."""

    seq: int
    at: int
    kind: str
    alert: int = 0
    group: int = 0
    incident: int = 0
    detail: dict[str, Any] = {}


class Answer(msgspec.Struct, frozen=True):
    """What the one who submitted is told. Neither applied nor stored.

    `code` is machine-readable (acknowledged, already, resolved, unknown, repeated, …).
    `incident` is the one it made, where it makes one.
    """

    code: str
    text: str = ""
    incident: int = 0


Command = (
    PutAlert
    | RefreshAlert
    | DropAlert
    | PutTombstone
    | DropTombstone
    | PutGroup
    | DropGroup
    | Join
    | Leave
    | Leaving
    | Hushed
    | Rerouted
    | Reroute
    | Heard
    | PutIncident
    | PutRequest
    | DropRequest
    | Enqueue
    | PutDelivery
    | CloseDelivery
    | PutLog
    | DropLog
    | PutSilence
    | DropSilence
    | PutHeartbeat
    | DropHeartbeat
    | PutOverride
    | DropOverride
    | PutShift
    | DropShift
    | LookForShifts
    | PutPace
    | DropPace
    | PutSeen
    | PutReject
    | PutConfiguration
    | Record
    | Answer
)

MEMORY_ONLY: frozenset[type] = frozenset(
    (RefreshAlert, Leaving, Hushed, Rerouted, Reroute, Heard, LookForShifts, Answer)
)
