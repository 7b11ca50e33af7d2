"""Sends PagerDuty events (Events API v2): one alert there for each group or incident here."""

import hashlib
from typing import Any

import msgspec

from router.core.integration import PagerdutyIntegration
from router.core.moment import SECOND
from router.core.outgoing import Outgoing, Receipt
from router.core.secret import Secret
from router.errors import DeliveryError
from router.senders.clean import cut, one_line
from router.senders.http import Http, Post, Wanted, refusal
from router.senders.message import Messages
from router.senders.pagerduty_event import event as worded
from router.senders.placed import Placing
from router.senders.view import View, view
from router.senders.webhook import rfc3339
from router.senders.wording import Wording

_V2, _V1 = "v2/enqueue", "generic/2010-04-15/create_event.json"
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
        name = f"pagerduty {integration.routing_key.origin}"
        key = Placing(name, self._messages, outgoing).secret(integration.routing_key, "routing_key")
        event = self._event(outgoing, data, key)
        if integration.event is not None:
            wording = Wording(self._messages, outgoing)
            event = worded(
                _keyed(integration, key),
                integration.event,
                wording,
                action(outgoing),
                dedup_key(outgoing),
            )
        post = Post(
            name=name,
            url=f"{integration.api_url.rstrip('/')}/{_V1 if integration.v1 else _V2}",
            body=_within_limit(event),
            headers={"Content-Type": "application/json"},
            timeout=integration.timeout / SECOND or self._timeout,
            at=outgoing.at,
            http=integration.http,
            secrets=(key,),
        )
        answer = await self._http.post(post, wanted)
        if integration.v1 and answer.status == 403:
            # v1 says so of too many events (developer.pagerduty.com/docs/events-api-v1).
            raise DeliveryError(f"{post.name}: answered 403", retry_after=answer.retry_after)
        if not answer.ok:
            raise refusal(post, answer)
        if answer.status != 202 and not _says_success(answer.body):
            words = f"{post.name}: its answer is not PagerDuty's: {answer.status}"
            raise DeliveryError(words, ambiguous=True)
        return Receipt(ref=dedup_key(outgoing), detail=action(outgoing))

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


def _keyed(integration: PagerdutyIntegration, key: str) -> PagerdutyIntegration:
    kept = Secret(integration.routing_key.origin, key)
    return msgspec.structs.replace(integration, routing_key=kept)


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
    if "details" in event:
        return msgspec.json.encode({**event, "details": {"error": error}})
    payload = {**event["payload"], "custom_details": {"error": error}}
    return msgspec.json.encode({**event, "payload": payload})


def _says_success(body: bytes) -> bool:
    try:
        return bool(msgspec.json.decode(body, type=dict[str, Any]).get("status") == "success")
    except msgspec.DecodeError:
        return False
