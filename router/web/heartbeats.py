"""Heartbeats by HTTP: jobs call here, and people see which of them have not."""

from typing import Any, NoReturn

from aiohttp import web

from router.core.event import CheckedIn
from router.core.heartbeat import Beat, Heartbeat
from router.core.moment import SECOND, Now
from router.core.settings import HttpSource
from router.web import body, who
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.text import rfc3339


class Heartbeats:
    """`/heartbeat/{name}` for those who call, `/api/v1/heartbeats` for those who look."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def call(self, request: web.Request) -> web.Response:
        """POST or PUT /heartbeat/{name}[/{token}]: `{"heartbeat": name}`, once it is on disk.

        What the body holds is not looked at. Calls are taken in safe mode too: to refuse them
        would make what is well look missing.
        """
        name = request.match_info["name"]
        expected = self._rooms.door.state.configuration.heartbeats.get(name)
        source = _as_source(expected) if expected else None
        who.require_ingest(request, self._rooms, source, request.match_info.get("token", ""))
        await body.read(request, self._rooms.limits)
        (outcome,) = await self._rooms.door.submit([CheckedIn(name)], urgent=True)
        if outcome.error:
            raise Refused(500, f"the call could not be taken: {outcome.error}")
        if outcome.answer is None or outcome.answer.code != "heard":
            known = ", ".join(sorted(self._rooms.door.state.configuration.heartbeats)) or "none"
            raise Refused(404, f"routes.toml has no heartbeat {name!r}; it has {known}")
        return as_json({"heartbeat": name})

    async def refuse(self, request: web.Request) -> NoReturn:
        """GET /heartbeat/{name}: 405, as a GET changes nothing, and what to do instead."""
        sentence = (
            "a heartbeat is a POST, since browsers, previews and proxies repeat a GET at will:"
            " use `curl -fsS -X POST URL` or `wget -qO- --post-data= URL`"
        )
        raise Refused(405, sentence, code=405, headers={"Allow": "POST, PUT"})

    async def index(self, _request: web.Request) -> web.Response:
        """GET /api/v1/heartbeats: `{"heartbeats": […]}` in the order of routes.toml."""
        state, now = self._rooms.door.state, self._rooms.door.now()
        shown = []
        for name, heartbeat in state.configuration.heartbeats.items():
            beat = state.heartbeats.get(name)
            if beat is not None:
                shown.append(_shown(heartbeat, beat, now))
        return as_json({"heartbeats": shown})


def _as_source(heartbeat: Heartbeat) -> HttpSource:
    return HttpSource(name=heartbeat.name, kind="webhook", token=heartbeat.token)


def _shown(heartbeat: Heartbeat, beat: Beat, now: Now) -> dict[str, Any]:
    left = beat.counted + heartbeat.patience - now.service
    state = "missing" if beat.missing else "late" if left < heartbeat.grace else "up"
    return {
        "name": heartbeat.name,
        "state": "new" if state == "up" and not beat.seen_at else state,
        "every_seconds": heartbeat.every / SECOND,
        "grace_seconds": heartbeat.grace / SECOND,
        "since": rfc3339(beat.since_at),
        "last_seen": rfc3339(beat.seen_at) if beat.seen_at else None,
        "missing_since": rfc3339(beat.missing_at) if beat.missing else None,
        "alerts_at": None if beat.missing else rfc3339(now.wall + max(left, 0)),
        "labels": {"heartbeat": heartbeat.name, **heartbeat.labels},
    }
