"""Why was I (not) paged: an alert's whole history by API, also after it was forgotten."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import anyio.lowlevel
from aiohttp import web

from router.core import membership
from router.core.command import Record
from router.core.labels import decode, fingerprint, pair
from router.core.matcher import matches_all
from router.core.stored import Life
from router.web import why_now
from router.web.number import whole
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.sentences import sentence
from router.web.text import rfc3339
from router.web.v2 import query

LINES = 500
LINES_MOST = 5_000
LIVES = 20  # An alert that was forgotten and came again began another life.
FOUND = 50
_LOOKED = 1_000  # So many rows of alerts are looked at for those FOUND.

_FINGERPRINT = re.compile(r"[0-9a-f]{16}")
_ABOUT_TELLING = frozenset(("planned", "sent", "failed", "unknown", "gave_up"))


class Why:
    """`/api/v1/alerts`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def index(self, request: web.Request) -> web.Response:
        """GET /api/v1/alerts/search?filter=…: alerts known and past, newest first, fifty at most.

        `{"alerts": [{"fingerprint", "labels", "status", "starts_at", "ends_at"}]}`. At least one
        filter must be an equality, for by those the past is searched.
        """
        matchers = query.filters(request)
        pairs = [pair(m.name, m.value) for m in matchers if m.op == "=" and m.value]
        if not pairs:
            raise Refused(400, 'ask with at least one filter like alertname="DiskFull"')
        await self._rooms.door.settled()
        found: dict[bytes, Life] = {}
        for life in await self._rooms.history.search(pairs, _LOOKED):
            if len(found) < FOUND and life.labels not in found:
                await anyio.lowlevel.checkpoint()
                if matches_all(matchers, decode(life.labels)):
                    found[life.labels] = life
        return as_json({"alerts": [self._summary(life) for life in found.values()]})

    async def history(self, request: web.Request) -> web.Response:
        """GET /api/v1/alerts/{fingerprint}/history?limit=: all that is known of one alert.

        `now` are sentences about this moment, `events` what happened, oldest first, each with its
        `text`; of more than `limit` the newest. 404 when no such alert is remembered.
        """
        limit = whole(request, "limit", LINES, LINES_MOST)
        asked = request.match_info["fingerprint"].lower()
        if not _FINGERPRINT.fullmatch(asked):
            raise Refused(400, f"{asked!r} is no fingerprint; it has 16 hex digits")
        await self._rooms.door.settled()
        history = self._rooms.history
        while await history.name_alerts():
            pass
        lives = await history.lives(asked, LIVES)
        if not lives:
            raise Refused(404, f"no alert with the fingerprint {asked} is remembered")
        records: list[Record] = []
        events: list[dict[str, Any]] = []
        for life in lives:
            told = await history.story(life, limit + 1 - len(records))
            records += told
            events = [*_events(life, told), *events]
            if len(records) > limit:
                break
        newest = lives[0]
        alert = self._rooms.door.state.by_id.get(newest.id)
        now = self._rooms.door.now()
        shown = {
            **self._summary(newest),
            "repeats": alert.repeats if alert else 0,
            "now": why_now.standing(self._rooms.door.state, alert, now) if alert else [],
            "groups": await self._groups(records),
            "events": events[-limit:],
            "truncated": len(events) > limit,
        }
        return as_json(shown)

    def _summary(self, life: Life) -> dict[str, Any]:
        """What an alert is; `status` is firing, resolved, or forgotten once nobody need know it."""
        alert = self._rooms.door.state.by_id.get(life.id)
        labels = decode(life.labels)
        ends_at = alert.ends_at if alert else life.ends_at
        status = "forgotten" if alert is None else "firing" if alert.firing else "resolved"
        return {
            "fingerprint": fingerprint(labels),
            "labels": labels,
            "status": status,
            "source": alert.source if alert else life.source,
            "starts_at": rfc3339(alert.starts_at if alert else life.starts_at),
            "ends_at": None if status == "firing" else rfc3339(ends_at),
        }

    async def _groups(self, records: Iterable[Record]) -> dict[str, Any]:
        """What each group in the records is or was."""
        shown = {}
        for number in sorted({record.group for record in records if record.group}):
            group = self._rooms.door.state.groups.get(number)
            closing = None if group else await self._rooms.history.closing(number)
            if group is not None:
                shown[str(number)] = membership.was(group)
            elif closing is not None:
                shown[str(number)] = dict(closing.detail)
        return shown


def _events(life: Life, records: Sequence[Record]) -> Iterator[dict[str, Any]]:
    """The records that concern this alert, as sentences."""
    hushed: set[int] = set()
    for record in records:
        among = record.detail.get("alerts")
        if record.kind in ("muted", "unmuted") and among is not None:
            if life.id not in among:
                continue
            (hushed.add if record.kind == "muted" else hushed.discard)(record.group)
        text = sentence(record)
        if record.kind in _ABOUT_TELLING and not record.incident and record.group in hushed:
            text += " (about others of its group: this one is quiet, unless it had been told)"
        told = {name: value for name, value in record.detail.items() if name != "alerts"}
        about = {"alert": record.alert, "group": record.group, "incident": record.incident}
        yield {
            **told,
            **{name: number for name, number in about.items() if number},
            "seq": record.seq,
            "at": rfc3339(record.at),
            "kind": record.kind,
            "text": text,
        }
