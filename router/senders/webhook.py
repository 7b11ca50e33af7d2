"""Posts Alertmanager's webhook v4 body, so that whatever reads Alertmanager's reads ours."""

import hashlib
import hmac
import re
from typing import Any
from urllib.parse import quote

import anyio
import anyio.to_thread
import msgspec

from router.core import labels
from router.core.integration import WebhookIntegration
from router.core.moment import SECOND, to_datetime
from router.core.notification import AlertSnapshot
from router.core.outgoing import Outgoing, Receipt
from router.senders.clean import link_secrets
from router.senders.http import Http, Post, Wanted, refusal
from router.senders.message import Messages
from router.senders.placed import Placing
from router.senders.structured import structured
from router.senders.view import pairs
from router.senders.wording import Wording

_META = re.compile(r"[\\.+*?()|\[\]{}^$]")
_FEW = 20  # So many alerts take less than a millisecond.
_UNSET = "0001-01-01T00:00:00Z"


class WebhookSender:
    """Any 2xx means taken. Each attempt carries the same Idempotency-Key."""

    def __init__(self, http: Http, messages: Messages) -> None:
        self._http = http
        self._messages = messages
        self._aside = anyio.CapacityLimiter(1)

    async def send(
        self, outgoing: Outgoing, integration: WebhookIntegration, wanted: Wanted
    ) -> Receipt:
        """Post the body, signed when there is a secret."""
        words = None
        if integration.payload is not None or outgoing.snapshot.route_labels:
            words = Wording(self._messages, _cut(outgoing, integration.max_alerts))
        if words is None or integration.payload is None:
            told = words.all(outgoing.snapshot.route_labels) if words else {}
            body = await self._body(outgoing, integration.max_alerts, told)
        else:
            body = msgspec.json.encode(structured(integration.payload, words)) + b"\n"
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": quote(outgoing.key, safe="/:@#,;=+*()!$&'~[]{}|"),
            "X-Tocsin-Attempt": str(outgoing.attempt),
        }
        if integration.secret:
            headers["X-Tocsin-Signature"] = signature(
                integration.secret.value, outgoing.at // SECOND, body
            )
        name = f"webhook {integration.url.origin}"
        url = Placing(name, self._messages, outgoing).url(integration.url)
        post = Post(
            name=name,
            url=url,
            body=body,
            headers=headers,
            timeout=integration.timeout / SECOND,
            at=outgoing.at,
            http=integration.http,
            secrets=link_secrets(url),
        )
        answer = await self._http.post(post, wanted)
        if not answer.ok:
            raise refusal(post, answer)
        return Receipt(detail=f"answered {answer.status}")

    async def _body(
        self, outgoing: Outgoing, max_alerts: int, route_labels: dict[str, str]
    ) -> bytes:
        """The body; that of many alerts is written aside, one at a time, while the loop goes on."""
        if len(outgoing.snapshot.alerts) <= _FEW:
            return webhook_body(outgoing, max_alerts, route_labels)
        return await anyio.to_thread.run_sync(
            webhook_body, outgoing, max_alerts, route_labels, limiter=self._aside
        )


def _cut(outgoing: Outgoing, max_alerts: int) -> Outgoing:
    """The delivery as if only the first alerts were in it."""
    snapshot = outgoing.snapshot
    left_out = len(snapshot.alerts) - max_alerts
    if not max_alerts or left_out <= 0:
        return outgoing
    kept = snapshot.alerts[:max_alerts]
    status = "firing" if any(alert.firing for alert in kept) else "resolved"
    snapshot = msgspec.structs.replace(
        snapshot, alerts=kept, status=status, truncated=snapshot.truncated + left_out
    )
    return msgspec.structs.replace(outgoing, snapshot=snapshot)


def signature(secret: str, unix: int, body: bytes) -> str:
    """The signature header: `t=` unix seconds, `v1=` hex HMAC-SHA256 of `t.body`.

    A receiver recomputes it over the raw body and refuses a time far from its own.
    """
    digest = hmac.new(secret.encode(), b"%d.%b" % (unix, body), hashlib.sha256).hexdigest()
    return f"t={unix},v1={digest}"


def webhook_body(
    outgoing: Outgoing, max_alerts: int = 0, route_labels: dict[str, str] | None = None
) -> bytes:
    """Alertmanager's webhook v4 body in its key order, then what only we know.

    `max_alerts` cuts first; status and common pairs speak of the alerts that are kept.
    Alertmanager's notification_reason (0.32) and routeLabels (0.34), filled in, are among them.
    """
    snapshot = outgoing.snapshot
    kept = snapshot.alerts[:max_alerts] if max_alerts else snapshot.alerts
    alerts = [_alert(alert) for alert in kept]
    firing = any(a.firing for a in kept) if kept else snapshot.status == "firing"
    body: dict[str, Any] = {
        "receiver": _META.sub(r"\\\g<0>", snapshot.receiver),
        "status": "firing" if firing else "resolved",
        "alerts": alerts,
        "notification_reason": snapshot.reason,
        "groupLabels": _sorted(snapshot.group_labels),
        "commonLabels": labels.common([alert["labels"] for alert in alerts]),
        "commonAnnotations": labels.common([alert["annotations"] for alert in alerts]),
        "routeLabels": route_labels or {},
        "externalURL": outgoing.external_url.rstrip("/"),
        "version": "4",
        "groupKey": snapshot.group_key,
        "truncatedAlerts": snapshot.truncated + len(snapshot.alerts) - len(kept),
    }
    return msgspec.json.encode({**body, **_ours(outgoing)}) + b"\n"


def _ours(outgoing: Outgoing) -> dict[str, Any]:
    extra: dict[str, Any] = {}
    if incident := outgoing.snapshot.incident:
        extra["incident"] = {
            "number": incident.number,
            "status": incident.status,
            "event": outgoing.kind,
            "policy": incident.policy,
            "priority": incident.priority,
            "round": incident.round + 1,
            "step": incident.step + 1,
            "openedAt": rfc3339(incident.opened_at),
            "answeredBy": incident.answered_by,
            "ackURL": outgoing.ack_url,
        }
    if outgoing.snapshot.note:
        extra["note"] = outgoing.snapshot.note
    return extra


def _alert(alert: AlertSnapshot) -> dict[str, Any]:
    label_set = _sorted(pairs(alert.labels))
    return {
        "status": "firing" if alert.firing else "resolved",
        "labels": label_set,
        "annotations": _sorted(pairs(alert.annotations)),
        "startsAt": rfc3339(alert.starts_at),
        "endsAt": _UNSET if alert.firing else rfc3339(alert.ends_at),
        "generatorURL": alert.url,
        "fingerprint": labels.fingerprint(label_set),
    }


def rfc3339(wall: int) -> str:
    """A wall time as Go prints it: UTC, with only as many fraction digits as it needs."""
    text = to_datetime(wall).replace(tzinfo=None).isoformat(timespec="microseconds")
    return f"{text.rstrip('0').removesuffix('.')}Z"


def _sorted(values: dict[str, str]) -> dict[str, str]:
    return dict(sorted(values.items()))
