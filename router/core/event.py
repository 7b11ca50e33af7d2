"""Everything that can happen. One event is one thing; all of them pass through one front door."""

import msgspec

from router.core.alert import Report
from router.core.configuration import Configuration
from router.core.schedule import Override
from router.core.silence import Silence

KEPT_BYTES = 16 * 1024  # Of what could not be taken.


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
    comment: str = ""


class Unacknowledged(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody gave an incident back: escalation goes on with its next step, at once.

    A snoozed one begins again with its first step.
    """

    incident: int
    by: str
    via: str
    comment: str = ""


class Resolved(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody declared an incident over."""

    incident: int
    by: str
    via: str
    comment: str = ""


class Snoozed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody put an incident off for `span` microseconds: until then no page leaves."""

    incident: int
    span: int
    by: str
    via: str
    comment: str = ""


class Unsnoozed(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody ended a snooze: the incident rings from its first step."""

    incident: int
    by: str
    via: str
    comment: str = ""


class Escalated(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wants the next step now, having seen this version of the incident; 0 for any."""

    incident: int
    by: str
    via: str
    version: int = 0
    comment: str = ""


class Reassigned(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody gave an incident to others: one policy, or users, teams and schedules."""

    incident: int
    to: tuple[str, ...]
    by: str
    via: str
    comment: str = ""


class Summoned(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wants these users, teams or schedules paged at once, beside the escalation."""

    incident: int
    to: tuple[str, ...]
    by: str
    via: str
    comment: str = ""


class Noted(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody wrote `comment` on an incident's timeline."""

    incident: int
    comment: str
    by: str
    via: str


class Raised(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody pages a user, policy, team or schedule by hand: an incident without alerts.

    Requests with the same `key` that is not empty are one request.
    """

    to: str
    text: str
    by: str
    via: str
    key: str = ""


class Silenced(msgspec.Struct, frozen=True):
    """A silence was made or changed: store exactly these."""

    silences: tuple[Silence, ...]


class Overridden(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody made overrides of a schedule: all of them, or none. `via` says how (api, cli)."""

    schedule: str
    overrides: tuple[Override, ...]
    by: str
    via: str
    comment: str = ""


class Swapped(msgspec.Struct, frozen=True, kw_only=True):
    """`taker` takes the turns `user` has from `start` to `end` (wall); `user` hers in `back`."""

    schedule: str
    user: str
    taker: str
    start: int
    end: int
    back: tuple[int, int] | None = None
    by: str
    via: str
    comment: str = ""


class OverrideRemoved(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody took an override back, and those that were made with it."""

    id: int
    by: str
    via: str


class Reconfigured(msgspec.Struct, frozen=True):
    """routes.toml changed. `text` is what is kept of it: the file as written if no secret stands
    in it, else where that is kept."""

    configuration: Configuration
    text: bytes


class Due(msgspec.Struct, frozen=True):
    """The time of one waiting thing has come. `kind` is one of state.Kind."""

    kind: int
    id: int


class Vouched(msgspec.Struct, frozen=True):
    """An auditor found nothing overdue; `figures` say so in one line."""

    figures: str


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
    | Snoozed
    | Unsnoozed
    | Escalated
    | Reassigned
    | Summoned
    | Noted
    | Raised
    | Silenced
    | Overridden
    | Swapped
    | OverrideRemoved
    | Reconfigured
    | Due
    | Vouched
    | Claimed
    | Delivered
    | Failed
    | Skipped
    | Stopped
)
