"""Where Tocsin reports about itself."""

from router.config.names import Names, reference
from router.config.table import Table
from router.core import meta
from router.core.route import Route


def read(root: Table, names: Names) -> Route | None:
    """The route that `[meta]` describes; None without one."""
    if "meta" not in root:
        return None
    table = root.table("meta")
    receiver = reference(table, "receiver", names, "receivers")
    policy = reference(table, "policy", names, "policies")
    if "receiver" not in table and "policy" not in table:
        table.absent("needs a receiver or a policy", "receiver", "policy")
    return meta.route(
        receiver or "",
        policy or "",
        group_wait=table.duration("group_wait", meta.GROUP_WAIT),
        group_interval=table.duration("group_interval", meta.GROUP_INTERVAL, zero=False),
        repeat_interval=table.duration("repeat_interval", meta.REPEAT_INTERVAL, zero=False),
    )
