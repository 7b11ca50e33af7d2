"""Local servers that speak the channels' protocols, remember what came, and answer as scripted."""

import asyncio
import base64
import contextlib
import json
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import parse_qsl

from aiohttp import web
from multidict import CIMultiDictProxy


@dataclass(frozen=True)
class Answer:
    """What to do with one request; None for `status` or `body` means the protocol's success.

    `hang` waits that many seconds first, `stall` between the headers and the body. `reset` breaks
    the connection with a RST, `drop` closes it without a word, `raw` sends these bytes and closes.
    """

    status: int | None = None
    body: bytes | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    hang: float = 0
    stall: float = 0
    reset: bool = False
    drop: bool = False
    raw: bytes | None = None


@dataclass(frozen=True)
class Request:
    """One request as it came. `at` is the event loop's time of its arrival."""

    method: str
    path: str
    headers: CIMultiDictProxy[str]
    body: bytes
    at: float

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))


class HttpServer:
    """Answers 200 and nothing, to everything. Scripted `answers` are used up one a request."""

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.answers: list[Answer] = []
        self.url = ""
        self._closing = asyncio.Event()
        self._arrival = asyncio.Event()

    @classmethod
    @asynccontextmanager
    async def open(cls, tls: ssl.SSLContext | None = None, port: int = 0) -> AsyncIterator[Self]:
        """Serve on loopback until left."""
        server = cls()
        app = web.Application(client_max_size=16 * 1024 * 1024)
        app.router.add_route("*", "/{path:.*}", server._handle)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls)
        await site.start()
        host, bound = runner.addresses[0][:2]
        server.url = f"{'https' if tls else 'http'}://{'localhost' if tls else host}:{bound}"
        try:
            yield server
        finally:
            server._closing.set()
            await runner.cleanup()

    @property
    def bodies(self) -> list[bytes]:
        """The body of every request, in order."""
        return [request.body for request in self.requests]

    async def received(self, count: int, seconds: float = 5) -> list[Request]:
        """Wait until that many requests have come; the first of them."""
        async with asyncio.timeout(seconds):
            while len(self.requests) < count:
                self._arrival.clear()
                await self._arrival.wait()
        return self.requests[:count]

    def success(self, request: Request) -> Answer:
        """What the protocol answers when nothing is wrong."""
        return Answer(status=200, body=b"")

    async def _handle(self, asked: web.Request) -> web.StreamResponse:
        request = Request(
            method=asked.method,
            path=asked.path_qs,
            headers=asked.headers,
            body=await asked.read(),
            at=asyncio.get_running_loop().time(),
        )
        self.requests.append(request)
        self._arrival.set()
        usual = self.success(request)
        scripted = self.answers.pop(0) if self.answers else Answer()
        await self._wait(scripted.hang)
        if scripted.reset or scripted.drop or scripted.raw is not None:
            return self._break(asked, scripted)
        body = usual.body if scripted.body is None else scripted.body
        response = web.StreamResponse(
            status=scripted.status or usual.status or 200,
            headers={"Content-Type": "application/json", **usual.headers, **scripted.headers},
        )
        response.content_length = len(body or b"")
        await response.prepare(asked)
        await self._wait(scripted.stall)
        await response.write(body or b"")
        await response.write_eof()
        return response

    async def _wait(self, seconds: float) -> None:
        if seconds:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), seconds)

    def _break(self, asked: web.Request, scripted: Answer) -> web.StreamResponse:
        transport = asked.transport
        if transport is not None:
            if scripted.raw is not None:
                transport.write(scripted.raw)
            if scripted.reset:
                linger = struct.pack("ii", 1, 0)
                connection = transport.get_extra_info("socket")
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                transport.abort()
            transport.close()
        return web.Response()


class WebhookServer(HttpServer):
    """Takes webhooks, and what Apprise's json:// sends."""

    @property
    def apprise_url(self) -> str:
        """This server as an Apprise URL."""
        return self.url.replace("http://", "json://")


class SlackServer(HttpServer):
    """Answers `chat.postMessage` (below /api) and incoming webhooks (any other path).

    `token` is the only bot token it takes. Every channel's id is `channel_id`, or, where that is
    empty, what it was called by.
    """

    token = "xoxb-test-token"
    channel_id = "C0TEST"

    @property
    def api_url(self) -> str:
        """What `api_url` of a Slack integration is set to."""
        return f"{self.url}/api"

    def success(self, request: Request) -> Answer:
        if not request.path.startswith("/api/"):
            return Answer(status=200, body=b"ok", headers={"Content-Type": "text/html"})
        if request.headers.get("Authorization") != f"Bearer {self.token}":
            return Answer(status=200, body=b'{"ok":false,"error":"invalid_auth"}')
        channel = self.channel_id or request.json()["channel"]
        said = {"ok": True, "channel": channel, "ts": f"1700000000.{len(self.requests):06d}"}
        return Answer(status=200, body=json.dumps(said).encode())

    @staticmethod
    def refuses(error: str) -> Answer:
        """The Web API's way to refuse."""
        return Answer(status=200, body=json.dumps({"ok": False, "error": error}).encode())


class TwilioServer(HttpServer):
    """Answers Twilio's Messages.json for one account."""

    account = "AC00000000000000000000000000000000"
    token = "twilio-test-token"

    def success(self, request: Request) -> Answer:
        login = base64.b64encode(f"{self.account}:{self.token}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {login}":
            return self.refuses(20003, "Authenticate", status=401)
        if request.path != f"/2010-04-01/Accounts/{self.account}/Messages.json":
            return self.refuses(20404, "The requested resource was not found", status=404)
        said = {"sid": f"SM{len(self.requests):032d}", "status": "queued", "error_code": None}
        return Answer(status=201, body=json.dumps(said).encode())

    @staticmethod
    def refuses(code: int, message: str = "no", status: int = 400) -> Answer:
        """Twilio's way to refuse."""
        said = {"code": code, "message": message, "more_info": "", "status": status}
        return Answer(status=status, body=json.dumps(said).encode())


class PagerdutyServer(HttpServer):
    """Answers the Events API v2, and keeps the alerts its events opened by dedup key."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: dict[str, str] = {}

    def success(self, request: Request) -> Answer:
        event = request.json()
        known = ("trigger", "acknowledge", "resolve")
        if request.path != "/v2/enqueue" or event.get("event_action") not in known:
            return Answer(status=400, body=b'{"status":"invalid event","errors":[]}')
        key = event["dedup_key"]
        states = {"trigger": "triggered", "acknowledge": "acknowledged", "resolve": "resolved"}
        if event["event_action"] == "trigger" or key in self.alerts:
            self.alerts[key] = states[event["event_action"]]
        said = {"status": "success", "message": "Event processed", "dedup_key": key}
        return Answer(status=202, body=json.dumps(said).encode())
