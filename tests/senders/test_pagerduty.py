"""What PagerDuty is sent, and that its alert lives and dies with ours."""

import hashlib
from typing import Any

import msgspec
import pytest
from support.channels import ROUTING_KEY, pager
from support.outgoing import ACK, AT, MINUTE, alert, outgoing, yes
from support.servers import Answer, PagerdutyServer

from router.errors import PermanentDeliveryError
from router.senders.pagerduty import EVENT_MAX
from router.senders.senders import Senders


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


async def test_a_page_is_the_event_pagerduty_documents(
    senders: Senders, pagerduty: PagerdutyServer
) -> None:
    receipt = await senders.send(outgoing(), pager(pagerduty), yes)
    request = pagerduty.requests[0]
    assert (request.method, request.path) == ("POST", "/v2/enqueue")
    assert request.headers["Content-Type"] == "application/json"
    assert request.json() == {
        "routing_key": ROUTING_KEY,
        "event_action": "trigger",
        "dedup_key": sha("i1/incident/7"),
        "payload": {
            "summary": "DiskFull: Disk of db1 is 97 % full (instance=db1)",
            "source": "db1",
            "severity": "critical",
            "timestamp": "2026-01-05T08:55:00Z",
            "group": "alertname=DiskFull",
            "class": "DiskFull",
            "custom_details": {
                "summary": "Disk of db1 is 97 % full",
                "reason": "first notification",
                "acknowledge": ACK,
                "policy": "incident #7, policy critical, step 2 of round 1",
                "num_firing": 1,
                "num_resolved": 0,
                "alerts": [
                    {
                        "status": "firing",
                        "starts_at": "2026-01-05 08:55:00 UTC",
                        "labels": {"alertname": "DiskFull", "instance": "db1"},
                    }
                ],
            },
        },
        "client": "Tocsin",
        "client_url": "https://tocsin.example.com",
        "links": [{"href": ACK, "text": "Acknowledge in Tocsin"}],
    }
    assert receipt.ref == sha("i1/incident/7")


async def test_one_alert_there_lives_through_trigger_acknowledge_and_resolve(
    senders: Senders, pagerduty: PagerdutyServer
) -> None:
    seen = []
    for kind in ("page", "page", "acknowledged", "resolved"):
        await senders.send(outgoing(kind=kind, key=f"i1/7/{kind}"), pager(pagerduty), yes)
        seen.append(dict(pagerduty.alerts))
    key = sha("i1/incident/7")
    assert seen == [
        {key: "triggered"},
        {key: "triggered"},
        {key: "acknowledged"},
        {key: "resolved"},
    ]


async def test_acknowledge_and_resolve_carry_nothing_else(
    senders: Senders, pagerduty: PagerdutyServer
) -> None:
    for kind in ("acknowledged", "resolved"):
        await senders.send(outgoing(kind=kind), pager(pagerduty), yes)
    key = {"routing_key": ROUTING_KEY, "dedup_key": sha("i1/incident/7")}
    assert [request.json() for request in pagerduty.requests] == [
        {**key, "event_action": "acknowledge"},
        {**key, "event_action": "resolve"},
    ]


@pytest.mark.parametrize(
    ("firing", "action"),
    [
        pytest.param([True], "trigger", id="firing"),
        pytest.param([True, False], "trigger", id="some resolved"),
        pytest.param([False], "resolve", id="all resolved"),
    ],
)
async def test_a_groups_notification_has_alertmanagers_key(
    firing: list[bool], action: str, senders: Senders, pagerduty: PagerdutyServer
) -> None:
    alerts = [alert(firing=fires) for fires in firing]
    await senders.send(outgoing(*alerts, kind="notification"), pager(pagerduty), yes)
    event = pagerduty.requests[0].json()
    assert event["dedup_key"] == sha('{}:{alertname="DiskFull"}')
    assert event["event_action"] == action


@pytest.mark.parametrize(
    ("severity", "theirs"),
    [
        *(("critical", "critical"), ("P0", "critical"), ("Page", "critical"), ("high", "error")),
        *(("warning", "warning"), ("info", "info"), ("", "error"), ("banana", "error")),
    ],
)
async def test_severities_become_theirs(
    severity: str, theirs: str, senders: Senders, pagerduty: PagerdutyServer
) -> None:
    await senders.send(outgoing(snapshot={"severity": severity}), pager(pagerduty), yes)
    assert pagerduty.requests[0].json()["payload"]["severity"] == theirs


async def test_the_earliest_firing_alert_dates_it(
    senders: Senders, pagerduty: PagerdutyServer
) -> None:
    alerts = [
        alert(starts_at=AT - MINUTE),
        alert(starts_at=AT - 3 * MINUTE),
        alert(starts_at=AT - 9 * MINUTE, firing=False),
    ]
    await senders.send(outgoing(*alerts), pager(pagerduty), yes)
    assert pagerduty.requests[0].json()["payload"]["timestamp"] == "2026-01-05T08:57:00Z"


async def test_a_long_summary_is_cut_at_1024(senders: Senders, pagerduty: PagerdutyServer) -> None:
    told = {"note": "й" * 5000, "group_labels": {"alertname": "A" * 400}}
    await senders.send(
        outgoing(alert({}, {"summary": "s" * 5000}), snapshot=told), pager(pagerduty), yes
    )
    summary = pagerduty.requests[0].json()["payload"]["summary"]
    assert len(summary) == 1024
    assert summary.endswith("…")


async def test_details_give_way_when_the_event_is_too_large(
    senders: Senders, pagerduty: PagerdutyServer
) -> None:
    fat: dict[str, Any] = {f"label{n}": "ä" * 1000 for n in range(60)}
    alerts = [alert({**fat, "n": str(n)}) for n in range(20)]
    wide = {"group_labels": {f"label{n}": "ä" * 1000 for n in range(60)}}
    await senders.send(outgoing(*alerts, snapshot=wide), pager(pagerduty), yes)
    assert len(pagerduty.bodies[0]) < EVENT_MAX
    payload = pagerduty.requests[0].json()["payload"]
    assert len(payload["group"]) == 1000
    assert set(payload["custom_details"]) == {"error"}
    assert "97 % full" in payload["summary"]


async def test_a_rejected_event_is_for_ever_and_says_why(
    senders: Senders, pagerduty: PagerdutyServer
) -> None:
    said = {"status": "invalid event", "errors": ["'routing_key' is missing"]}
    pagerduty.answers = [Answer(400, msgspec.json.encode(said))]
    with pytest.raises(PermanentDeliveryError, match="'routing_key' is missing"):
        await senders.send(outgoing(), pager(pagerduty), yes)


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(202, b""), id="202 is enough"),
        pytest.param(Answer(200, b'{"status":"success"}'), id="another 2xx must say success"),
    ],
)
async def test_it_is_taken(answer: Answer, senders: Senders, pagerduty: PagerdutyServer) -> None:
    pagerduty.answers = [answer]
    assert (await senders.send(outgoing(), pager(pagerduty), yes)).detail == "trigger"
