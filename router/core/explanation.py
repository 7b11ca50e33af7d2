"""What would become of an alert: its routes, who would be told when, what would hold it back."""

from collections.abc import Collection, Mapping, Sequence
from functools import partial

import msgspec

from router.core.configuration import Configuration
from router.core.forecast import Entry, forecast, place
from router.core.group import Group
from router.core.handoffs import with_handoffs
from router.core.inhibition import InhibitRule
from router.core.maintenance import Maintenance, Maintenances
from router.core.matcher import matches_all
from router.core.moment import DAY, Now
from router.core.mute import closed_by
from router.core.route import Route

FAR = 8 * DAY  # So far we look for the first thing to happen: a digest may wait a weekend.
SENT = frozenset(("page", "notification", "notice"))


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Everything there is to tell. `later`: nothing is sent in time, so the first is told."""

    configuration: Configuration
    labels: Mapping[str, str]
    wall: int
    horizon: int
    groups: Sequence[Group]
    entries: Sequence[Entry]
    later: bool

    def route(self, group: Group) -> Route:
        """The route that opens a group."""
        return self.configuration.tree.routes[group.route]

    def rules(self) -> list[InhibitRule]:
        """The inhibition rules whose target this alert is."""
        return [r for r in self.configuration.inhibit if matches_all(r.target, self.labels)]

    def closed(self, route: Route) -> tuple[str, ...]:
        """What keeps the route, or this alert, quiet now."""
        windows = Maintenances(self.configuration.maintenance.values())
        holding = windows.holding(self.labels, self.wall)
        by_calendar = closed_by(self.configuration, route, self.wall)
        return (*by_calendar, *(f"maintenance:{name}" for name in holding))

    def windows(self) -> list[Maintenance]:
        """The maintenance windows that speak of this alert, now or at another time."""
        known = self.configuration.maintenance.values()
        return [window for window in known if matches_all(window.matchers, self.labels)]

    def lacks(self, entry: Entry) -> list[str]:
        """The secrets without which a delivery cannot be sent."""
        found = self.configuration.integration(entry.target) if entry.kind in SENT else None
        return [*found.missing] if found else []


def work_out(
    configuration: Configuration,
    labels: Mapping[str, str],
    wall: int,
    horizon: int,
    decisions: int = 100_000,
    dead: Collection[str] = (),
) -> Told:
    """Let the rules run ahead of the clock, for so many decisions at most, some channels dead."""
    now = Now(wall, 0)
    ahead = partial(forecast, configuration, labels, now, dead=dead, decisions=decisions)
    entries = ahead(horizon)
    later = not any(entry.kind in SENT for entry in entries)
    if later and horizon < FAR:
        entries = _until_sent(ahead(FAR))
    groups = place(configuration, labels, now)
    last = max((entry.after for entry in entries), default=0) if later else horizon
    entries = with_handoffs(configuration, groups, entries, wall, min(last, FAR))
    return Told(
        configuration=configuration,
        labels=labels,
        wall=wall,
        horizon=horizon,
        groups=groups,
        entries=entries,
        later=later,
    )


def _until_sent(entries: Sequence[Entry]) -> list[Entry]:
    """The entries up to the first moment at which something is sent."""
    first = next((entry.after for entry in entries if entry.kind in SENT), None)
    return [entry for entry in entries if first is None or entry.after <= first]
