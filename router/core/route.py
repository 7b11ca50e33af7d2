"""Routes: how each groups and times what it gets, and what it has from the one above."""

from collections.abc import Iterable, Mapping

import msgspec

from router.core.labels import pick
from router.core.matcher import Matcher, in_order, list_text
from router.core.moment import HOUR, MINUTE, SECOND

GROUP_WAIT = 30 * SECOND
GROUP_INTERVAL = 5 * MINUTE
REPEAT_INTERVAL = 4 * HOUR
ALL_LABELS = "..."
ROOT_KEY = "{}"


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """A node of the tree, with everything inherited filled in; spans are microseconds.

    `key` is Alertmanager's route key, which siblings with equal matchers share; `id` is unique
    in the tree, and stays the same while the matchers above and here do. An empty `receiver` or
    `policy` means none of that kind. `labels` are told to receivers, and may be templates.
    """

    id: str
    key: str
    matchers: tuple[Matcher, ...] = ()
    receiver: str = ""
    policy: str = ""
    group_by: tuple[str, ...] = ()
    group_by_all: bool = False
    group_wait: int = GROUP_WAIT
    group_interval: int = GROUP_INTERVAL
    repeat_interval: int = REPEAT_INTERVAL
    mute_time_intervals: tuple[str, ...] = ()
    active_time_intervals: tuple[str, ...] = ()
    continue_: bool = False
    routes: tuple["Route", ...] = ()
    labels: tuple[tuple[str, str], ...] = ()

    def group_labels(self, labels: Mapping[str, str]) -> dict[str, str]:
        """What an alert's group is known by: its labels named in group_by, those it has."""
        return dict(labels) if self.group_by_all else pick(labels, self.group_by)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """A route as it is written: None takes what the route above has.

    A route that names `receiver` or `policy` names its whole destination; one that names neither
    takes both from above. A `group_by` of `...` means every label.
    """

    matchers: tuple[Matcher, ...] = ()
    receiver: str | None = None
    policy: str | None = None
    group_by: tuple[str, ...] | None = None
    group_wait: int | None = None
    group_interval: int | None = None
    repeat_interval: int | None = None
    mute_time_intervals: tuple[str, ...] = ()
    active_time_intervals: tuple[str, ...] = ()
    continue_: bool = False
    routes: tuple["Plan", ...] = ()
    labels: tuple[tuple[str, str], ...] = ()


def child_key(parent_key: str, matchers: Iterable[Matcher]) -> str:
    """Alertmanager's route key of a child: its parent's, and its matchers in order."""
    return f"{parent_key}/{list_text(matchers)}"


def build(plan: Plan) -> Route:
    """The tree of a written root, with what each route inherits filled in."""
    return _inherit(plan, Route(id="", key=""), ROOT_KEY, ROOT_KEY)


def _inherit(plan: Plan, parent: Route, route_id: str, key: str) -> Route:
    names_destination = plan.receiver is not None or plan.policy is not None
    own = Route(
        id=route_id,
        key=key,
        matchers=in_order(plan.matchers),
        receiver=(plan.receiver or "") if names_destination else parent.receiver,
        policy=(plan.policy or "") if names_destination else parent.policy,
        group_by=parent.group_by if plan.group_by is None else _named(plan.group_by),
        group_by_all=parent.group_by_all if plan.group_by is None else ALL_LABELS in plan.group_by,
        group_wait=_first(plan.group_wait, parent.group_wait),
        group_interval=_first(plan.group_interval, parent.group_interval),
        repeat_interval=_first(plan.repeat_interval, parent.repeat_interval),
        mute_time_intervals=plan.mute_time_intervals,
        active_time_intervals=plan.active_time_intervals,
        continue_=plan.continue_,
        labels=tuple(sorted({**dict(parent.labels), **dict(plan.labels)}.items())),
    )
    return msgspec.structs.replace(own, routes=tuple(_children(plan, own)))


def _children(plan: Plan, own: Route) -> Iterable[Route]:
    """The routes below; one with the same matchers as an earlier sibling has a number in its id."""
    seen: dict[str, int] = {}
    for child in plan.routes:
        step = list_text(child.matchers)
        ordinal = seen.get(step, 0)
        seen[step] = ordinal + 1
        route_id = f"{own.id}/{step}" + (f"/{ordinal}" if ordinal else "")
        yield _inherit(child, own, route_id, child_key(own.key, child.matchers))


def _named(group_by: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for name in group_by if name != ALL_LABELS)


def _first(own: int | None, inherited: int) -> int:
    return inherited if own is None else own
