"""Webhooks of Alertmanager (version 3 and 4) and Grafana (unified, and legacy alerting)."""

from typing import Any

from router.core.alert import Report
from router.errors import DecodeError
from router.ingest.decoded import Decoded, Invalid, Origin, read_any
from router.ingest.pairs import label_set, scalar, text_pairs
from router.ingest.single import ended, fired, read_alert

_LEGACY_ENDED = ("ok", "paused")
_MATCHES_SHOWN = 20


def decode(body: bytes, origin: Origin) -> Decoded:
    """The alerts of one webhook, each by its own status; the group's is never looked at.

    Raises:
        DecodeError: it is no JSON, or of neither sender.
    """
    message = read_any(body)
    if not recognised(message):
        raise DecodeError(
            "expected a webhook of Alertmanager or Grafana: an object with `alerts` or `ruleName`"
        )
    return explode(message, origin)


def recognised(message: Any) -> bool:
    """Whether a decoded body is one of these webhooks, sound or not."""
    if not isinstance(message, dict):
        return False
    alerts = message.get("alerts")
    return isinstance(alerts, list) or (alerts is None and isinstance(message.get("ruleName"), str))


def unmistakable(message: Any) -> bool:
    """Whether a decoded body of unknown origin is one of these, each of its alerts with labels."""
    if not recognised(message):
        return False
    alerts = message.get("alerts")
    return alerts is None or all(isinstance(alert, dict) and "labels" in alert for alert in alerts)


def explode(message: dict[str, Any], origin: Origin) -> Decoded:
    """The alerts of a recognised webhook; those that are none are named among the problems."""
    if message.get("alerts") is None:
        return _legacy(message, origin)
    reports, problems = [], []
    for index, item in enumerate(message["alerts"]):
        try:
            reports.append(read_alert(item, origin))
        except Invalid as problem:
            problems.append(f"alerts[{index}]: {problem}")
    return Decoded(tuple(reports), tuple(problems))


def _legacy(message: dict[str, Any], origin: Origin) -> Decoded:
    """Grafana's alerting before version 9: one alert a rule, also when no series matched.

    A rule without data fires: somebody must look. A paused one can no longer end, so it is over.
    `pending` is not yet a reason for anything.
    """
    state = str(message.get("state")).lower()
    if state == "pending":
        return Decoded()
    try:
        return Decoded((_legacy_report(message, state, origin),))
    except Invalid as problem:
        return Decoded(problems=(f"rule {message['ruleName']!r}: {problem}",))


def _legacy_report(message: dict[str, Any], state: str, origin: Origin) -> Report:
    labels = {
        **text_pairs(message.get("tags"), "tags"),
        "alertname": message["ruleName"],
        "rule_id": scalar(message.get("ruleId")) or "",
        "org_id": scalar(message.get("orgId")) or "",
    }
    annotations = {
        "summary": scalar(message.get("message")) or "",
        "image_url": scalar(message.get("imageUrl")) or "",
        "values": _matches(message.get("evalMatches")),
        "state": "no data" if state == "no_data" else "",
    }
    make = ended if state in _LEGACY_ENDED else fired
    return make(
        label_set(labels),
        origin,
        annotations={name: text for name, text in annotations.items() if text},
        url=scalar(message.get("ruleUrl")) or "",
    )


def _matches(matches: Any) -> str:
    found = matches if isinstance(matches, list) else []
    pairs = (
        (scalar(match.get("metric")) or "value", scalar(match.get("value")) or "null")
        for match in found[:_MATCHES_SHOWN]
        if isinstance(match, dict)
    )
    return ", ".join(f"{metric}={value}" for metric, value in pairs)
