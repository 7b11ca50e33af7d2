"""GET /api/v2/alerts: what fires now."""

from collections.abc import AsyncIterator, Sequence
from typing import Any, TypeVar

import anyio.lowlevel
from aiohttp import web

from router.core.alert import Alert
from router.core.labels import decode
from router.core.matcher import matches_all
from router.core.state import State
from router.web.refusal import as_json
from router.web.rooms import Rooms
from router.web.v2 import query
from router.web.v2.shown import Standing, gettable, receivers_of, standing

SLICE = 200  # So many are looked at before somebody else has a turn.

T = TypeVar("T")


class Wanted:
    """Which alerts a request asks for, by the query both lists of alerts share."""

    def __init__(self, request: web.Request) -> None:
        self._matchers = query.filters(request)
        self._active = query.flag(request, "active")
        self._silenced = query.flag(request, "silenced")
        self._inhibited = query.flag(request, "inhibited")

    def standing(
        self, state: State, alert: Alert, labels: dict[str, str], wall: int
    ) -> Standing | None:
        """What holds the alert back, if it is one that is asked for."""
        if not alert.firing or not matches_all(self._matchers, labels):
            return None
        held = standing(state, labels, wall)
        if held.active:
            return held if self._active else None
        if (held.silenced_by and not self._silenced) or (held.inhibited_by and not self._inhibited):
            return None
        return held


class Alerts:
    """The flat list of firing alerts."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def index(self, request: web.Request) -> web.Response:
        """Sorted by fingerprint. What holds each back is judged now, not at its last flush."""
        wanted, by_receiver = Wanted(request), query.receiver(request)
        state, wall = self._rooms.door.state, self._rooms.door.now().wall
        found: list[dict[str, Any]] = []
        async for alert in in_turns(list(state.alerts.values())):
            told = receivers_of(state, alert)
            if not by_receiver(told):
                continue
            labels = decode(alert.labels)
            held = wanted.standing(state, alert, labels, wall)
            if held is not None:
                found.append(gettable(alert, labels, held, told))
        found.sort(key=lambda shown: str(shown["fingerprint"]))
        return as_json(found)


async def in_turns(items: Sequence[T]) -> AsyncIterator[T]:
    """Go through many things without keeping pages and answers waiting."""
    for start in range(0, len(items), SLICE):
        for item in items[start : start + SLICE]:
            yield item
        await anyio.lowlevel.checkpoint()
