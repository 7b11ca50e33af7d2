"""Everything that can happen. One event is one thing; all of them pass through one front door."""

import msgspec

from router.core.alert import Report
from router.core.configuration import Configuration
from router.core.silence import Silence


class Reported(msgspec.Struct, frozen=True, gc=False):
    """A source reported one alert."""

    report: Report


class Received(msgspec.Struct, frozen=True):
    """A stream entry was read; submitted with its alerts, in the same submit."""

    source: str
    entry: str


class CheckedIn(msgspec.Struct, frozen=True):
    """A heartbeat called."""

    heartbeat: str


class Returned(msgspec.Struct, frozen=True):
    """The service was away: it did not run, was suspended, or could keep nothing."""


class Rejected(msgspec.Struct, frozen=True):
    """An authenticated sender sent what could not be taken. `body` is already capped."""

    source: str
    reason: str
    body: bytes


class Acknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody took an incident. `by` is a person or channel, `via` how (link, slack, api, cli)."""

    incident: int
    by: str
    via: str


class Unacknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody gave an incident back: escalation goes on with its next step, at once."""

    incident: int
    by: str
    via: str


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody declared an incident over."""

    incident: int
    by: str
    via: str


class Silenced(msgspec.Struct, frozen=True):
    """A silence was made or changed: store exactly these."""

    silences: tuple[Silence, ...]


class Reconfigured(msgspec.Struct, frozen=True):
    """routes.toml changed. `text` is what is kept of it: the file as written if no secret stands
    in it, else where that is kept."""

    configuration: Configuration
    text: bytes


class Due(msgspec.Struct, frozen=True):
    """The time of one waiting thing has come. `kind` is one of state.Kind."""

    kind: int
    id: int


class Claimed(msgspec.Struct, frozen=True):
    """The courier is about to send a delivery; committed before its first byte."""

    delivery: int


class Delivered(msgspec.Struct, frozen=True, kw_only=True):
    """The far side took it. `ref` is its own name of the message, to continue it later."""

    delivery: int
    ref: str = ""
    detail: str = ""


class Failed(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt did not succeed. `retry_after` is in microseconds, when the far side named it."""

    delivery: int
    error: str
    permanent: bool = False
    ambiguous: bool = False
    retry_after: int | None = None


class Skipped(msgspec.Struct, frozen=True):
    """A claimed delivery was not begun: it was no longer wanted when its turn came."""

    delivery: int


class Stopped(msgspec.Struct, frozen=True):
    """A rule failed on a due item: set it aside, tell the fallback, try again later."""

    kind: int
    id: int
    error: str


class Started(msgspec.Struct, frozen=True):
    """The service began to run on what its store holds; comes before everything else."""


class Swept(msgspec.Struct, frozen=True):
    """Time to forget what ended long ago."""


Event = (
    Started
    | Swept
    | Reported
    | Received
    | CheckedIn
    | Returned
    | Rejected
    | Acknowledged
    | Unacknowledged
    | Resolved
    | Silenced
    | Reconfigured
    | Due
    | Claimed
    | Delivered
    | Failed
    | Skipped
    | Stopped
)
