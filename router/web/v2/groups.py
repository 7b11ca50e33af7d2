"""GET /api/v2/alerts/groups: what fires now, by group."""

from typing import Any

from aiohttp import web

from router.core.group import Group
from router.core.labels import decode, sort_key
from router.core.state import State
from router.web.refusal import as_json
from router.web.rooms import Rooms
from router.web.v2 import query
from router.web.v2.alerts import Wanted, in_turns
from router.web.v2.shown import destination, gettable, receivers_of


class Groups:
    """Firing alerts under the groups they are told of in."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def index(self, request: web.Request) -> web.Response:
        """Sorted by group labels, then receiver. Groups of which nothing is left are omitted.

        `mutedBy` names the time intervals that the group's last flush found it muted by.
        """
        wanted, by_receiver = Wanted(request), query.receiver(request)
        show_muted = query.flag(request, "muted")
        state, wall = self._rooms.door.state, self._rooms.door.now().wall
        found: list[dict[str, Any]] = []
        async for group in in_turns(list(state.groups.values())):
            muting = _intervals(group)
            if not by_receiver([destination(group)]) or (muting and not show_muted):
                continue
            alerts = _alerts(state, group, wanted, wall)
            if alerts:
                name, labels = {"name": destination(group)}, decode(group.labels)
                found.append({"alerts": alerts, "labels": labels, "receiver": name})
        found.sort(key=lambda shown: (sort_key(shown["labels"])[2:], shown["receiver"]["name"]))
        return as_json(found)


def _alerts(state: State, group: Group, wanted: Wanted, wall: int) -> list[dict[str, Any]]:
    muting = _intervals(group)
    shown = []
    for alert in state.alerts_of(group.id):
        labels = decode(alert.labels)
        held = wanted.standing(state, alert, labels, wall)
        if held is not None:
            told = sorted(set(receivers_of(state, alert)))
            shown.append(gettable(alert, labels, held, told, muting))
    return sorted(shown, key=lambda alert: sort_key(alert["labels"]))


def _intervals(group: Group) -> list[str]:
    """The names of the time intervals among what the last flush found the group muted by."""
    named = (reason.partition(":") for reason in group.muted_by)
    return [name for kind, _, name in named if kind == "interval"]
