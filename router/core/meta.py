"""What Tocsin reports about itself: alerts on a route of their own that nothing can silence."""

from router.core.moment import HOUR, MINUTE, SECOND
from router.core.route import Route

SOURCE = "tocsin:meta"
"""The source of these alerts; no source in routes.toml can have a colon in its name."""

ROUTE = "meta"
GROUP_WAIT = 10 * SECOND
GROUP_INTERVAL = 5 * MINUTE
REPEAT_INTERVAL = 4 * HOUR


def route(
    receiver: str,
    policy: str,
    group_wait: int = GROUP_WAIT,
    group_interval: int = GROUP_INTERVAL,
    repeat_interval: int = REPEAT_INTERVAL,
) -> Route:
    """The route, which stands beside the tree: no alert of anybody else takes it."""
    return Route(
        id=ROUTE,
        key="{meta}",
        receiver=receiver,
        policy=policy,
        group_by=("alertname",),
        group_wait=group_wait,
        group_interval=group_interval,
        repeat_interval=repeat_interval,
    )
