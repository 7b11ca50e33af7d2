"""The reasons to stay quiet: inhibition, the calendar, silences, and maintenance."""

from collections.abc import Iterable, Mapping

from router.core import meta
from router.core.alert import Alert
from router.core.configuration import Configuration
from router.core.group import Group
from router.core.labels import decode
from router.core.route import Route
from router.core.state import State


def muted_by(state: State, labels: Mapping[str, str], wall: int) -> tuple[str, ...]:
    """Why an alert with these labels is not told of now; empty when it is.

    `inhibited:ID` names the alert that inhibits, `silence:ID` a silence, `maintenance:NAME` a
    maintenance window.
    """
    source = state.inhibitor.inhibited_by(labels)
    inhibited = (f"inhibited:{source[1]}",) if source else ()
    silences = state.silences.silenced_by(labels, wall)
    windows = state.maintenances.holding(labels, wall)
    return (
        *inhibited,
        *(f"silence:{silence}" for silence in silences),
        *(f"maintenance:{window}" for window in windows),
    )


def nothing_mutes(state: State) -> bool:
    """Whether there is no silence, no maintenance and nothing that inhibits, for any alert."""
    return not (state.inhibitor or state.silences or state.maintenances)


def audible(state: State, group: Group, alerts: Iterable[Alert], wall: int) -> list[Alert]:
    """Those of a group's alerts that may be told of now."""
    if group.route == meta.ROUTE:
        return [*alerts]
    if closed_by(state.configuration, state.configuration.tree.routes.get(group.route), wall):
        return []
    if nothing_mutes(state):
        return [*alerts]
    return [alert for alert in alerts if not muted_by(state, decode(alert.labels), wall)]


def reasons(state: State, group: Group, alerts: Iterable[Alert], wall: int) -> tuple[str, ...]:
    """All the different reasons for which alerts of a group are not told of now, sorted."""
    route = state.configuration.tree.routes.get(group.route)
    found = {*closed_by(state.configuration, route, wall)}
    found.update(*(muted_by(state, decode(alert.labels), wall) for alert in alerts))
    return tuple(sorted(found))


def closed_by(configuration: Configuration, route: Route | None, wall: int) -> tuple[str, ...]:
    """The names of the intervals for which a whole route is quiet at *wall*.

    Any of its mute_time_intervals that contains the time; or all of its active_time_intervals
    when none does.
    """
    if route is None:
        return ()
    muting = [n for n in route.mute_time_intervals if _within(configuration, n, wall)]
    active = route.active_time_intervals
    if active and not any(_within(configuration, name, wall) for name in active):
        muting.extend(active)
    return tuple(f"interval:{name}" for name in muting)


def _within(configuration: Configuration, name: str, wall: int) -> bool:
    return any(interval.contains(wall) for interval in configuration.intervals.get(name, ()))
