"""Takes alerts in: Alertmanager's `POST /api/v2/alerts`, and `/webhook/{source}`."""

from collections.abc import Sequence
from difflib import get_close_matches

import structlog
from aiohttp import web

from router.core.event import KEPT_BYTES, Event, Rejected, Reported
from router.core.settings import HttpSource
from router.errors import DecodeError
from router.runtime.door import Outcome
from router.web import body, who
from router.web.envelope import CID, later
from router.web.refusal import Refused, as_json
from router.web.rooms import Decode, Decoded, Rooms

REASON_LONGEST = 4_000  # Characters of what is wrong with a body.
_CROWDED_SECONDS = 30  # Whose source has too many alerts comes again after so long.

_log = structlog.get_logger("tocsin.ingest")


class Ingest:
    """Every 200 means that all alerts of the request are on disk."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def alerts(self, request: web.Request) -> web.Response:
        """POST /api/v2/alerts: empty when all were taken, else 400 after the good ones were."""
        source = self._rooms.api_source()
        who.require_ingest(request, self._rooms, source)
        body.require_json(request)
        _, problems = await self._take(request, source, self._rooms.decode_api)
        if problems:
            raise Refused(400, "\n".join(problems))
        return web.Response()

    async def webhook(self, request: web.Request) -> web.Response:
        """POST or PUT /webhook/{source}[/{token}]: `{"accepted": n}`.

        200 and nothing else, because some senders know no other success. What the body claims to
        be is not looked at: many senders claim wrong.
        """
        name = request.match_info["source"]
        source = self._rooms.sources().get(name)
        who.require_ingest(request, self._rooms, source, request.match_info.get("token", ""))
        if source is None:
            raise Refused(404, self._unknown(name))
        accepted, problems = await self._take(request, source, self._rooms.decode_webhook)
        if problems:
            answer = {"error": "\n".join(problems), "accepted": accepted}
            return as_json(answer, 400)
        return as_json({"accepted": accepted})

    async def _take(
        self, request: web.Request, source: HttpSource, decode: Decode
    ) -> tuple[int, list[str]]:
        """How many alerts were taken, durably, and what is wrong with each of the others.

        Raises:
            Refused: nothing was taken.
            Overloaded, StoreError: nothing was kept.
        """
        rooms = self._rooms
        payload = await body.read(request, rooms.limits)
        if not rooms.door.accepting:
            raise later("no alerts can be kept at the moment; send them again")
        try:
            decoded = decode(payload, source=source, cid=request[CID])
        except DecodeError as error:
            rejected = _rejected(request, source, payload, [str(error)])
            await rooms.door.submit([rejected])
            status = getattr(error, "status", 400)
            raise Refused(status, str(error), code=getattr(error, "code", status)) from None
        return await self._submit(request, source, payload, decoded)

    async def _submit(
        self, request: web.Request, source: HttpSource, payload: bytes, decoded: Decoded
    ) -> tuple[int, list[str]]:
        """Everything of one request in one submit, what cannot be taken of it too."""
        problems = [*decoded.problems]
        events: list[Event] = [Reported(report) for report in decoded.reports]
        count = len(events)
        if problems:
            events.append(_rejected(request, source, payload, problems))
        insists = source.kind == "webhook"  # Few senders of these come again.
        outcomes = await self._rooms.door.submit(events, insists=insists) if events else []
        failed = [outcome.error for outcome in outcomes[:count] if outcome.error]
        if failed:  # The door has kept each among the rejects.
            sentences = [f"an alert could not be decided on: {error}" for error in failed]
            raise Refused(500, "\n".join(sentences))
        if why := _crowded(outcomes[:count]):
            if insists:  # The door has kept each among the rejects.
                _log.warning("rejected", source=source.name, reason=why, cid=request[CID])
            raise later(why, _CROWDED_SECONDS)
        return count, problems

    def _unknown(self, name: str) -> str:
        known = sorted(self._rooms.sources())
        near = get_close_matches(name, known, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return f"routes.toml has no source {name!r} that posts here{hint}"


def _crowded(outcomes: Sequence[Outcome]) -> str:
    """Why some were not taken, for which there may be room later; empty when all were."""
    texts = [outcome.no_room for outcome in outcomes if outcome.commands and outcome.no_room]
    return f"{len(texts)} of {len(outcomes)} alerts were not taken: {texts[0]}" if texts else ""


def _rejected(
    request: web.Request, source: HttpSource, payload: bytes, problems: list[str]
) -> Rejected:
    """The body and what is wrong with it, for somebody to look at."""
    reason = "\n".join(problems)[:REASON_LONGEST]
    _log.warning("rejected", source=source.name, reason=reason, cid=request[CID])
    return Rejected(source.name, reason, payload[:KEPT_BYTES])
