"""Probes, metrics, and reload: `/health/*` and Alertmanager's `/-/*`."""

from aiohttp import web

from router.runtime.pulse import Check
from router.web import who
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms

_EXPOSITION = "text/plain; version=0.0.4; charset=utf-8"


class Probes:
    """Answers whoever watches the process. None of these waits for the disk."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def live(self, request: web.Request) -> web.Response:
        """200 while the loop makes progress; 503 when only a restart helps."""
        return self._told(request, self._rooms.health.live())

    async def ready(self, request: web.Request) -> web.Response:
        """200 when alerts can be kept and routed now, if `degraded` with problems; else 503."""
        return self._told(request, self._rooms.health.ready())

    async def startup(self, request: web.Request) -> web.Response:
        """200 once recovery is done."""
        return self._told(request, self._rooms.health.startup())

    async def healthy(self, _request: web.Request) -> web.Response:
        """Alertmanager's liveness probe: `OK`."""
        return _plain(self._rooms.health.live())

    async def prepared(self, _request: web.Request) -> web.Response:
        """Alertmanager's readiness probe: `OK`."""
        return _plain(self._rooms.health.ready())

    async def metrics(self, _request: web.Request) -> web.Response:
        """The metrics, in Prometheus' text format."""
        return web.Response(body=await self._rooms.metrics(), headers={"Content-Type": _EXPOSITION})

    async def reload(self, _request: web.Request) -> web.Response:
        """Read routes.toml again. Empty when it is in force, else 500 with every problem."""
        problems = await self._rooms.reload()
        if problems:
            raise Refused(
                500, "\n".join([f"failed to reload config: {problems[0]}", *problems[1:]])
            )
        return web.Response()

    async def resume(self, _request: web.Request) -> web.Response:
        """End safe mode: alerts are taken again. `{"safe_mode": was}`."""
        return as_json({"safe_mode": self._rooms.resume()})

    def _told(self, request: web.Request, check: Check) -> web.Response:
        """Problems may name addresses and errors of others, so they need the scope read."""
        status = ("degraded" if check.problems else "ok") if check.ok else "unavailable"
        answer: dict[str, object] = {"status": status}
        if check.problems and who.may(request, self._rooms, "read"):
            answer["problems"] = check.problems
        return as_json(answer, 200 if check.ok else 503)


def _plain(check: Check) -> web.Response:
    return web.Response(text="OK" if check.ok else "Unavailable", status=200 if check.ok else 503)
