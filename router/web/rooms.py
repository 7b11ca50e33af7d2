"""What the web needs of the other rooms, as it sees them; app.py hands it over."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Any, Protocol

import msgspec

from router.core.alert import Report
from router.core.command import PutReject, Record
from router.core.group import Group
from router.core.incident import Incident
from router.core.secret import Secret
from router.core.settings import ApiSettings, HttpSource
from router.core.stored import Life
from router.runtime.door import Door
from router.runtime.links import Signer
from router.runtime.pulse import Check
from router.runtime.traffic import Traffic
from router.runtime.trial import Trials

API_SOURCE = HttpSource(name="api", kind="alertmanager", alertmanager_api=True)


class Decoded(Protocol):
    """The alerts of one body that can be taken, and one sentence for each that cannot."""

    @property
    def reports(self) -> Sequence[Report]: ...

    @property
    def problems(self) -> Sequence[str]: ...


class Decode(Protocol):
    """Reads the bodies of sources."""

    def __call__(self, body: bytes, *, source: HttpSource, cid: str) -> Decoded:
        """The alerts of a body; `cid` follows them into logs and deliveries.

        Raises:
            DecodeError: nothing of it can be read. Its `status` and `code`, if it has them, are
                the HTTP status and the code of Alertmanager's error shape to answer with.
        """


class History(Protocol):
    """What the store can tell of the past. Every query sees all that was committed before it."""

    async def incident(self, number: int) -> Incident | None:
        """The incident with this number, open or resolved."""

    async def incidents(
        self, limit: int, before: int | None = None, status: Collection[str] | None = None
    ) -> Sequence[Incident]:
        """The newest incidents below the number `before`, in one of these states."""

    async def timeline(self, number: int) -> Sequence[Record]:
        """What happened to an incident, oldest first."""

    async def name_alerts(self) -> int:
        """Give some alerts their fingerprints; 0 when none is without."""

    async def lives(self, fingerprint: str, limit: int) -> Sequence[Life]:
        """The newest lives of the alert with this fingerprint, newest first."""

    async def search(self, pairs: Sequence[bytes], limit: int) -> Sequence[Life]:
        """Alerts, known and past, whose canonical labels contain these pairs; newest first."""

    async def story(self, life: Life, limit: int) -> Sequence[Record]:
        """The newest records of an alert and of the groups it was in, oldest first."""

    async def closing(self, group: int) -> Record | None:
        """The record of a group's end, which says what it was."""

    async def rejects(self, limit: int) -> Sequence[PutReject]:
        """The newest bodies that could not be taken, newest first."""


class Made(Protocol):
    """What a template makes, and the template as jinja2 has it."""

    @property
    def text(self) -> str: ...

    @property
    def jinja2(self) -> str: ...


class Render(Protocol):
    """Renders templates that somebody is writing."""

    def __call__(self, text: str, *, body: Any, engine: str, html: bool) -> Made:
        """What it makes of this data, an example if that is None; on whatever thread.

        Raises:
            RenderError: the template is wrong.
            DecodeError: the data is.
        """


class Health(Protocol):
    """Answers the probes. Nothing here may wait for anything."""

    def live(self) -> Check:
        """Whether the loop made progress within the last seconds; if not, a restart helps."""

    def ready(self) -> Check:
        """Whether alerts can be durably accepted and routed now."""

    def startup(self) -> Check:
        """Whether recovery is done."""


class Limits(msgspec.Struct, frozen=True, kw_only=True):
    """What one client may ask of us. `body_bytes` counts what a compressed body inflates to.

    A connection is closed when its first request's head is not complete after `head_seconds`, when
    it was idle for `idle_seconds`, and when it leaves an answer unread for `stall_seconds`. Of more
    than `connections` the one that has waited longest for its next request makes room.
    """

    body_bytes: int = 2 * 1024 * 1024
    body_seconds: float = 10.0
    head_seconds: float = 10.0
    idle_seconds: float = 75.0
    stall_seconds: float = 30.0
    linger_seconds: float = 1.0
    connections: int = 2000
    drain_seconds: float = 4.0


class Rooms(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the web is wired to. What may change with routes.toml is asked for each time.

    `sources` are the HTTP sources by name. `decode_api` reads bodies of Alertmanager's own
    `POST /api/v2/alerts`, `decode_webhook` those of `/webhook/{source}`, by the source's kind.
    `reload` reads routes.toml again and answers every problem; none means that it is in force.
    `resume` ends safe mode, and says whether there was any to end.
    `metrics` is the exposition in Prometheus' text format. `render` uses the templates in
    force; `route_labels` is what a group's route says of it, filled in. `slack_secrets` are those
    with which Slack may sign, empty when there is none;
    `slack_reply` posts to an address that Slack gave, or raises DeliveryError. `local`:
    only this machine can connect. `started_at` is wall time. `version` is our own.
    """

    door: Door
    api: Callable[[], ApiSettings]
    sources: Callable[[], Mapping[str, HttpSource]]
    decode_api: Decode
    decode_webhook: Decode
    history: History
    health: Health
    reload: Callable[[], Awaitable[Sequence[str]]]
    metrics: Callable[[], Awaitable[bytes]]
    render: Render
    signer: Callable[[], Signer]
    slack_secrets: Callable[[], Sequence[Secret]]
    slack_reply: Callable[[str, Mapping[str, Any]], Awaitable[None]]
    local: bool
    started_at: int
    trials: Trials
    route_labels: Callable[[Group], Mapping[str, str]]
    resume: Callable[[], bool] = bool
    version: str = ""
    limits: Limits = Limits()
    traffic: Traffic = msgspec.field(default_factory=Traffic)

    def api_source(self) -> HttpSource:
        """The source that `/api/v2/alerts` belongs to."""
        found = (source for source in self.sources().values() if source.alertmanager_api)
        return next(found, API_SOURCE)
