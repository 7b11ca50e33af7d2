"""Whether what a delivery says is still to be said."""

from router.core.draft import Draft
from router.core.incident import Incident, Status
from router.core.labels import identity
from router.core.mute import audible
from router.core.notification import Delivery


def holds(row: Delivery, incident: Incident | None) -> bool:
    """Whether it is true yet, and nobody has answered."""
    match row.kind:
        case "page":
            return incident is not None and incident.calls(row.run, row.target)
        case "acknowledged":
            return incident is not None and incident.status is Status.ACKNOWLEDGED
        case "resolved":  # It may have come back since: then that is true no more.
            return incident is None or not incident.open
        case "notification":
            return not row.incident or incident is not None
    return True


def follows_nothing(draft: Draft, row: Delivery) -> bool:
    """Whether it goes on from a page that never arrived."""
    return row.kind in ("acknowledged", "resolved") and draft.log(row.lane) is None


def silent(draft: Draft, row: Delivery) -> bool:
    """Whether everything a page or a repeated attempt would ring for has been muted meanwhile."""
    if not row.firing or row.resolved or row.kind not in ("page", "notification"):
        return False
    told = set(row.firing)
    group = draft.group(row.group)
    here = draft.state.alerts_of(row.group)
    # When all it names have ended, what it rings for is whatever fires there still.
    alerts = [a for a in here if identity(a.labels) in told] or [a for a in here if a.firing]
    if group is None or not alerts:
        return False
    return not audible(draft.state, group, alerts, draft.now.wall)
