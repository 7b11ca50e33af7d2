"""What routes say of their groups, filled in for whoever looks at a group."""

from collections.abc import Callable, Mapping
from typing import Protocol

from msgspec.structs import replace

from router.core.group import Group
from router.core.outgoing import Outgoing
from router.core.snapshot import take
from router.core.template import is_template
from router.runtime.door import Door

ALERTS_SEEN = 1000  # A template sees no more of a group's alerts when somebody only looks.


class Filling(Protocol):
    """Fills in templates."""

    def route_labels(self, outgoing: Outgoing) -> Mapping[str, str]:
        """The labels of the snapshot's route; empty where one cannot be filled in."""


class RouteLabels:
    """The labels of a group's route, as a notification about the group would tell them now.

    `url` is how people reach us.
    """

    def __init__(self, door: Door, filling: Filling, url: Callable[[], str]) -> None:
        self._door = door
        self._filling = filling
        self._url = url

    def __call__(self, group: Group) -> Mapping[str, str]:
        """By name; nothing when the route has none, or is there no more."""
        state = self._door.state
        route = state.configuration.tree.routes.get(group.route)
        written = dict(route.labels) if route else {}
        if not any(map(is_template, written.values())):
            return written
        snapshot = take(group, state.alerts_of(group.id)[:ALERTS_SEEN], "")
        outgoing = Outgoing(
            key=group.key,
            subject=group.key,
            attempt=1,
            kind="notification",
            target=f"receiver:{group.receiver}",
            snapshot=replace(snapshot, route_labels=written),
            at=self._door.now().wall,
            external_url=self._url(),
        )
        return self._filling.route_labels(outgoing)
