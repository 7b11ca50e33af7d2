"""GET /api/v2/alerts: what fires now."""

from collections import defaultdict
from collections.abc import Sequence

import anyio.lowlevel
import msgspec
from aiohttp import web

from router.core import meta
from router.core.alert import Alert
from router.core.labels import decode, pair
from router.core.matcher import matches_all
from router.core.state import State
from router.web.refusal import json_list
from router.web.rooms import Rooms
from router.web.v2 import query
from router.web.v2.lookup import Lookup
from router.web.v2.shown import Standing, gettable, receivers_of, standing

SLICE = 200  # So many are looked at before somebody else has a turn.
_GLANCES = 5_000  # Of looks that cost next to nothing, so many.


class Wanted:
    """Which alerts a request asks for, by the query both lists of alerts share."""

    def __init__(self, request: web.Request) -> None:
        self._matchers = query.filters(request)
        self._pairs = [pair(m.name, m.value) for m in self._matchers if m.op == "=" and m.value]
        self._active = query.flag(request, "active")
        self._silenced = query.flag(request, "silenced")
        self._inhibited = query.flag(request, "inhibited")

    @property
    def equalities(self) -> list[tuple[str, str]]:
        """The pairs of label and value that an alert must have."""
        return [(m.name, m.value) for m in self._matchers if m.op == "=" and m.value]

    def may_have(self, alert: Alert) -> bool:
        """A glance at an alert, which spares a look at most of those that are not asked for."""
        return all(wanted in alert.labels for wanted in self._pairs)

    async def glance(self, alerts: Sequence[Alert]) -> list[Alert]:
        """Those of many that a glance does not rule out."""
        if not self._pairs:
            return [*alerts]
        found: list[Alert] = []
        for start in range(0, len(alerts), _GLANCES):
            some = alerts[start : start + _GLANCES]
            for wanted in self._pairs:
                some = [alert for alert in some if wanted in alert.labels]
            found += some
            await anyio.lowlevel.checkpoint()
        return found

    def standing(
        self, state: State, alert: Alert, labels: dict[str, str], wall: int
    ) -> Standing | None:
        """What holds the alert back, if it is one that is asked for."""
        if not alert.firing or not matches_all(self._matchers, labels):
            return None
        held = Standing() if alert.source == meta.SOURCE else standing(state, labels, wall)
        if held.active:
            return held if self._active else None
        silenced = held.silenced_by or held.muted_by  # Maintenance is a silence that was planned.
        if (silenced and not self._silenced) or (held.inhibited_by and not self._inhibited):
            return None
        return held


class Alerts:
    """The flat list of firing alerts."""

    def __init__(self, rooms: Rooms, lookup: Lookup) -> None:
        self._rooms = rooms
        self._lookup = lookup

    async def index(self, request: web.Request) -> web.Response:
        """Sorted by fingerprint. What holds each back is judged now, not at its last flush."""
        wanted, by_receiver = (
            Wanted(request),
            query.receiver(request, self._rooms.door.state.configuration.receivers),
        )
        state, wall, turns = self._rooms.door.state, self._rooms.door.now().wall, Turns()
        found: defaultdict[str, list[tuple[str, bytes]]] = defaultdict(list)
        among = await self._lookup.narrow(state, wanted.equalities)
        if among is None:
            among = await wanted.glance([*state.alerts.values()])
        for alert in among:
            await turns.step()
            told = receivers_of(state, alert)
            if not by_receiver(told):
                continue
            labels = decode(alert.labels)
            held = wanted.standing(state, alert, labels, wall)
            if held is not None:
                shown = gettable(alert, labels, held, told)
                key = str(shown["fingerprint"])
                found[key[:2]].append((key, msgspec.json.encode(shown)))
        return json_list(await _in_order(found))


async def _in_order(found: dict[str, list[tuple[str, bytes]]]) -> list[bytes]:
    """All of it by fingerprint; to sort so much at once would keep pages waiting."""
    items = []
    for start in sorted(found):
        items += [shown for _, shown in sorted(found[start])]
        await anyio.lowlevel.checkpoint()
    return items


class Turns:
    """Lets pages and answers have their turn between the steps of something long."""

    def __init__(self) -> None:
        self._steps = 0

    async def step(self) -> None:
        """One more was looked at."""
        self._steps += 1
        if self._steps % SLICE == 0:
            await anyio.lowlevel.checkpoint()
