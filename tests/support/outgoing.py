"""Deliveries to hand to a sender, with as little said as a test needs."""

from typing import Any

import msgspec

from router.core.notification import AlertSnapshot, IncidentSnapshot, Snapshot
from router.core.outgoing import Outgoing

AT = 1_767_603_600_000_000  # 2026-01-05 09:00:00 UTC
MINUTE = 60_000_000
ACK = "https://tocsin.example.com/ack/7.abcdef"


def alert(
    labels: dict[str, str] | None = None,
    annotations: dict[str, str] | None = None,
    *,
    firing: bool = True,
    starts_at: int = AT - 5 * MINUTE,
    ends_at: int = AT,
    url: str = "http://prometheus.example.com/graph?g0.expr=up",
) -> AlertSnapshot:
    """DiskFull on db1, unless told otherwise."""
    pairs = {"alertname": "DiskFull", "instance": "db1"} if labels is None else labels
    notes = {"summary": "Disk of db1 is 97 % full"} if annotations is None else annotations
    return AlertSnapshot(
        firing=firing,
        labels=msgspec.Raw(msgspec.json.encode(pairs, order="sorted")),
        annotations=msgspec.Raw(msgspec.json.encode(notes)),
        starts_at=starts_at,
        ends_at=ends_at,
        url=url,
    )


def incident(status: str = "triggered", answered_by: str = "", **changed: Any) -> IncidentSnapshot:
    """Incident 7 of policy `critical`, at its second step."""
    values = {
        "number": 7,
        "status": status,
        "policy": "critical",
        "priority": "P0",
        "round": 0,
        "step": 1,
        "opened_at": AT - 4 * MINUTE,
        "answered_by": answered_by,
    }
    return IncidentSnapshot(**{**values, **changed})


def outgoing(
    *alerts: AlertSnapshot, kind: str = "page", snapshot: dict[str, Any] | None = None, **over: Any
) -> Outgoing:
    """A delivery of `kind`; `snapshot` and the other keywords replace single fields."""
    listed = alerts or (alert(firing=kind != "resolved"),)
    firing = sum(a.firing for a in listed)
    of_incident = kind in ("page", "acknowledged", "resolved")
    status = {"acknowledged": "acknowledged", "resolved": "resolved"}.get(kind, "triggered")
    told = {
        "status": "firing" if firing else "resolved",
        "reason": "first notification",
        "group_key": '{}:{alertname="DiskFull"}',
        "group_labels": {"alertname": "DiskFull"},
        "alerts": listed,
        "firing": firing,
        "resolved": len(listed) - firing,
        "receiver": "ops",
        "severity": "critical",
        "incident": incident(status) if of_incident else None,
    }
    values = {
        "key": "i1/7/0/1/user:ana/sms",
        "subject": "i1/incident/7",
        "attempt": 1,
        "kind": kind,
        "target": "user:ana/sms",
        "snapshot": Snapshot(**{**told, **(snapshot or {})}),
        "at": AT,
        "ack_url": ACK if kind == "page" else "",
        "external_url": "https://tocsin.example.com",
    }
    return Outgoing(**{**values, **over})


def yes() -> bool:
    """The page is still wanted."""
    return True


def no() -> bool:
    """The page is not wanted any more."""
    return False
