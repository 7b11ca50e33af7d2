"""GET /api/v2/alerts/groups: what fires now, by group."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

import msgspec
from aiohttp import web

from router.core.alert import Alert
from router.core.group import Group
from router.core.labels import decode, in_order, sort_key
from router.core.state import State
from router.web.refusal import json_list
from router.web.rooms import Rooms
from router.web.v2 import query
from router.web.v2.alerts import Turns, Wanted
from router.web.v2.lookup import Lookup
from router.web.v2.shown import destination, gettable, receivers_of


class Groups:
    """Firing alerts under the groups they are told of in."""

    def __init__(self, rooms: Rooms, lookup: Lookup) -> None:
        self._rooms = rooms
        self._lookup = lookup

    async def index(self, request: web.Request) -> web.Response:
        """Sorted by group labels, then receiver. Groups of which nothing is left are omitted.

        `routeLabels` (0.34) are there when the route has any. `mutedBy` names the time intervals
        that the group's last flush found it muted by.
        """
        wanted, by_receiver = (
            Wanted(request),
            query.receiver(request, self._rooms.door.state.configuration.receivers),
        )
        show_muted = query.flag(request, "muted")
        state, wall, turns = self._rooms.door.state, self._rooms.door.now().wall, Turns()
        found: list[tuple[object, bytes]] = []
        among = await self._lookup.narrow(state, wanted.equalities)
        narrowed = None if among is None else _by_group(among)
        for number in [*state.groups] if narrowed is None else sorted(narrowed):
            await turns.step()
            group = state.groups.get(number)
            if group is None:
                continue
            members = state.alerts_of(number) if narrowed is None else narrowed[number]
            muting, name = _intervals(group), destination(group)
            if not by_receiver([name]) or (muting and not show_muted):
                continue
            alerts = await _alerts(state, group, members, wanted, by_receiver, wall, turns)
            if alerts:
                labels = decode(group.labels)
                shown = {"alerts": alerts, "labels": labels, "receiver": {"name": name}}
                if told := self._rooms.route_labels(group):
                    shown["routeLabels"] = told
                found.append(((sort_key(labels)[2:], name), msgspec.json.encode(shown)))
        found.sort(key=itemgetter(0))
        return json_list([shown for _, shown in found])


def _by_group(alerts: Iterable[Alert]) -> dict[int, list[Alert]]:
    """The same alerts under each of their groups."""
    found: defaultdict[int, list[Alert]] = defaultdict(list)
    for alert in alerts:
        for number in alert.groups:
            found[number].append(alert)
    return dict(found)


async def _alerts(
    state: State,
    group: Group,
    members: Sequence[Alert],
    wanted: Wanted,
    by_receiver: Callable[[Iterable[str]], bool],
    wall: int,
    turns: Turns,
) -> list[dict[str, Any]]:
    muting = _intervals(group)
    shown = []
    for alert in filter(wanted.may_have, members):
        await turns.step()
        labels = decode(alert.labels)
        held = wanted.standing(state, alert, labels, wall)
        if held is not None:
            told = sorted(each for each in receivers_of(state, alert) if by_receiver([each]))
            shown.append(gettable(alert, labels, held, told, muting))
    return in_order(shown, itemgetter("labels"))


def _intervals(group: Group) -> list[str]:
    """The names of the time intervals among what the last flush found the group muted by."""
    named = (reason.partition(":") for reason in group.muted_by)
    return [name for kind, _, name in named if kind == "interval"]
