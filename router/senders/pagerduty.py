"""Sends PagerDuty events (Events API v2): one alert there for each group or incident here."""

import hashlib
from collections.abc import Mapping
from typing import Any

import msgspec

from router.core.integration import PagerdutyIntegration
from router.core.outgoing import Outgoing, Receipt
from router.errors import DeliveryError
from router.senders.clean import cut, one_line
from router.senders.http import Http, Post, Wanted, refusal
from router.senders.message import Messages
from router.senders.view import View, view
from router.senders.webhook import rfc3339
from router.senders.wording import Wording

SUMMARY_MAX = 1024
EVENT_MAX = 512_000  # developer.pagerduty.com/docs/events-api-v2/overview says 512 KB.
_SEVERITIES = {
    **dict.fromkeys(("critical", "page", "emergency", "fatal", "disaster", "p0"), "critical"),
    **dict.fromkeys(("error", "high", "major", "p1"), "error"),
    **dict.fromkeys(("warning", "warn", "medium", "minor", "p2"), "warning"),
    **dict.fromkeys(("info", "information", "low", "none", "p3", "p4"), "info"),
}


class PagerdutySender:
    """Triggers, acknowledges and resolves with a key that stays; a repeat changes nothing."""

    def __init__(self, http: Http, messages: Messages, timeout: float) -> None:
        self._http = http
        self._messages = messages
        self._timeout = timeout

    async def send(
        self, outgoing: Outgoing, integration: PagerdutyIntegration, wanted: Wanted
    ) -> Receipt:
        """Send the event; the receipt's ref is the dedup key."""
        data = view(outgoing)
        key = integration.routing_key.value
        event = self._event(outgoing, data, key)
        if integration.words and "payload" in event:
            _worded(event, integration.words, Wording(self._messages, outgoing))
        post = Post(
            name=f"pagerduty {integration.routing_key.origin}",
            url=f"{integration.api_url.rstrip('/')}/v2/enqueue",
            body=_within_limit(event),
            headers={"Content-Type": "application/json"},
            timeout=self._timeout,
            at=outgoing.at,
            http=integration.http,
            secrets=(key,),
        )
        answer = await self._http.post(post, wanted)
        if not answer.ok:
            raise refusal(post, answer)
        if answer.status != 202 and not _says_success(answer.body):
            words = f"{post.name}: its answer is not PagerDuty's: {answer.status}"
            raise DeliveryError(words, ambiguous=True)
        return Receipt(ref=event["dedup_key"], detail=event["event_action"])

    def _event(self, outgoing: Outgoing, data: View, routing_key: str) -> dict[str, Any]:
        event: dict[str, Any] = {
            "routing_key": routing_key,
            "event_action": action(outgoing),
            "dedup_key": dedup_key(outgoing),
        }
        if event["event_action"] != "trigger":
            return event
        event["payload"] = {
            "summary": self._messages.text("pagerduty.summary", data),
            "source": _source(data),
            "severity": _SEVERITIES.get(data["severity"].lower(), "error"),
            "timestamp": rfc3339(_began(outgoing)),
            **_where(data),
            "custom_details": _details(data),
        }
        event["client"] = "Tocsin"
        if data["external_url"]:
            event["client_url"] = data["external_url"]
        event["links"] = _links(data)
        return event


def _worded(event: dict[str, Any], own: Mapping[str, Any], words: Wording) -> None:
    """Put the operator's own words over ours; the details are joined, his over ours.

    One that comes out empty, or cannot be filled in, leaves ours.
    """
    payload, said = event["payload"], words.all({k: own[k] for k in own if k != "description"})
    for key in ("severity", "class", "component", "group", "source"):
        payload[key] = cut(one_line(said.get(key, "")), 1000) or payload.get(key, "")
    payload["severity"] = _SEVERITIES.get(payload["severity"].lower(), "error")
    summary = words.text(own.get("description"), "pagerduty.summary")
    payload["summary"] = cut(summary.strip(), SUMMARY_MAX) or payload["summary"]
    payload["custom_details"] |= said.get("details", {})
    event["payload"] = {key: value for key, value in payload.items() if value != ""}
    for key in ("client", "client_url"):
        if said.get(key):
            event[key] = said[key]
    links = [each for each in said.get("links", ()) if each.get("href")]
    images = [each for each in said.get("images", ()) if each.get("src")]
    event["links"] = [*event["links"], *links]
    if images:
        event["images"] = images


def dedup_key(outgoing: Outgoing) -> str:
    """What ties trigger, acknowledge and resolve together; Alertmanager's own key for a group."""
    snapshot = outgoing.snapshot
    of_group = outgoing.kind == "notification" and snapshot.group_key
    return hashlib.sha256((of_group or outgoing.subject).encode()).hexdigest()


def action(outgoing: Outgoing) -> str:
    """The event's action: resolve only when nothing fires any more."""
    if outgoing.kind == "resolved" or outgoing.snapshot.status == "resolved":
        return "resolve"
    return "acknowledge" if outgoing.kind == "acknowledged" else "trigger"


def _began(outgoing: Outgoing) -> int:
    return min((a.starts_at for a in outgoing.snapshot.alerts if a.firing), default=outgoing.at)


def _source(data: View) -> str:
    common = data["common_labels"]
    return one_line(common.get("instance") or common.get("host") or "Tocsin", 250)


def _where(data: View) -> dict[str, str]:
    where = {
        "component": data["common_labels"].get("job", ""),
        "group": ", ".join(f"{k}={v}" for k, v in data["group_labels"].items()),
        "class": data["common_labels"].get("alertname", ""),
    }
    return {name: cut(value, 1000) for name, value in where.items() if value}


def _details(data: View) -> dict[str, Any]:
    details = {
        "summary": data["summary"],
        "description": data["description"],
        "note": data["note"],
        "reason": data["reason"],
        "acknowledge": data["ack_url"],
        "runbook": data["runbook_url"],
        "policy": _policy(data),
    }
    return {
        **{name: text for name, text in details.items() if text},
        "num_firing": data["firing"],
        "num_resolved": data["resolved"],
        "alerts": [
            {"status": a["status"], "starts_at": a["starts_at"], "labels": a["labels"]}
            for a in data["alerts"]
        ],
    }


def _policy(data: View) -> str:
    incident = data["incident"]
    if not incident:
        return ""
    where = f"step {incident['step']} of round {incident['round']}"
    return f"incident #{incident['number']}, policy {incident['policy']}, {where}"


def _links(data: View) -> list[dict[str, str]]:
    links = [
        (data["ack_url"], "Acknowledge in Tocsin"),
        (data["runbook_url"], "What to do"),
        (data["dashboard_url"], "Dashboard"),
    ]
    return [{"href": href, "text": text} for href, text in links if href]


def _within_limit(event: dict[str, Any]) -> bytes:
    """The event as JSON; its details give way when it would be too large."""
    body = msgspec.json.encode(event)
    if len(body) <= EVENT_MAX:
        return body
    error = f"the details are left out: over {EVENT_MAX} bytes with them"
    payload = {**event["payload"], "custom_details": {"error": error}}
    return msgspec.json.encode({**event, "payload": payload})


def _says_success(body: bytes) -> bool:
    try:
        return bool(msgspec.json.decode(body, type=dict[str, Any]).get("status") == "success")
    except msgspec.DecodeError:
        return False
