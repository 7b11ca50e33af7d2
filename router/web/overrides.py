"""Overrides by API: list them, make one, swap turns, take one back."""

from collections.abc import Mapping
from typing import Any, Literal, TypeVar

import msgspec
import structlog
from aiohttp import web

from router.core import civil
from router.core.command import PutOverride
from router.core.event import Event, Overridden, OverrideRemoved, Swapped
from router.core.override import PostedOverride
from router.core.schedule import Override
from router.web import body
from router.web.envelope import CID
from router.web.page import NAME_LONGEST
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.schedules import moment, named
from router.web.text import one_line
from router.web.who import CALLER

T = TypeVar("T")

SHIFTS_MAX = 100
COMMENT_LONGEST = 1000
_STATUS = {"unknown": 404, "invalid": 400, "conflict": 409}

_log = structlog.get_logger("tocsin.override")


class _Span(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    from_: str = msgspec.field(default="", name="from")
    to: str = ""


class _Asked(_Span, kw_only=True):
    schedule: str
    by: str = ""
    via: Literal["api", "cli"] = "api"
    comment: str = ""


class _Shift(_Span, kw_only=True):
    users: list[str]


class _Posted(_Asked, kw_only=True):
    users: list[str] | None = None
    add: list[str] = []
    remove: list[str] = []
    replace: dict[str, str] = {}
    shifts: list[_Shift] = []


class _Swap(_Asked, kw_only=True):
    user: str
    taker: str
    back: _Span | None = None


_posted = msgspec.json.Decoder(_Posted)
_swap = msgspec.json.Decoder(_Swap)


class Overrides:
    """`/api/v1/overrides` and `/api/v1/swaps`: exceptions to a schedule, made while it runs."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def index(self, request: web.Request) -> web.Response:
        """GET /api/v1/overrides?schedule=&all=: `{"overrides": […]}`, oldest first.

        Those not yet over, or with `all=true` all that are kept.
        """
        asked, wall = request.query.get("schedule", ""), self._rooms.door.now().wall
        everything = request.query.get("all", "") == "true"
        found = [
            self._shown(each)
            for each in self._rooms.door.state.overrides.values()
            if asked in ("", each.schedule) and (everything or each.state(wall) != "over")
        ]
        return as_json({"overrides": found})

    async def post(self, request: web.Request) -> web.Response:
        """POST /api/v1/overrides: `{"schedule", "from", "to", …}`, `{"code", "text", "overrides"}`.

        One of `users` (on call instead of the layers; `[]` is nobody), `add`, `remove`, and
        `replace` (`{"ana": "bo"}`: Bo carries what Ana would), or `shifts` (`[{"from", "to",
        "users"}]`), outside of which nobody is on call from `from` to `to`. Times are ISO 8601,
        local to the schedule without an offset; `from` is now if it is left out.
        """
        posted = _read(await body.read(request, self._rooms.limits), _posted)
        zone = self._zone(posted.schedule)
        start, end = self._span(posted, zone)
        if posted.shifts:
            changes = self._temporary(posted, start, end, zone)
        else:
            users = None if posted.users is None else _names(posted.users)
            one = Override(
                start=start,
                end=end,
                users=users,
                add=_names(posted.add),
                remove=_names(posted.remove),
                replace=tuple(posted.replace.items()),
            )
            changes = (one,)
        event = Overridden(
            schedule=posted.schedule,
            overrides=changes,
            by=self._by(request, posted),
            via=posted.via,
            comment=one_line(posted.comment, COMMENT_LONGEST),
        )
        return await self._submit(request, event, 201)

    async def swap(self, request: web.Request) -> web.Response:
        """POST /api/v1/swaps: `{"schedule", "user", "taker", "from", "to", "back"}`.

        `taker` takes the turns that `user` has from `from` to `to`, and `user` those of `taker` in
        `back` (`{"from", "to"}`), if it is given. Answers as POST /api/v1/overrides does.
        """
        posted = _read(await body.read(request, self._rooms.limits), _swap)
        zone = self._zone(posted.schedule)
        start, end = self._span(posted, zone)
        event = Swapped(
            schedule=posted.schedule,
            user=posted.user,
            taker=posted.taker,
            start=start,
            end=end,
            back=self._span(posted.back, zone) if posted.back else None,
            by=self._by(request, posted),
            via=posted.via,
            comment=one_line(posted.comment, COMMENT_LONGEST),
        )
        return await self._submit(request, event, 201)

    async def remove(self, request: web.Request) -> web.Response:
        """DELETE /api/v1/overrides/{id}?by=&via=: from now on it does not count, nor what it is
        part of. 200 also when it is over already."""
        text = request.match_info["id"]
        if not text.isascii() or not text.isdigit() or len(text) > 18:
            raise Refused(404, f"there is no override {text[:20]!r}")
        by = one_line(request.query.get("by", ""), NAME_LONGEST) or request[CALLER].name
        via = "cli" if request.query.get("via") == "cli" else "api"
        event = OverrideRemoved(id=int(text), by=by or via, via=via)
        return await self._submit(request, event, 200)

    async def _submit(self, request: web.Request, event: Event, good: int) -> web.Response:
        (outcome,) = await self._rooms.door.submit([event], urgent=True)
        answer = outcome.answer
        if outcome.error or answer is None:
            raise Refused(500, f"the schedule could not be changed: {outcome.error}")
        if answer.code in _STATUS:
            raise Refused(_STATUS[answer.code], answer.text)
        made = [c.override for c in outcome.commands if isinstance(c, PutOverride)]
        _log.info("schedule overridden", code=answer.code, said=answer.text, cid=request[CID])
        told = {"code": answer.code, "text": answer.text, "overrides": [*map(self._shown, made)]}
        return as_json(told, good)

    def _zone(self, schedule: str) -> str:
        return named(self._rooms.door.state.configuration, schedule).timezone

    def _span(self, posted: _Span, zone: str) -> tuple[int, int]:
        start = moment(posted.from_, "from", zone) or self._rooms.door.now().wall
        end = moment(posted.to, "to", zone)
        if end is None:
            raise Refused(400, "to: it needs an end, such as 2026-05-01T12:30")
        return start, end

    def _temporary(self, posted: _Posted, start: int, end: int, zone: str) -> tuple[Override, ...]:
        """Nobody, and a shift here and there."""
        if posted.users is not None or posted.add or posted.remove or posted.replace:
            raise Refused(400, "shifts: they say who is on call; leave out users, add, remove")
        if len(posted.shifts) > SHIFTS_MAX:
            raise Refused(400, f"shifts: more than {SHIFTS_MAX}")
        found = [Override(start=start, end=end, users=())]
        for shift in posted.shifts:
            begins, ends = self._span(shift, zone)
            if begins < start or ends > end:
                raise Refused(400, f"shifts: the one from {shift.from_!r} is not within the span")
            found.append(Override(start=begins, end=ends, add=_names(shift.users)))
        return tuple(found)

    def _by(self, request: web.Request, posted: _Asked) -> str:
        return one_line(posted.by, NAME_LONGEST) or request[CALLER].name or posted.via

    def _shown(self, each: PostedOverride) -> dict[str, Any]:
        state = self._rooms.door.state
        return shown(each, state.filed.schedules, self._rooms.door.now().wall) | {
            "ignored": each.flaw(state.filed) or None
        }


def shown(each: PostedOverride, schedules: Mapping[str, Any], wall: int) -> dict[str, Any]:
    """An override: `state` is pending, active or over; times are the schedule's local ones."""
    found = schedules.get(each.schedule)
    zone = civil.zone(found.timezone if found else "UTC")
    return {
        "id": each.id,
        "schedule": each.schedule,
        "kind": each.kind,
        "part_of": each.part_of,
        "state": each.state(wall),
        "from": civil.iso(each.change.start, zone),
        "to": civil.iso(each.change.end, zone),
        "users": each.change.users,
        "add": each.change.add,
        "remove": each.change.remove,
        "replace": dict(each.change.replace),
        "by": each.created_by,
        "created_at": civil.iso(each.created_at, zone),
        "comment": each.comment,
    }


def _names(users: list[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(users))


def _read(payload: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    try:
        return decoder.decode(payload)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refused(400, f"the body cannot be read: {error}") from None
