"""The routing tree, as it is written."""

from router.config.matchers import matchers
from router.config.names import Names, distinct, reference, references
from router.config.table import Table
from router.core.route import ALL_LABELS, Plan

DEPTH_MAX = 50


def read(root: Table, names: Names) -> Plan:
    """The root of the tree with all routes below it."""
    root.need("route", "there is no [route]; it needs at least a receiver or a policy")
    table = root.table("route")
    plan = _route(table, names, 0)
    is_there = isinstance(root.values.get("route"), dict)
    if is_there and "receiver" not in table and "policy" not in table:
        table.absent("needs a receiver or a policy; others inherit it", "receiver", "policy")
    for key in ("matchers", "mute_time_intervals", "active_time_intervals", "continue"):
        if key in table:
            table.problem("is not for the root route, which takes every alert", key)
    return plan


def _route(table: Table, names: Names, depth: int) -> Plan:
    return Plan(
        matchers=matchers(table, "matchers"),
        receiver=reference(table, "receiver", names, "receivers"),
        policy=reference(table, "policy", names, "policies"),
        group_by=_group_by(table),
        group_wait=table.duration("group_wait", None),
        group_interval=table.duration("group_interval", None, zero=False),
        repeat_interval=table.duration("repeat_interval", None, zero=False),
        mute_time_intervals=references(table, "mute_time_intervals", names, "intervals"),
        active_time_intervals=references(table, "active_time_intervals", names, "intervals"),
        continue_=table.flag("continue", False),
        routes=_below(table, names, depth),
        labels=_labels(table),
    )


def _below(table: Table, names: Names, depth: int) -> tuple[Plan, ...]:
    children = table.tables("routes", "[[route.routes]]")
    if children and depth == DEPTH_MAX:
        table.problem(f"routes are nested more than {DEPTH_MAX} deep", "routes")
        return ()
    return tuple(_route(child, names, depth + 1) for child in children)


def _labels(above: Table) -> tuple[tuple[str, str], ...]:
    table = above.table("labels")
    return tuple((name, table.value(name, "text", str) or "") for name in table.names())


def _group_by(table: Table) -> tuple[str, ...] | None:
    labels = tuple(label for _, label in distinct(table, "group_by", example="alertname"))
    if ALL_LABELS in labels and len(labels) > 1:
        table.problem("'...' means every label, so it stands alone", "group_by")
    return labels if "group_by" in table else None
