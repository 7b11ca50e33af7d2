"""What a template may know of one delivery: plain dictionaries, cleaned and bounded."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from router.core import labels
from router.core.moment import SECOND, to_datetime
from router.core.notification import AlertSnapshot, IncidentSnapshot
from router.core.outgoing import Outgoing
from router.senders.bundled import bundled
from router.senders.clean import clean, one_line, web_link

View = dict[str, Any]

ALERTS_SHOWN = 20
_PAIRS_SHOWN = 64

_object = msgspec.json.Decoder(dict[str, Any]).decode
_STATES = {"acknowledged": "acknowledged", "resolved": "resolved", "notice": "notice"}


def view(outgoing: Outgoing) -> View:
    """The data of a page, notification or notice, as its templates see it.

    Texts are cleaned, times are words, addresses are empty unless they lead to a web page. At
    most 20 alerts are listed; `truncated` counts those left out here or before.
    """
    snapshot = outgoing.snapshot
    zone = outgoing.timezone
    alerts = [_alert(alert, outgoing.at, zone) for alert in snapshot.alerts[:ALERTS_SHOWN]]
    common_labels = labels.common([alert["labels"] for alert in alerts])
    annotations = labels.common([alert["annotations"] for alert in alerts])
    group_labels = _cleaned(snapshot.group_labels)
    firing = [a for a in alerts if a["status"] == "firing"] or alerts
    data: View = {
        "kind": outgoing.kind,
        "status": snapshot.status,
        "state": _state(outgoing),
        "title": _title(snapshot.note, group_labels, common_labels),
        "severity": one_line(snapshot.severity, 40),
        "reason": one_line(snapshot.reason),
        "note": clean(snapshot.note),
        "alerts": alerts,
        "firing": snapshot.firing,
        "resolved": snapshot.resolved,
        "truncated": snapshot.truncated + len(snapshot.alerts) - len(alerts),
        "since": firing[0]["starts_at"] if firing else "",
        "where": _where(common_labels, group_labels),
        "group_labels": group_labels,
        "common_labels": common_labels,
        "common_annotations": annotations,
        **_notes(annotations),
        "receiver": one_line(snapshot.receiver, 200),
        "target": one_line(outgoing.target, 200),
        "incident": _incident(snapshot.incident, outgoing.at, zone),
        "ack_url": web_link(outgoing.ack_url),
        "external_url": web_link(outgoing.external_url),
        "maybe_sent": outgoing.maybe_sent,
        "attempt": outgoing.attempt,
        "at": moment(outgoing.at, zone),
    }
    data["heading"] = _heading(data)
    data["bundle"] = []
    return {**data, **bundled(outgoing)} if outgoing.bundle else data


def pairs(raw: msgspec.Raw) -> dict[str, str]:
    """The label set or annotations held as JSON. What should not be there is shown as it is."""
    values = _object(raw)
    return {name: v if isinstance(v, str) else str(v) for name, v in values.items()}


def moment(wall: int, zone: str) -> str:
    """A wall time for people, to the second, as the clocks of this zone show it."""
    return f"{to_datetime(wall).astimezone(ZoneInfo(zone)):%Y-%m-%d %H:%M:%S %Z}"


def span(microseconds: int) -> str:
    """A length of time in its two largest units, such as `2h 5m`; never negative."""
    seconds = max(0, microseconds // SECOND)
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def _alert(alert: AlertSnapshot, at: int, zone: str) -> View:
    real_labels = pairs(alert.labels)
    label_set, annotations = _cleaned(real_labels), _cleaned(pairs(alert.annotations))
    return {
        "status": "firing" if alert.firing else "resolved",
        "name": label_set.get("alertname", "") or labels.text(label_set),
        "labels": label_set,
        "annotations": annotations,
        **_notes(annotations),
        "url": web_link(alert.url),
        "starts_at": moment(alert.starts_at, zone),
        "ends_at": "" if alert.firing else moment(alert.ends_at, zone),
        "lasted": span((at if alert.firing else alert.ends_at) - alert.starts_at),
        "fingerprint": labels.fingerprint(real_labels),
    }


def _notes(annotations: dict[str, str]) -> dict[str, str]:
    """The annotations that mean something by custom."""
    return {
        "summary": annotations.get("summary", ""),
        "description": annotations.get("description", annotations.get("message", "")),
        "runbook_url": web_link(annotations.get("runbook_url", annotations.get("runbook", ""))),
        "dashboard_url": web_link(annotations.get("dashboard_url", "")),
    }


def _incident(incident: IncidentSnapshot | None, at: int, zone: str) -> View | None:
    if incident is None:
        return None
    return {
        "number": incident.number,
        "status": incident.status,
        "policy": one_line(incident.policy, 100),
        "priority": one_line(incident.priority, 20),
        "round": incident.round + 1,
        "step": incident.step + 1,
        "opened_at": moment(incident.opened_at, zone),
        "open_for": span(at - incident.opened_at),
        "answered_by": one_line(incident.answered_by, 100),
    }


def _cleaned(values: dict[str, str]) -> dict[str, str]:
    return {
        one_line(name, 200): clean(value) for name, value in sorted(values.items())[:_PAIRS_SHOWN]
    }


def _state(outgoing: Outgoing) -> str:
    if outgoing.snapshot.status == "resolved":
        return "resolved"
    return _STATES.get(outgoing.kind, "firing")


def _title(note: str, group_labels: dict[str, str], common_labels: dict[str, str]) -> str:
    """The alert's name and what tells its group from others, such as `DiskFull (host=db1)`."""
    name = group_labels.get("alertname") or common_labels.get("alertname", "")
    others = [f"{k}={v}" for k, v in group_labels.items() if k != "alertname"]
    if name and others:
        return one_line(f"{name} ({', '.join(others)})", 300)
    return one_line(name or ", ".join(others) or note, 300) or "Alert"


def _where(common_labels: dict[str, str], group_labels: dict[str, str]) -> str:
    """The labels that all alerts share and the title does not say."""
    said = {*group_labels, "alertname", "severity"}
    return one_line(", ".join(f"{k}={v}" for k, v in common_labels.items() if k not in said), 200)


def _heading(data: View) -> str:
    count = f":{data['firing']}" if data["state"] == "firing" and data["firing"] > 1 else ""
    severity = f"{data['severity']}: " if data["severity"] else ""
    return f"[{data['state'].upper()}{count}] {severity}{data['title']}"
