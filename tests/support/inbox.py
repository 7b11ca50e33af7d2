"""Whatever a service posts by HTTP arrives here and is taken."""

import json
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, NamedTuple, Self

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


class Inbox:
    """A web server on loopback; an async context manager. Paths tell receivers apart."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self._runner: web.AppRunner | None = None
        self.url = ""

    def to(self, path: str, **found: object) -> list[Letter]:
        """What arrived at a path, of which all this is so.

        `event` is what happened to the incident; other words are texts at the top of the body,
        such as `status`.
        """
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
        return web.Response()

    async def __aenter__(self) -> Self:
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
    top = {key: value for key, value in body.items() if isinstance(value, str)}
    return {**top, "event": (body.get("incident") or {}).get("event")}
