"""Whatever a service posts by HTTP arrives here, and is answered as the test wishes."""

import json
import time
from collections import defaultdict, deque
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple

import anyio
from aiohttp import web

from support.eventually import eventually


class Letter(NamedTuple):
    """One request as it arrived; `at` is monotonic seconds."""

    at: float
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON."""
        return json.loads(self.body)


class Reaction(NamedTuple):
    """How to answer one request; after `seconds`, so that a time-out is one that is too long."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = {}
    seconds: float = 0.0


class Inbox:
    """A web server on loopback; an async context manager. Paths tell receivers apart."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self._planned: dict[str, deque[Reaction]] = defaultdict(deque)
        self._runner: web.AppRunner | None = None
        self.url = ""

    def plan(self, path: str, *reactions: Reaction) -> None:
        """Answer the next requests to a path so, one after another; then with 200 again."""
        self._planned[path].extend(reactions)

    def to(self, path: str, **found: object) -> list[Letter]:
        """What arrived at a path; `status="firing"` picks bodies whose top level says so."""
        letters = [letter for letter in self.letters if letter.path == path]
        return [x for x in letters if not found or found.items() <= _flat(x).items()]

    async def wait(
        self, path: str, count: int = 1, *, seconds: float = 10.0, **found: object
    ) -> list[Letter]:
        """At least `count` letters like this, once they are there."""

        def enough() -> list[Letter]:
            letters = self.to(path, **found)
            return letters if len(letters) >= count else []

        what = f"{count} at {path} {found or ''}".strip()
        try:
            return await eventually(what, enough, seconds=seconds)
        except AssertionError as error:
            got = [(x.path, x.body[:200]) for x in self.letters]
            raise AssertionError(f"{error}; all that arrived: {got}") from None

    async def _take(self, request: web.Request) -> web.Response:
        at = time.monotonic()
        body = await request.read()
        self.letters.append(Letter(at, request.path, request.headers.copy(), body))
        planned = self._planned[request.path]
        reaction = planned.popleft() if planned else Reaction()
        if reaction.seconds:
            await anyio.sleep(reaction.seconds)
        return web.Response(
            status=reaction.status, body=reaction.body, headers=dict(reaction.headers)
        )

    async def __aenter__(self) -> "Inbox":
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        host, port = self._runner.addresses[0][:2]
        self.url = f"http://{host}:{port}"
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self._runner is not None
        with anyio.CancelScope(shield=True):
            await self._runner.cleanup()


def _flat(letter: Letter) -> dict[str, object]:
    try:
        body = letter.json()
    except ValueError:
        return {}
    if not isinstance(body, dict):
        return {}
    incident = body.get("incident")
    event = incident.get("event") if isinstance(incident, dict) else None
    top = {key: value for key, value in body.items() if isinstance(value, str)}
    return {**top, "event": event}
