"""The picture of a group that a delivery carries, taken when it is planned."""

from collections.abc import Sequence
from operator import itemgetter

import msgspec

from router.core import severity
from router.core.alert import Alert
from router.core.group import Group
from router.core.incident import Incident
from router.core.labels import decode, in_order
from router.core.notification import AlertSnapshot, IncidentSnapshot, Snapshot

PAGE_ALERTS = 50  # A page to a person names this many; a receiver's notification names all.


def take(
    group: Group,
    alerts: Sequence[Alert],
    reason: str,
    *,
    incident: Incident | None = None,
    limit: int | None = None,
    note: str = "",
) -> Snapshot:
    """A snapshot of these alerts, in Alertmanager's order, at most *limit* of them."""
    labelled = in_order([(decode(alert.labels), alert) for alert in alerts], itemgetter(0))
    firing = sum(alert.firing for alert in alerts)
    kept = labelled if limit is None else sorted(labelled, key=lambda p: not p[1].firing)[:limit]
    words = [labels.get("severity", "") for labels, alert in labelled if alert.firing or not firing]
    return Snapshot(
        status="firing" if firing else "resolved",
        reason=reason,
        group_key=group.key,
        group_labels=decode(group.labels),
        alerts=tuple(_alert(alert) for _, alert in kept),
        firing=firing,
        resolved=len(alerts) - firing,
        truncated=len(alerts) - len(kept),
        receiver=group.receiver,
        severity=max(dict.fromkeys(words), key=severity.rank, default=""),
        incident=_incident(incident) if incident else None,
        note=note,
    )


def _alert(alert: Alert) -> AlertSnapshot:
    return AlertSnapshot(
        firing=alert.firing,
        labels=msgspec.Raw(alert.labels),
        annotations=msgspec.Raw(alert.annotations),
        starts_at=alert.starts_at,
        ends_at=alert.ends_at,
        url=alert.url,
    )


def _incident(incident: Incident) -> IncidentSnapshot:
    return IncidentSnapshot(
        number=incident.number,
        status=incident.status,
        policy=incident.policy.name,
        priority=incident.policy.priority,
        round=incident.round,
        step=incident.step,
        opened_at=incident.opened_at,
        answered_by=incident.answered_by,
    )
