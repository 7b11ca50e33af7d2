"""Alertmanager's webhook body, byte by byte, and the headers around it."""

import hashlib
import hmac
import json
from typing import Any

import msgspec
import pytest
from support.channels import HOOK_SECRET, hook
from support.outgoing import ACK, AT, MINUTE, alert, outgoing, yes
from support.servers import WebhookServer

from router.senders.senders import Senders
from router.senders.webhook import rfc3339, signature

ALERTMANAGER_KEYS = [
    *("receiver", "status", "alerts", "notification_reason", "groupLabels", "commonLabels"),
    *("commonAnnotations", "routeLabels", "externalURL", "version", "groupKey", "truncatedAlerts"),
]


async def sent(senders: Senders, webhook: WebhookServer, *alerts: Any, **over: Any) -> Any:
    max_alerts = over.pop("max_alerts", 0)
    await senders.send(outgoing(*alerts, **over), hook(webhook, max_alerts=max_alerts), yes)
    return webhook.requests[-1].json()


async def test_a_notification_is_alertmanagers_body_to_the_byte(
    senders: Senders, webhook: WebhookServer
) -> None:
    firing = alert({"instance": "db1", "alertname": "DiskFull"}, {"summary": 'a "full" disk'})
    ended = alert({"alertname": "DiskFull", "instance": "db2"}, {"summary": "b"}, firing=False)
    await senders.send(outgoing(firing, ended, kind="notification"), hook(webhook), yes)
    assert webhook.bodies == [
        b'{"receiver":"ops","status":"firing","alerts":['
        b'{"status":"firing","labels":{"alertname":"DiskFull","instance":"db1"},'
        b'"annotations":{"summary":"a \\"full\\" disk"},"startsAt":"2026-01-05T08:55:00Z",'
        b'"endsAt":"0001-01-01T00:00:00Z",'
        b'"generatorURL":"http://prometheus.example.com/graph?g0.expr=up",'
        b'"fingerprint":"353eae6a3b60c986"},'
        b'{"status":"resolved","labels":{"alertname":"DiskFull","instance":"db2"},'
        b'"annotations":{"summary":"b"},"startsAt":"2026-01-05T08:55:00Z",'
        b'"endsAt":"2026-01-05T09:00:00Z",'
        b'"generatorURL":"http://prometheus.example.com/graph?g0.expr=up",'
        b'"fingerprint":"3534ae6a3b587501"}],'
        b'"notification_reason":"first notification",'
        b'"groupLabels":{"alertname":"DiskFull"},"commonLabels":{"alertname":"DiskFull"},'
        b'"commonAnnotations":{},"routeLabels":{},'
        b'"externalURL":"https://tocsin.example.com","version":"4",'
        b'"groupKey":"{}:{alertname=\\"DiskFull\\"}","truncatedAlerts":0}\n'
    ]


async def test_the_request_says_which_delivery_it_is(
    senders: Senders, webhook: WebhookServer
) -> None:
    await senders.send(outgoing(attempt=3), hook(webhook), yes)
    request = webhook.requests[0]
    assert (request.method, request.path) == ("POST", "/hooks/pathsecret42?key=querysecret42")
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["User-Agent"] == "Tocsin"
    assert request.headers["Idempotency-Key"] == "i1/7/0/1/user:ana/sms"
    assert request.headers["X-Tocsin-Attempt"] == "3"


async def test_a_repeat_has_the_same_key_and_the_same_body(
    senders: Senders, webhook: WebhookServer
) -> None:
    for attempt in (1, 2):
        await senders.send(outgoing(attempt=attempt), hook(webhook), yes)
    first, second = webhook.requests
    assert first.body == second.body
    assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]


async def test_a_receiver_can_verify_the_signature(
    senders: Senders, webhook: WebhookServer
) -> None:
    await senders.send(outgoing(), hook(webhook), yes)
    request = webhook.requests[0]
    stamp, digest = request.headers["X-Tocsin-Signature"].split(",")
    signed = stamp.removeprefix("t=").encode() + b"." + request.body
    expected = hmac.new(HOOK_SECRET.encode(), signed, hashlib.sha256).hexdigest()
    assert stamp == f"t={AT // 1_000_000}"
    assert digest == f"v1={expected}"


def test_the_signature_is_what_openssl_says() -> None:
    """printf '1700000000.{}' | openssl dgst -sha256 -hmac key"""
    expected = "9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
    assert signature("key", 1_700_000_000, b"{}") == f"t=1700000000,v1={expected}"


async def test_without_a_secret_there_is_no_signature(
    senders: Senders, webhook: WebhookServer
) -> None:
    await senders.send(outgoing(), hook(webhook, signed=False), yes)
    assert "X-Tocsin-Signature" not in webhook.requests[0].headers


async def test_a_page_adds_its_incident_after_alertmanagers_keys(
    senders: Senders, webhook: WebhookServer
) -> None:
    body = await sent(senders, webhook)
    assert list(body) == [*ALERTMANAGER_KEYS, "incident"]
    assert body["incident"] == {
        "number": 7,
        "status": "triggered",
        "event": "page",
        "policy": "critical",
        "priority": "P0",
        "round": 1,
        "step": 2,
        "openedAt": "2026-01-05T08:56:00Z",
        "answeredBy": "",
        "ackURL": ACK,
    }


async def test_a_notice_adds_its_sentence(senders: Senders, webhook: WebhookServer) -> None:
    told = {"note": "Nobody was reached.", "alerts": (), "firing": 1, "status": "firing"}
    body = await sent(senders, webhook, kind="notice", snapshot=told)
    assert list(body) == [*ALERTMANAGER_KEYS, "note"]
    assert (body["status"], body["alerts"], body["commonLabels"]) == ("firing", [], {})
    assert body["note"] == "Nobody was reached."


@pytest.mark.parametrize(
    ("max_alerts", "truncated", "listed", "cut", "status"),
    [
        pytest.param(0, 0, 3, 0, "firing", id="no limit"),
        pytest.param(0, 4, 3, 4, "firing", id="some were cut before"),
        pytest.param(2, 0, 2, 1, "firing", id="a limit"),
        pytest.param(1, 4, 1, 6, "firing", id="both"),
        pytest.param(5, 0, 3, 0, "firing", id="a limit nobody reaches"),
    ],
)
async def test_max_alerts_cuts_first(
    max_alerts: int,
    truncated: int,
    listed: int,
    cut: int,
    status: str,
    senders: Senders,
    webhook: WebhookServer,
) -> None:
    alerts = [alert({"alertname": "A", "n": str(n)}) for n in range(3)]
    told = {"truncated": truncated}
    body = await sent(senders, webhook, *alerts, max_alerts=max_alerts, snapshot=told)
    assert (len(body["alerts"]), body["truncatedAlerts"], body["status"]) == (listed, cut, status)


async def test_common_pairs_are_those_of_the_listed_alerts(
    senders: Senders, webhook: WebhookServer
) -> None:
    alerts = [
        alert({"alertname": "A", "zone": "x"}, {"summary": "s", "a": "1"}),
        alert({"alertname": "A", "zone": "x", "n": "2"}, {"summary": "s", "a": "2"}),
        alert({"alertname": "B"}, {}),
    ]
    body = await sent(senders, webhook, *alerts)
    assert (body["commonLabels"], body["commonAnnotations"]) == ({}, {})
    body = await sent(senders, webhook, *alerts, max_alerts=2)
    assert body["commonLabels"] == {"alertname": "A", "zone": "x"}
    assert body["commonAnnotations"] == {"summary": "s"}


@pytest.mark.parametrize(
    ("name", "quoted"),
    [("team-db", "team-db"), ("a.b", r"a\.b"), ("a+b (c)", r"a\+b \(c\)"), ("x|y^$", r"x\|y\^\$")],
)
async def test_the_receivers_name_is_quoted_as_alertmanager_does(
    name: str, quoted: str, senders: Senders, webhook: WebhookServer
) -> None:
    body = await sent(senders, webhook, snapshot={"receiver": name})
    assert body["receiver"] == quoted


@pytest.mark.parametrize(
    ("wall", "text"),
    [
        (AT, "2026-01-05T09:00:00Z"),
        (AT + 1, "2026-01-05T09:00:00.000001Z"),
        (AT + 120_000, "2026-01-05T09:00:00.12Z"),
        (AT + 10 * MINUTE, "2026-01-05T09:10:00Z"),
        (-62_135_596_800_000_000, "0001-01-01T00:00:00Z"),
    ],
)
def test_times_are_written_as_go_does(wall: int, text: str) -> None:
    assert rfc3339(wall) == text


async def test_labels_arrive_as_they_came(senders: Senders, webhook: WebhookServer) -> None:
    """Data for machines is not cleaned: <, control characters and right-to-left marks stay."""
    odd = {"alertname": "<b>&", "odd": 'x\x1b[31m\u202ey\n"', "ключ": "значение 🔥"}
    body = await sent(senders, webhook, alert(odd, {"n": "{{ 7 * 7 }}"}))
    assert body["alerts"][0]["labels"] == odd
    assert body["alerts"][0]["annotations"] == {"n": "{{ 7 * 7 }}"}
    assert json.loads(webhook.bodies[0]) == body


@pytest.mark.parametrize("key", ["a\r\nX-Evil: 1", "ключ/1", "a b\x00c"])
async def test_no_key_can_break_the_headers(
    key: str, senders: Senders, webhook: WebhookServer
) -> None:
    await senders.send(outgoing(key=key), hook(webhook), yes)
    headers = webhook.requests[0].headers
    assert headers["Idempotency-Key"].isascii()
    assert "X-Evil" not in headers


async def test_a_body_of_many_alerts_arrives_whole(
    senders: Senders, webhook: WebhookServer
) -> None:
    alerts = [alert({"alertname": "A", "n": str(n)}, {"d": "x" * 2000}) for n in range(1500)]
    body = await sent(senders, webhook, *alerts)
    assert len(body["alerts"]) == 1500
    assert len(webhook.bodies[0]) > 3_000_000


async def test_a_payload_is_sent_instead_of_the_body(
    senders: Senders, webhook: WebhookServer
) -> None:
    payload = {"text": "down", "count": "3", "list": ["a", {"deep": "true"}]}
    told = msgspec.structs.replace(hook(webhook), payload=payload)
    await senders.send(outgoing(kind="notification"), told, yes)
    (request,) = webhook.requests
    assert request.json() == {"text": "down", "count": 3, "list": ["a", {"deep": True}]}
    expected = signature(HOOK_SECRET, AT // 1_000_000, request.body)
    assert request.headers["X-Tocsin-Signature"] == expected


async def test_the_labels_of_the_route_are_filled_in(
    senders: Senders, webhook: WebhookServer
) -> None:
    written = {"team": "{{ data.CommonLabels.team | toUpper }}", "tier": "1"}
    told = outgoing(alert({"alertname": "Down", "team": "db"}), kind="notification")
    snapshot = msgspec.structs.replace(told.snapshot, route_labels=written)
    told = msgspec.structs.replace(told, snapshot=snapshot)
    await senders.send(told, hook(webhook), yes)
    assert webhook.requests[-1].json()["routeLabels"] == {"team": "DB", "tier": "1"}
    field = {"text": "{{ data.RouteLabels.team }}"}
    await senders.send(told, msgspec.structs.replace(hook(webhook), payload=field), yes)
    assert webhook.requests[-1].json() == {"text": "DB"}
    field = {"text": "{{ routeLabels('team') }}{{ routeLabels('none') }}"}
    await senders.send(told, msgspec.structs.replace(hook(webhook), payload=field), yes)
    assert webhook.requests[-1].json() == {"text": "DB"}
