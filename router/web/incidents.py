"""Incidents by API: list them, show one with its timeline, answer it. See incident_json.py."""

from typing import Any, Literal

import msgspec
import structlog
from aiohttp import web

from router.core.event import Acknowledged, Resolved, Unacknowledged
from router.core.incident import Incident, Status
from router.web import body, incident_json
from router.web.envelope import CID
from router.web.number import whole
from router.web.page import NAME_LONGEST
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.text import one_line
from router.web.who import CALLER

LIMIT = 100
LIMIT_MOST = 1000
NUMBER_MOST = 2**63 - 1

_log = structlog.get_logger("tocsin.answer")


class _Posted(msgspec.Struct):
    """What may stand in an answer's body, which may be empty: who answers, and by what."""

    by: str = ""
    via: Literal["api", "cli"] = "api"
    comment: str = ""


_posted = msgspec.json.Decoder(_Posted).decode
_STATUSES = {**{s.value: (s.value,) for s in Status}, "open": ("triggered", "acknowledged")}
_ACTIONS: dict[str, type[Acknowledged | Unacknowledged | Resolved]] = {
    "ack": Acknowledged,
    "unack": Unacknowledged,
    "resolve": Resolved,
}
_GOOD = {
    "ack": ("acknowledged", "already"),
    "unack": ("unacknowledged", "already"),
    "resolve": ("resolved",),
}


class Incidents:
    """`/api/v1`: for the command line, scripts, and pages of others."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def index(self, request: web.Request) -> web.Response:
        """GET /api/v1/incidents?status=&limit=&before=: newest first.

        `{"incidents": […], "next": n}`; `next` is the `before` of the next page, or null.
        `status` is open, triggered, acknowledged or resolved; all of them without it.
        """
        limit = whole(request, "limit", LIMIT, LIMIT_MOST)
        before = whole(request, "before", 0, NUMBER_MOST) or None
        asked = request.query.get("status", "")
        if asked and asked not in _STATUSES:
            raise Refused(400, f"no status {asked!r}; use one of {', '.join(sorted(_STATUSES))}")
        status = _STATUSES.get(asked)
        await self._rooms.door.settled()
        found = await self._rooms.history.incidents(limit, before, status)
        now = self._rooms.door.now()
        after = found[-1].number if len(found) == limit else None
        return as_json({"incidents": [incident_json.summary(i, now) for i in found], "next": after})

    async def show(self, request: web.Request) -> web.Response:
        """GET /api/v1/incidents/{number}: an incident with its `alerts` and whole `timeline`."""
        number = _number(request)
        await self._rooms.door.settled()
        incident = await self._find(number)
        shown = incident_json.summary(incident, self._rooms.door.now())
        alerts = self._rooms.door.state.alerts_of(incident.group) if incident.open else []
        shown["alerts"] = [incident_json.alert(alert) for alert in alerts]
        shown["timeline"] = incident_json.timeline(await self._rooms.history.timeline(number))
        return as_json(shown)

    async def answer(self, request: web.Request) -> web.Response:
        """POST /api/v1/incidents/{number}/ack, unack or resolve, with `{"by", "via", "comment"}`.

        `{"code", "text", "incident"}`. 200 also when it is so already; 404 for a number that was
        never given; 409 when the incident is over. Without `by` it is the token's name.
        """
        number, action = _number(request), request.match_info["action"]
        posted = _read(await body.read(request, self._rooms.limits))
        by = one_line(posted.by, NAME_LONGEST) or request[CALLER].name or posted.via
        event = _ACTIONS[action](incident=number, by=by, via=posted.via)
        outcome = (await self._rooms.door.submit([event], urgent=True))[0]
        answer = outcome.answer
        if outcome.error or answer is None:
            raise Refused(500, f"incident {number} could not be answered: {outcome.error}")
        comment = one_line(posted.comment, 1000)
        _log.info("answered", action=action, incident=number, by=by, cid=request[CID], said=comment)
        if answer.code == "unknown":
            raise Refused(404, answer.text)
        incident = await self._find(number)
        told: dict[str, Any] = {
            "code": answer.code,
            "text": answer.text,
            "incident": incident_json.summary(incident, self._rooms.door.now()),
        }
        return as_json(told, 200 if answer.code in _GOOD[action] else 409)

    async def rejects(self, request: web.Request) -> web.Response:
        """GET /api/v1/rejects?limit=: `{"rejects": […]}`, bodies not taken, newest first."""
        limit = whole(request, "limit", LIMIT, LIMIT_MOST)
        await self._rooms.door.settled()
        found = await self._rooms.history.rejects(limit)
        return as_json({"rejects": [incident_json.reject(kept) for kept in found]})

    async def _find(self, number: int) -> Incident:
        """From memory while it is open: there the next step's time is exact."""
        incident = self._rooms.door.state.incidents.get(number)
        if incident is None:
            incident = await self._rooms.history.incident(number)
        if incident is None:
            raise Refused(404, f"there is no incident {number}")
        return incident


def _number(request: web.Request) -> int:
    text = request.match_info["number"]
    if not text.isascii() or not text.isdigit() or int(text[:20]) > NUMBER_MOST:
        raise Refused(404, f"there is no incident {text[:20]!r}")
    return int(text)


def _read(payload: bytes) -> _Posted:
    if not payload.strip():
        return _Posted()
    try:
        return _posted(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refused(400, f"the body cannot be read: {error}") from None
