"""A whole web on loopback: real socket, real front door, real store; only the clock is a hand's."""

import contextlib
import io
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import anyio
import anyio.abc
import msgspec

from router.config.load import Loaded, load
from router.core.link import Link
from router.core.moment import HOUR, to_datetime
from router.core.secret import Secret
from router.core.settings import HttpSource
from router.core.state import State
from router.ingest import alertmanager_api, generic, webhook
from router.ingest.decoded import Decoded, Origin
from router.ingest.keys import Keys
from router.runtime.links import Signer
from router.runtime.loop import Loop
from router.runtime.pulse import Check
from router.runtime.route_labels import RouteLabels
from router.runtime.traffic import Traffic
from router.runtime.trial import Trials
from router.senders.render import Renderer
from router.senders.senders import Senders
from router.store.store import Store
from router.web.rooms import Limits, Rooms
from router.web.server import Server, serving
from support.door import TroubledDoor
from support.hand_clock import HandClock

ROUTES = """
[service]
url = "https://alerts.example.com"
fallback = ["receiver:ops"]
[sources.prom]
kind = "alertmanager"
alertmanager_api = true
[sources.grafana]
kind = "alertmanager"
token = "${GRAFANA}"
[sources.any]
kind = "webhook"
[channels.slack]
signing_secret = "${SIGNING}"
[users.ana]
name = "Ana Lima"
slack = "U02ANA"
webhook = "http://127.0.0.1:9/ana"
[users.bo]
name = "Bo Chen"
webhook = "http://127.0.0.1:9/bo"
[receivers.ops]
console = [{}]
[policies.critical]
rounds = "forever"
[[policies.critical.steps]]
notify = ["user:ana", "receiver:ops"]
wait = "5m"
[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "0s"
[[route.routes]]
matchers = ['severity="critical"']
policy = "critical"
[[inhibit]]
source_matchers = ['alertname="Down"']
target_matchers = ['alertname="Slow"']
equal = ["host"]
"""
TOKENS = """
[api]
tokens = [
  { name = "prom", token = "tok-ingest", may = ["ingest"] },
  { name = "eye", token = "tok-read", may = ["read"] },
  { name = "hand", token = "tok-answer", may = ["answer"] },
  { name = "hush", token = "tok-silence", may = ["silence"] },
  { name = "root", token = "tok-admin", may = ["admin"] },
  { name = "lost", token = "${LOST}", may = ["ingest", "read", "answer", "silence", "admin"] },
]
"""
ENVIRON = {"GRAFANA": "tok-grafana", "SIGNING": "8f742231b10e8888abcd99yyyzzz85a5"}
KEY = b"a key that is long enough for anyone"


class Probe:
    """Health as a test wishes it."""

    def __init__(self) -> None:
        self.check = Check(ok=True)

    def live(self) -> Check:
        return self.check

    def ready(self) -> Check:
        return self.check

    def startup(self) -> Check:
        return self.check


class Site:
    """A running web and all that a test may ask of it or do to it."""

    senders: Senders

    def __init__(self, loop: Loop, store: Store, loaded: Loaded, clock: HandClock) -> None:
        self.loop = loop
        self.store = store
        self.loaded = loaded
        self.clock = clock
        self.door = TroubledDoor(loop)
        self.health = Probe()
        self.problems: list[str] = []
        self.reloads = 0
        self.keys = [KEY]
        self.traffic = Traffic()
        self.printed = io.StringIO()
        self.limits = Limits(drain_seconds=0.5)
        self.server: Server
        self.http: aiohttp.ClientSession
        self._memory: dict[str, Keys] = {}

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server.port}"

    def rooms(self, local: bool, limits: Limits) -> Rooms:
        slack = self.loaded.slack.signing_secret
        return Rooms(
            door=self.door,
            api=lambda: self.loaded.api,
            sources=self._sources,
            decode_api=self._decode_api,
            decode_webhook=self._decode_webhook,
            history=self.store,
            health=self.health,
            reload=self._reload,
            metrics=metrics,
            render=Renderer(lambda: self.loaded.templates, self.clock.now),
            route_labels=RouteLabels(self.door, self.senders, lambda: self.address),
            signer=lambda: Signer(self.keys),
            trials=Trials(self.senders, self.clock.now, lambda: self.address),
            traffic=self.traffic,
            slack_secrets=lambda: [slack] if slack else [],
            slack_reply=self._slack_reply,
            local=local,
            started_at=self.clock.now().wall,
            version="0.1.0",
            limits=limits,
        )

    async def fire(self, **labels: str) -> None:
        """Report one alert by API, as Prometheus would."""
        wall = self.clock.now().wall
        alert = {"labels": labels, "startsAt": rfc3339(wall), "endsAt": rfc3339(wall + HOUR)}
        async with self.http.post("/api/v2/alerts", json=[alert]) as answer:
            assert answer.status == 200, await answer.text()

    async def incident(self, **labels: str) -> int:
        """The number of a new incident."""
        await self.fire(**({"alertname": "Fire", "severity": "critical"} | labels))
        await self.until(lambda: bool(self.loop.state.incidents))
        return max(self.loop.state.incidents)

    async def until(self, condition: Any) -> None:
        """Wait until something is so, which it must be soon."""
        with anyio.fail_after(5):
            while not condition():  # noqa: ASYNC110 - the state tells nobody when it changes.
                await anyio.sleep(0.002)

    def token(self, incident: int, **changed: Any) -> str:
        """The token of an answer link, for Ana unless said otherwise."""
        claims: dict[str, Any] = {
            "instance": self.loop.state.instance,
            "incident": incident,
            "target": "user:ana/webhook",
            "action": "ack",
            "expires_at": self.clock.now().wall + 24 * HOUR,
        }
        return Signer(self.keys).token(Link(**(claims | changed)))

    def _sources(self) -> Mapping[str, HttpSource]:
        return {s.name: s for s in self.loaded.sources if isinstance(s, HttpSource)}

    async def _slack_reply(self, address: str, form: Mapping[str, Any]) -> None:
        at = self.clock.now().wall
        await self.senders.reply_to_slack(self.loaded.slack, address, form, at)

    async def _reload(self) -> list[str]:
        self.reloads += 1
        return self.problems

    def _decode_api(self, body: bytes, *, source: HttpSource, cid: str) -> Decoded:
        state = self.loop.state
        return alertmanager_api.decode(
            body,
            now_wall=self.clock.now().wall,
            source=source.name,
            cid=cid,
            known=state.alerts,
            resolve_timeout=state.configuration.resolve_timeout,
        )

    def _decode_webhook(self, body: bytes, *, source: HttpSource, cid: str) -> Decoded:
        origin = Origin(now=self.clock.now().wall, source=source.name, cid=cid)
        if source.kind == "alertmanager":
            return webhook.decode(body, origin)
        keys = Keys(source.name, lambda: self.loop.state.alerts)
        return generic.decode(body, origin, self._memory.setdefault(source.name, keys))


def rfc3339(wall: int) -> str:
    """A wall time as clients write it."""
    return to_datetime(wall).isoformat()


async def metrics() -> bytes:
    """An exposition that is known when it is seen."""
    return b"tocsin_up 1\n"


@asynccontextmanager
async def site(
    folder: Path,
    *,
    local: bool = True,
    routes: str = ROUTES,
    limits: Limits | None = None,
    environ: Mapping[str, str] = ENVIRON,
    clock: HandClock | None = None,
) -> AsyncIterator[Site]:
    """Serve these routes from a store in this folder."""
    loaded = load(routes.encode(), folder=folder, environ=environ)
    clock = clock or HandClock()
    async with Store.open(folder / "data", ballast_bytes=0) as store:
        loop = Loop(State(loaded.configuration, await store.load()), store, clock)
        here = Site(loop, store, loaded, clock)
        here.limits = limits or here.limits
        async with (
            Senders.open(console=False, out=here.printed) as here.senders,
            anyio.create_task_group() as tasks,
        ):
            rooms = here.rooms(local, here.limits)
            tasks.start_soon(loop.run)
            async with (
                serving(rooms, "127.0.0.1:0") as here.server,
                aiohttp.ClientSession(here.address) as here.http,
            ):
                yield here
            tasks.cancel_scope.cancel()


async def raw(here: Site, sent: bytes, *, seconds: float = 5.0) -> bytes:
    """Everything that comes back for these bytes, until the far side closes."""
    with anyio.fail_after(seconds):
        async with await anyio.connect_tcp("127.0.0.1", here.server.port) as wire:
            await wire.send(sent)
            return await rest(wire)


async def rest(wire: anyio.abc.ByteStream) -> bytes:
    """What still comes until the far side closes, in whatever way."""
    received = b""
    with contextlib.suppress(anyio.EndOfStream, anyio.BrokenResourceError):
        while True:
            received += await wire.receive()
    return received


def bearer(token: str) -> dict[str, str]:
    """The header that presents a token."""
    return {"Authorization": f"Bearer {token}"}


def decoded(text: str) -> Any:
    """What a JSON answer says."""
    return msgspec.json.decode(text)


def secret(value: str) -> Secret:
    """A secret of this value."""
    return Secret("a test", value)
