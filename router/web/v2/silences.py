"""Silences by API: list, look at, make or change, and end them."""

import re
import uuid
from collections.abc import Iterable
from typing import Any

import structlog
from aiohttp import web

from router.core.event import Silenced
from router.core.matcher import Matcher
from router.core.silence import Silence, SilenceError, decide_update, expire, in_order
from router.web import body
from router.web.breadth import FORCED, breadth, forced, refuse_too_much
from router.web.envelope import CID
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.text import rfc3339
from router.web.v2 import posted, query
from router.web.who import CALLER

_UUID = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{4}\1[0-9a-f]{12}", re.I)
_log = structlog.get_logger("tocsin.silence")


class SilencesApi:
    """`/api/v2/silences` and `/api/v2/silence/{id}`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def index(self, request: web.Request) -> web.Response:
        """Active ones by end, pending by start, expired ones newest first.

        A `filter` finds silences that have exactly this matcher.
        """
        wanted = query.filters(request)
        states = [s for s in ("active", "pending", "expired") if query.flag(request, s)]
        wall = self._rooms.door.now().wall
        exactly = set(wanted)
        found = (
            silence
            for silence in self._rooms.door.state.silences.all()
            if silence.state(wall) in states and exactly <= set(silence.matchers)
        )
        return as_json([gettable(silence, wall) for silence in in_order(found, wall)])

    async def show(self, request: web.Request) -> web.Response:
        """One silence; 404 with an empty body when there is none."""
        silence = self._rooms.door.state.silences.get(_id(request))
        if silence is None:
            return web.Response(status=404)
        return as_json(gettable(silence, self._rooms.door.now().wall))

    async def post(self, request: web.Request) -> web.Response:
        """Make or change one, durably: `{"silenceID": …}`, the same id where it may stay."""
        body.require_json(request)
        raw = await body.read(request, self._rooms.limits)
        silence = posted.read(raw)
        known = self._rooms.door.state.silences.get(silence.id)
        wall = self._rooms.door.now().wall
        try:
            update = decide_update(silence, known, wall, str(uuid.uuid4()))
        except SilenceError as error:
            raise Refused(404 if error.code == "not found" else 400, str(error)) from None
        refuse_too_much(self._rooms, update.id, len(raw))
        if known is None or known.matchers != silence.matchers:
            await self._refuse_too_broad(request, silence)
        await self._keep(request, update.silences)
        return as_json({"silenceID": update.id})

    async def _refuse_too_broad(self, request: web.Request, silence: Silence) -> None:
        """Upstream takes whatever matches everything. Where many alerts fire, it must be meant."""
        if self._rooms.api().broad_silences == "allow" or forced(request, silence.comment):
            return
        hit = await breadth(self._rooms.door.state, silence.matchers)
        if objection := hit.objection(compatible=True):
            sentence = f'{objection}; narrow its matchers, or begin the comment with "{FORCED}"'
            raise Refused(400, f"{sentence} (or ask with ?force=true) if that is meant")

    async def end(self, request: web.Request) -> web.Response:
        """End one now, durably; ending it again changes nothing."""
        known = self._rooms.door.state.silences.get(_id(request))
        if known is None:
            return web.Response(status=404)
        ended = expire(known, self._rooms.door.now().wall)
        if ended != known:
            await self._keep(request, (ended,))
        return web.Response()

    async def _keep(self, request: web.Request, silences: tuple[Silence, ...]) -> None:
        outcome = (await self._rooms.door.submit([Silenced(silences)], urgent=True))[0]
        if outcome.error:
            raise Refused(500, f"the silence could not be kept: {outcome.error}")
        ids = [silence.id for silence in silences]
        _log.info("silenced", silences=ids, by=request[CALLER].name, cid=request[CID])


def gettable(silence: Silence, wall: int) -> dict[str, Any]:
    """The `gettableSilence` of the API."""
    return {
        "id": silence.id,
        "status": {"state": silence.state(wall)},
        "updatedAt": rfc3339(silence.updated_at),
        "annotations": dict(silence.annotations),
        "comment": silence.comment,
        "createdBy": silence.created_by,
        "endsAt": rfc3339(silence.ends_at),
        "matchers": list(_matchers(silence.matchers)),
        "startsAt": rfc3339(silence.starts_at),
    }


def _matchers(matchers: Iterable[Matcher]) -> Iterable[dict[str, Any]]:
    for matcher in matchers:
        yield {
            "isEqual": not matcher.is_negative,
            "isRegex": matcher.is_regex,
            "name": matcher.name,
            "value": matcher.value,
        }


def _id(request: web.Request) -> str:
    text = request.match_info["id"]
    if not _UUID.fullmatch(text):
        raise Refused(422, f'silenceID in path must be of type uuid: "{text}"', code=601)
    return text
