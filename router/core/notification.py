"""What is told to whom: the snapshot, its delivery, the log of what was told, and when to tell."""

from enum import StrEnum

import msgspec


class Turn(StrEnum):
    """Whether a delivery to a person may leave: not judged yet, granted, or held by her limits."""

    OPEN = "open"
    GRANTED = "granted"
    HELD = "held"


class AlertSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """One alert at the moment a notification was planned. `labels`, `annotations` are JSON."""

    firing: bool
    labels: msgspec.Raw
    annotations: msgspec.Raw
    starts_at: int
    ends_at: int
    url: str = ""


class IncidentSnapshot(msgspec.Struct, frozen=True, kw_only=True):
    """The incident a page speaks of. `answered_by` is who acknowledged or resolved it."""

    number: int
    status: str
    policy: str
    priority: str
    round: int
    step: int
    opened_at: int
    answered_by: str = ""


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What a delivery tells, as data; it is rendered when it is claimed.

    `alerts` are the first ones in Alertmanager's order, firing before resolved; `firing` and
    `resolved` count all of them and `truncated` those left out. `note` is a sentence for cases
    without alerts (a fallback's reason, a rule that failed). `route_labels` are the route's own,
    not filled in yet.
    """

    status: str  # "firing" or "resolved"
    reason: str
    group_key: str
    group_labels: dict[str, str]
    alerts: tuple[AlertSnapshot, ...]
    firing: int
    resolved: int
    truncated: int = 0
    receiver: str = ""
    severity: str = ""
    incident: IncidentSnapshot | None = None
    note: str = ""
    route_labels: dict[str, str] = {}


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to be told to one target: a row of the outbox until it is done.

    `key` is the idempotency key, the same for every attempt. Rows of one `lane` leave in order of
    `id`. `kind` is `notification` (of a group), `page` (a step of an incident), `acknowledged`,
    `resolved` (the end of an incident, to who was paged) or `notice` (fallback and self reports).
    `run` says which run of a step a page belongs to (Incident.ran before it).
    `maybe_sent` says an earlier attempt's outcome is unknown. `ref` is the far side's name of the
    message this one continues (a Slack thread). `urgency` 0 leaves before 1.
    `bundle` is the delivery it is under way with, in one message; 0 when it goes alone.
    """

    id: int
    key: str
    lane: str
    kind: str
    target: str
    group: int = 0
    incident: int = 0
    run: int = 0
    due: int
    not_after: int
    urgency: int = 1
    claimed: bool = False
    attempt: int = 0
    maybe_sent: bool = False
    last_error: str = ""
    reason: str = ""
    ref: str = ""
    cid: str = ""
    turn: Turn = Turn.OPEN
    bundle: int = 0
    payload: bytes = b""  # A Snapshot as JSON.
    firing: tuple[int, ...] = ()  # Identities of the label sets told as firing …
    resolved: tuple[int, ...] = ()  # … and as resolved.


class LogEntry(msgspec.Struct, frozen=True, kw_only=True):
    """What a lane was last told, so as not to tell it again and to tell it of the end.

    `firing` and `resolved` are the last message's label sets, by identity. `owed` are all those it
    ever was told of as firing and not yet as resolved, silenced or not.
    """

    lane: str
    target: str
    group: int = 0
    incident: int = 0
    firing: frozenset[int] = frozenset()
    resolved: frozenset[int] = frozenset()
    owed: frozenset[int] = frozenset()
    sent_due: int
    sent_at: int
    expires_due: int
    ref: str = ""


_SNAPSHOT = msgspec.json.Decoder(Snapshot)
_ENCODER = msgspec.json.Encoder()


def encode(snapshot: Snapshot) -> bytes:
    """The snapshot as the outbox keeps it."""
    return _ENCODER.encode(snapshot)


def decode(payload: bytes) -> Snapshot:
    """The snapshot of an outbox row's payload."""
    return _SNAPSHOT.decode(payload)


def reason_to_notify(
    entry: LogEntry | None,
    firing: frozenset[int],
    resolved: frozenset[int],
    *,
    send_resolved: bool,
    repeat_interval: int,
    service: int,
) -> str:
    """Why a lane must be told now, in Alertmanager's words; empty when it need not be.

    The table is Alertmanager's needsUpdate: new firing alerts always, the end of all of them
    always (so that the log is cleared), single ends if wanted, and a repeat strictly after its
    interval.
    """
    told = entry.firing if entry else frozenset()
    if not firing <= told:
        return "new alerts added" if told else "first notification"
    if not firing:
        return "all alerts resolved" if told else ""
    if entry is None:
        return ""
    if send_resolved and not resolved <= entry.resolved:
        return "some alerts resolved"
    return "repeat interval elapsed" if entry.sent_due < service - repeat_interval else ""
