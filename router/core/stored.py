"""What a store gives back: everything that was committed and still matters, and what is past."""

import msgspec

from router.core.alert import Alert
from router.core.command import PutRequest
from router.core.group import Group
from router.core.heartbeat import Beat
from router.core.incident import Incident
from router.core.limit import Pace
from router.core.notification import Delivery, LogEntry
from router.core.override import PostedOverride
from router.core.shift import ToldShift
from router.core.silence import Silence


class Life(msgspec.Struct, frozen=True, kw_only=True):
    """An alert from its first report until it was forgotten; `seq` is None while it is known.

    `labels` is the canonical label set, times are wall microseconds.
    """

    id: int
    labels: bytes
    starts_at: int
    ends_at: int
    source: str
    seq: int | None


class Stored(msgspec.Struct, kw_only=True):
    """The rows of a store. Open deliveries, and incidents that are open or may come back, only.

    `members` are (group, alert) pairs. `last` holds the highest id ever used, by `alert`, `group`,
    `incident`, `delivery`, `record`. `instance` names this store and its generation. `text` is the
    last good routes.toml, empty when there was none.
    """

    instance: str
    alerts: list[Alert] = []
    groups: list[Group] = []
    members: list[tuple[int, int]] = []
    incidents: list[Incident] = []
    deliveries: list[Delivery] = []
    log: list[LogEntry] = []
    silences: list[Silence] = []
    heartbeats: list[Beat] = []
    overrides: list[PostedOverride] = []
    shifts: list[ToldShift] = []
    paces: list[Pace] = []
    tombstones: dict[int, int] = {}
    requests: list[PutRequest] = []
    last: dict[str, int] = {}
    text: bytes = b""
