"""Which groups an alert belongs to, and what entering, ending and leaving does to them."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from router.core import command as c
from router.core import digest, meta
from router.core.alert import Alert
from router.core.configuration import Configuration, Policy
from router.core.draft import Draft
from router.core.group import Group
from router.core.labels import canonical, decode, identity, text
from router.core.route import Route
from router.core.state import State
from router.core.tree import Place

_ONE = canonical({})


def enter(draft: Draft, alert: Alert) -> None:
    """Put an alert that begins to fire into the group of every route it matches."""
    if not alert.groups:
        _join(draft, alert, places(draft.configuration, alert.labels, alert.source))
        return
    staying, missing = _part(draft, alert)
    for group in staying:
        _begin(draft, alert, group)
    _join(draft, alert, missing)


def move(draft: Draft, alert: Alert) -> None:
    """Move a firing alert to the groups where it belongs now."""
    _join(draft, alert, _part(draft, alert)[1])


def places(configuration: Configuration, labels: bytes, source: str = "") -> Sequence[Place]:
    """The routes a label set matches, each with the canonical labels of its group.

    Reports about ourselves have a route of their own, whatever their labels.
    """
    tree, policies = configuration.tree, configuration.policies
    if source == meta.SOURCE and tree.meta:
        found: tuple[Place, ...] = ((tree.meta, canonical(tree.meta.group_labels(decode(labels)))),)
    else:
        found = tree.grouped(labels)
    for route, _ in found:
        policy = policies.get(route.policy)
        if policy is not None and policy.digest is not None:
            return [_gathered(place, policies) for place in found]
    return found


def _gathered(place: Place, policies: Mapping[str, Policy]) -> Place:
    """What a digest gathers is one group, whatever its labels."""
    policy = policies.get(place[0].policy)
    return (place[0], _ONE) if policy is not None and policy.digest is not None else place


def _part(draft: Draft, alert: Alert) -> tuple[list[Group], list[Place]]:
    """The groups a firing alert stays in, and the places it is to join; it leaves all others.

    An open incident keeps its alerts until it is over: what runs keeps what it started with.
    """
    found = places(draft.configuration, alert.labels, alert.source)
    wanted = {(route.id, place): route for route, place in found}
    staying, busy = [], False
    for number in alert.groups:
        group = draft.group(number)
        assert group is not None, "an alert's groups exist"
        if draft.state.is_leaving(number, alert.id):
            continue
        route = wanted.pop((group.route, group.labels), None)
        if route is None and not group.incident:
            _depart(draft, alert, number)
            continue
        busy = busy or route is None
        staying.append(group if route is None else _follow(draft, group, route))
    return staying, [] if busy else [(route, place) for (_, place), route in wanted.items()]


def _depart(draft: Draft, alert: Alert, number: int) -> None:
    """Leave a group at once, or, where somebody was told, once they know of the end."""
    known = identity(alert.labels)
    told = any(known in entry.owed for entry in draft.told("group", number))
    coming = any(known in row.firing for row in draft.rows("group", number))
    if told or coming:
        draft.add(c.Leaving(number, alert.id))
    else:
        leave(draft, alert, number)


def _join(draft: Draft, alert: Alert, places: Iterable[Place]) -> None:
    """Put a firing alert into these groups; those that do not exist yet are opened."""
    for route, place in places:
        known = draft.group_at(route.id, place)
        group = _follow(draft, known, route) if known else _open(draft, alert, route, place)
        _begin(draft, alert, group)
        draft.add(c.Join(group.id, alert.id))


def _begin(draft: Draft, alert: Alert, group: Group) -> None:
    draft.record("fired", alert=alert.id, group=group.id, cid=alert.cid, source=alert.source)
    if alert.changed_at <= group.closed_at:  # A slow queue, or a clock set back: it is news still.
        group = replace(group, closed_at=alert.changed_at - 1)
        draft.put_group(group)
    _lift(draft, group)


def _follow(draft: Draft, group: Group, route: Route) -> Group:
    """The group as its route has it now: nothing may have fired in it since the file was edited."""
    if not _fits(group, route):
        group = replace(group, receiver=route.receiver, policy=route.policy)
        draft.put_group(group)
    return group


def _fits(group: Group, route: Route) -> bool:
    return (route.receiver, route.policy) == (group.receiver, group.policy)


def is_changed_by(state: State, group: Group, route: Route, alert: Alert) -> bool:
    """Whether more happens to the group of a route than that this alert joins it."""
    if not _fits(group, route):
        return True
    incident = state.incidents.get(group.incident)
    return alert.changed_at <= group.closed_at or (incident is not None and incident.held)


def _open(draft: Draft, alert: Alert, route: Route, place: bytes) -> Group:
    """A new group; an alert older than group_wait is told of at once, like upstream."""
    now = draft.now
    late = alert.starts_at + route.group_wait < now.wall
    due = now.service if late else now.service + route.group_wait
    policy = draft.configuration.policies.get(route.policy)
    if policy is not None and policy.digest is not None:
        due = now.service + digest.next_at(policy.digest, now.wall) - now.wall
    group = Group(
        id=draft.next_id("group"),
        route=route.id,
        route_key=route.key,
        labels=place,
        receiver=route.receiver,
        policy=route.policy,
        opened_at=now.wall,
        next_due=due,
    )
    draft.put_group(group)
    return group


def _lift(draft: Draft, group: Group) -> None:
    """A re-fire before the flush that would have resolved it: the incident goes on as it was."""
    incident = draft.incident(group.incident)
    if incident is None or not incident.held:
        return
    draft.put_incident(replace(incident, held=False, version=incident.version + 1))
    draft.record("went_on", group=group.id, incident=incident.number)
    for row in draft.rows("incident", incident.number):
        if not row.claimed:
            draft.put_delivery(row)  # It waits again: while held, its time may have passed.


def ended(draft: Draft, alert: Alert, number: int) -> None:
    """An alert of this group has ended: with its last one, the incident is held."""
    group = draft.group(number)
    incident = draft.incident(group.incident) if group else None
    if incident is None or incident.held or draft.state.is_leaving(number, alert.id):
        return
    others = draft.state.firing[number] - draft.state.by_id[alert.id].firing
    if others == 0:
        draft.put_incident(replace(incident, held=True, version=incident.version + 1))
        draft.record("held", group=number, incident=incident.number)


def settle(draft: Draft, number: int, just_told: Collection[int] | None = None) -> None:
    """Let go of the ended alerts that everybody who should know knows of.

    Between two flushes it is only those whose end was just told: the others may come back, and
    nobody need notice. A group that holds nothing any more is gone: the next alert opens a new one.
    """
    group = draft.group(number)
    if group is None:
        return
    rows = draft.rows("group", number)
    waited = {i for row in rows for i in (*row.firing, *row.resolved)}
    owed = {i for entry in draft.told("group", number) for i in entry.owed}
    stays = 0
    for alert in draft.state.alerts_of(number):
        known = identity(alert.labels)
        over = not alert.firing and known not in owed and known not in waited
        if over and (just_told is None or known in just_told):
            leave(draft, alert, number)
        else:
            stays += 1
    if not stays and not rows and not group.incident and not draft.returning(number):
        _drop(draft, group)


def leave(draft: Draft, alert: Alert, number: int) -> None:
    """Take an alert out of a group; an ended alert in no group is forgotten."""
    draft.add(c.Leave(number, alert.id))
    if not alert.firing and alert.groups == (number,):
        draft.add(c.DropAlert(alert.id))


def _drop(draft: Draft, group: Group) -> None:
    number = group.id
    for entry in draft.told("group", number):
        draft.drop_log(entry.lane)
    draft.add(c.DropGroup(number))
    draft.record("closed", group=number, **was(group))


def was(group: Group) -> dict[str, Any]:
    """What a group is, for its history: the route, its destination, the labels in common."""
    labels = text(decode(group.labels))
    told = {"route": group.route, "receiver": group.receiver, "policy": group.policy}
    return {name: value for name, value in told.items() if value} | {"labels": labels}
