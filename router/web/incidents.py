"""Incidents by API: list them, show one with its timeline, answer it. See incident_json.py."""

from collections.abc import Callable
from typing import TypeVar

import msgspec
import structlog
from aiohttp import web

from router.core.by_hand import KEY_LONGEST, TEXT_LONGEST
from router.core.command import Answer
from router.core.event import Raised
from router.core.incident import Incident, Status
from router.web import body, incident_json
from router.web.actions import GOOD, Posted, PostedPage, doing
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

T = TypeVar("T")
_log = structlog.get_logger("tocsin.answer")

_posted = msgspec.json.Decoder(Posted).decode
_page = msgspec.json.Decoder(PostedPage).decode
_OPEN = tuple(status.value for status in Status if status is not Status.RESOLVED)
_STATUSES = {**{status.value: (status.value,) for status in Status}, "open": _OPEN}


class Incidents:
    """`/api/v1`: for the command line, scripts, and pages of others."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def index(self, request: web.Request) -> web.Response:
        """GET /api/v1/incidents?status=&limit=&before=: newest first.

        `{"incidents": […], "next": n}`; `next` is the `before` of the next page, or null.
        `status` is open, triggered, acknowledged, snoozed or resolved; all of them without it.
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
        """POST /api/v1/incidents/{number}/ACTION; every body may hold `by`, `via`, `comment`.

        ACTION is ack, unack, resolve, snooze (`for` or `until`), unsnooze, escalate (`version`: the
        one that was seen), reassign and responders (`to`: names), or note (its `comment`).
        `{"code", "text", "incident"}`. 200 also when it is so already; 400 for what cannot be
        meant, 404 for a number that was never given, 409 when it cannot be done now. Without `by`
        it is the token's name.
        """
        number, action = _number(request), request.match_info["action"]
        posted = _read(_posted, await body.read(request, self._rooms.limits)) or Posted()
        by = one_line(posted.by, NAME_LONGEST) or request[CALLER].name or posted.via
        event = doing(action, number, by, posted, self._rooms.door.now())
        outcome = (await self._rooms.door.submit([event], urgent=True))[0]
        answer = outcome.answer
        if outcome.error or answer is None:
            raise Refused(500, f"incident {number} could not be answered: {outcome.error}")
        said = event.comment
        _log.info("answered", action=action, incident=number, by=by, cid=request[CID], said=said)
        if answer.code in ("unknown", "invalid"):
            raise Refused(404 if answer.code == "unknown" else 400, answer.text)
        return await self._told(answer, number, 200 if answer.code in GOOD[action] else 409)

    async def page(self, request: web.Request) -> web.Response:
        """POST /api/v1/incidents with `{"to", "text"}`: page somebody by hand.

        `to` is a user, policy, team or schedule. 201 with the incident; 200 with the same one when
        the request, by its `key` or its header Idempotency-Key, was done before.
        """
        posted = _read(_page, await body.read(request, self._rooms.limits)) or PostedPage()
        by = one_line(posted.by, NAME_LONGEST) or request[CALLER].name or posted.via
        key = posted.key or request.headers.get("Idempotency-Key", "")
        if len(key) > KEY_LONGEST:
            raise Refused(400, f"a key has at most {KEY_LONGEST} characters")
        event = Raised(
            to=one_line(posted.to, NAME_LONGEST),
            text=one_line(posted.text, TEXT_LONGEST),
            by=by,
            via=posted.via,
            key=f"{request[CALLER].name}:{key}" if key else "",
        )
        outcome = (await self._rooms.door.submit([event], urgent=True))[0]
        answer = outcome.answer
        if outcome.error or answer is None:
            raise Refused(500, f"the page could not be recorded: {outcome.error}")
        _log.info("paged", incident=answer.incident, to=event.to, by=by, cid=request[CID])
        if answer.code not in ("raised", "repeated"):
            raise Refused(409 if answer.code == "conflict" else 400, answer.text)
        return await self._told(answer, answer.incident, 201 if answer.code == "raised" else 200)

    async def _told(self, answer: Answer, number: int, status: int) -> web.Response:
        await self._rooms.door.settled()
        incident = incident_json.summary(await self._find(number), self._rooms.door.now())
        return as_json({"code": answer.code, "text": answer.text, "incident": incident}, status)

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


def _read(decode: Callable[[bytes], T], payload: bytes) -> T | None:
    """What a body holds; None when it is empty."""
    if not payload.strip():
        return None
    try:
        return decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refused(400, f"the body cannot be read: {error}") from None
