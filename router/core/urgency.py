"""When each waiting thing is due, and which of those that are overdue overtakes the others."""

from functools import lru_cache
from typing import TYPE_CHECKING

from router.core import severity
from router.core.notification import Delivery
from router.core.waiting import Kind

if TYPE_CHECKING:
    from router.core.state import State

_CRITICAL = severity.rank("critical")


_NAME = b'"severity":"'  # Within a value its quotes are escaped: nothing else looks so.


def due_of(state: "State", kind: Kind, item: int) -> int | None:
    """When a thing is really due; None when it waits no more."""
    match kind:
        case Kind.ALERT:
            alert = state.by_id.get(item)
            return state.ends_due(alert) if alert and alert.firing else None
        case Kind.GROUP:
            group = state.groups.get(item)
            return group.next_due if group else None
        case Kind.INCIDENT:
            incident = state.incidents.get(item) or state.lingering.get(item)
            return incident.wakes if incident else None
        case Kind.DELIVERY:
            delivery = state.deliveries.get(item)
            return delivery.due if delivery and not delivery.claimed else None
        case Kind.REROUTE:
            return 0 if state.reroute else None
        case Kind.HEARTBEAT:
            return state.heartbeats.due_of(item)
        case Kind.SHIFT:
            return state.shifts.due


def is_urgent(state: "State", kind: Kind, item: int) -> bool:
    """Whether it is about something critical, or about how everything else is judged."""
    match kind:
        case Kind.ALERT:
            alert = state.by_id.get(item)
            return alert is not None and is_critical(alert.labels)
        case Kind.GROUP:
            members = (state.by_id[member] for member in state.members.get(item, ()))
            return any(is_critical(alert.labels) for alert in members if alert.firing)
        case Kind.INCIDENT:
            incident = state.incidents.get(item)
            return incident is not None and incident.severity >= _CRITICAL
        case Kind.DELIVERY:
            delivery = state.deliveries.get(item)
            return delivery is not None and not rank(state, delivery)
        case Kind.REROUTE | Kind.HEARTBEAT:
            return True
        case Kind.SHIFT:
            return False


def rank(state: "State", row: Delivery) -> int:
    """The place of a delivery among those that wait for one destination: 0 is critical."""
    incident = state.incidents.get(row.incident)
    critical = incident.severity >= _CRITICAL if incident else not row.incident and not row.urgency
    return 0 if critical else 1 + row.urgency


def is_critical(labels: bytes) -> bool:
    """Whether the severity among these canonical labels is a word for critical."""
    _, _, rest = labels.partition(_NAME)
    return bool(rest) and _is_critical_word(rest[: rest.index(b'"')])


@lru_cache(256)  # Asked for every alert of every group that is overdue, and the words are few.
def _is_critical_word(word: bytes) -> bool:
    return severity.rank(word.decode()) >= _CRITICAL
