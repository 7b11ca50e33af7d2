"""Silences by our own API: look at what one would hit, make one that ends by itself."""

import uuid
from datetime import datetime

import msgspec
import structlog
from aiohttp import web

from router.core.event import Silenced
from router.core.labels import decode, fingerprint
from router.core.moment import DAY, SECOND, from_datetime
from router.core.silence import Silence, SilenceError, decide_update
from router.web import body
from router.web.breadth import Breadth, breadth, forced, refuse_too_much
from router.web.envelope import CID
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.text import rfc3339
from router.web.v2 import posted
from router.web.who import CALLER

LISTED = 100  # So many of the alerts are named.
LONGEST = 30 * DAY  # A silence that lasts until something is over ends then at the latest.
AWAITED_MOST = 1_000
UNTIL = "tocsin.until"  # The annotation by which Alertmanager's clients can see it.

_log = structlog.get_logger("tocsin.silence")


class _Wanted(msgspec.Struct):
    """How long it lasts: one of three; who makes it and why."""

    until: str = ""
    for_seconds: float = 0
    ends_at: str = ""
    created_by: str = ""
    comment: str = ""
    force: bool = False


_wanted = msgspec.json.Decoder(_Wanted).decode


class Silences:
    """`/api/v1/silences`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def preview(self, request: web.Request) -> web.Response:
        """POST `{"matchers": […]}`, as a silence has them: which firing alerts they match.

        `{"matched", "firing", "alerts": […], "warnings": […]}`; `alerts` are the first hundred,
        and a warning is a sentence about a silence that is probably wider than was meant.
        """
        matchers = posted.matchers(await body.read(request, self._rooms.limits))
        return as_json(_shown(await breadth(self._rooms.door.state, matchers)))

    async def make(self, request: web.Request) -> web.Response:
        """POST /api/v1/silences with `matchers` and one of `for_seconds`, `ends_at`, `until`.

        `"until": "resolved"` ends it by itself once every alert it hits now is over. 409 when it
        is wider than was probably meant and neither `force` nor the comment says that it is.
        """
        payload = await body.read(request, self._rooms.limits)
        matchers, wanted = posted.matchers(payload), _read(payload)
        refuse_too_much(self._rooms, "", len(payload))
        state, wall = self._rooms.door.state, self._rooms.door.now().wall
        hit = await breadth(state, matchers)
        if self._rooms.api().broad_silences == "refuse" and not wanted.force:
            objection = hit.objection(compatible=False)
            if objection and not forced(request, wanted.comment):
                sentence = f"{objection}; narrow its matchers, or say force if that is meant"
                raise Refused(409, sentence)
        silence = Silence(
            id="",
            matchers=matchers,
            starts_at=wall,
            ends_at=_end(wanted, wall),
            created_by=wanted.created_by or request[CALLER].name,
            comment=wanted.comment,
            annotations={UNTIL: "resolved"} if wanted.until else {},
            until=_awaited(hit) if wanted.until else (),
        )
        try:
            update = decide_update(silence, None, wall, str(uuid.uuid4()))
        except SilenceError as error:
            raise Refused(400, str(error)) from None
        outcome = (await self._rooms.door.submit([Silenced(update.silences)], urgent=True))[0]
        if outcome.error:
            raise Refused(500, f"the silence could not be kept: {outcome.error}")
        _log.info("silenced", silences=[update.id], by=silence.created_by, cid=request[CID])
        kept = state.silences.get(update.id)
        ends_at = kept.ends_at if kept else silence.ends_at
        return as_json({**_shown(hit), "id": update.id, "ends_at": rfc3339(ends_at)})


def _shown(hit: Breadth) -> dict[str, object]:
    named = [decode(alert.labels) for alert in hit.matched[:LISTED]]
    return {
        "matched": len(hit.matched),
        "firing": hit.firing,
        "alerts": [{"fingerprint": fingerprint(labels), "labels": labels} for labels in named],
        "warnings": hit.warnings(),
    }


def _read(payload: bytes) -> _Wanted:
    try:
        wanted = _wanted(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refused(400, f"the body cannot be read: {error}") from None
    if sum(map(bool, (wanted.until, wanted.for_seconds, wanted.ends_at))) != 1:
        raise Refused(400, "say for how long: one of for_seconds, ends_at and until")
    if wanted.until not in ("", "resolved"):
        raise Refused(400, f'until={wanted.until[:40]!r} is not known; it can be "resolved"')
    return wanted


def _end(wanted: _Wanted, wall: int) -> int:
    if wanted.until:
        return wall + LONGEST
    if wanted.for_seconds:
        if not 0 < wanted.for_seconds < 10 * 365 * 86_400:
            raise Refused(400, "for_seconds must be more than nothing, and less than ten years")
        return wall + int(wanted.for_seconds * SECOND)
    try:
        return from_datetime(datetime.fromisoformat(wanted.ends_at))
    except ValueError:
        sentence = f"ends_at={wanted.ends_at[:40]!r} is no time; write it like 2026-05-01T12:30:00Z"
        raise Refused(400, sentence) from None


def _awaited(hit: Breadth) -> tuple[int, ...]:
    if not hit.matched:
        raise Refused(400, "it matches nothing that fires now, so there is no end to wait for")
    if len(hit.matched) > AWAITED_MOST:
        sentence = (
            f"it matches {len(hit.matched)} alerts, more than the {AWAITED_MOST} it can await"
        )
        raise Refused(400, f"{sentence}; say for how long instead")
    return tuple(alert.id for alert in hit.matched)
