"""A group: the alerts of one route that share its group labels, and when it is next told of."""

import msgspec

from router.core.labels import decode, text


class Group(msgspec.Struct, frozen=True, kw_only=True):
    """One route's alerts with the same group labels. Its members are kept beside it in the state.

    `route` is the route's id, `route_key` its Alertmanager key, `labels` the canonical group
    labels. `next_due` is the next flush; None when nothing can change until an alert comes.
    `flushes` counts flushes and makes delivery keys.
    `closed_at`, `closed_due`: when a person last resolved its incident while alerts still fired.
    """

    id: int
    route: str
    route_key: str
    labels: bytes
    receiver: str = ""
    policy: str = ""
    opened_at: int
    next_due: int | None = None
    flushes: int = 0
    incident: int = 0
    failures: int = 0
    closed_at: int = 0
    closed_due: int = 0
    muted_by: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Alertmanager's group key: the route's key and the group labels."""
        return f"{self.route_key}:{text(decode(self.labels))}"
