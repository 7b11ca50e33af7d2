"""What PagerDuty is sent when a receiver words its events itself, by either version of its API."""

import hashlib
import json
from typing import Any

import msgspec
import pytest
from support.channels import ROUTING_KEY, pager
from support.outgoing import ACK, alert, outgoing, yes
from support.servers import Answer, HttpServer, PagerdutyServer

from router.core.integration import PagerdutyIntegration
from router.core.pagerduty_event import PagerdutyEvent, PagerdutyImage, PagerdutyLink
from router.core.secret import Secret
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.pagerduty import EVENT_MAX
from router.senders.senders import Senders

NEWS = outgoing(kind="notification")
OVER = outgoing(alert(firing=False), kind="notification")
GROUP = hashlib.sha256(b'{}:{alertname="DiskFull"}').hexdigest()
EVENT = PagerdutyEvent(
    description="d" * 2000,
    client="c",
    client_url="https://c/",
    severity="warning",
    class_="k",
    component="o",
    group="g",
    details={"n": "3", "text": "a b", "list": ["1", "yes"], "table": {"deep": "~"}},
    images=(PagerdutyImage(src="s", alt="a"), PagerdutyImage(src="")),
    links=(PagerdutyLink(href="https://l/", text="t"),),
)


def worded(server: PagerdutyServer, event: PagerdutyEvent) -> PagerdutyIntegration:
    return msgspec.structs.replace(pager(server), event=event)


@pytest.mark.parametrize(("told", "action"), [(NEWS, "trigger"), (OVER, "resolve")])
async def test_an_event_has_every_field(
    told: Any, action: str, senders: Senders, pagerduty: PagerdutyServer
) -> None:
    await senders.send(told, worded(pagerduty, EVENT), yes)
    assert pagerduty.requests[0].json() == {
        "routing_key": ROUTING_KEY,
        "dedup_key": GROUP,
        "event_action": action,
        "payload": {
            "summary": "d" * 1023 + "…",
            "source": "c",
            "severity": "warning",
            "class": "k",
            "component": "o",
            "group": "g",
            "custom_details": {
                "n": 3,
                "text": "a b",
                "list": [1, True],
                "table": {"deep": None},
            },
        },
        "client": "c",
        "client_url": "https://c/",
        "images": [{"src": "s", "alt": "a", "href": ""}],
        "links": [{"href": "https://l/", "text": "t"}],
    }


async def test_a_page_shows_where_to_answer(senders: Senders, pagerduty: PagerdutyServer) -> None:
    await senders.send(outgoing(), worded(pagerduty, EVENT), yes)
    event = pagerduty.requests[0].json()
    assert event["links"][0] == {"href": ACK, "text": "Acknowledge in Tocsin"}
    assert event["payload"]["custom_details"]["acknowledge"] == ACK


def v1(server: HttpServer, event: PagerdutyEvent) -> PagerdutyIntegration:
    key = Secret("${SERVICE_KEY}", "service-key-42")
    return PagerdutyIntegration(routing_key=key, v1=True, api_url=server.url, event=event)


async def test_version_1_has_its_own_names(senders: Senders) -> None:
    async with HttpServer.open() as server:
        server.answers = [Answer(200, b'{"status":"success"}')] * 2
        await senders.send(NEWS, v1(server, EVENT), yes)
        await senders.send(OVER, v1(server, EVENT), yes)
        first, second = server.requests
    assert first.path == "/generic/2010-04-15/create_event.json"
    assert first.json() == {
        "service_key": "service-key-42",
        "event_type": "trigger",
        "incident_key": GROUP,
        "description": "d" * 1023 + "…",
        "client": "c",
        "client_url": "https://c/",
        "details": {"n": 3, "text": "a b", "list": [1, True], "table": {"deep": None}},
    }
    assert (second.json()["event_type"], "client" in second.json()) == ("resolve", False)


async def test_version_1_says_403_of_too_many(senders: Senders, pagerduty: PagerdutyServer) -> None:
    async with HttpServer.open() as server:
        server.answers = [Answer(403, b"")]
        with pytest.raises(DeliveryError) as caught:
            await senders.send(NEWS, v1(server, EVENT), yes)
    assert not isinstance(caught.value, PermanentDeliveryError)


@pytest.mark.parametrize("old", [False, True])
async def test_details_give_way_beyond_512_000_bytes(old: bool, senders: Senders) -> None:
    fat = msgspec.structs.replace(EVENT, details={"a": "x y " * 200_000})
    async with PagerdutyServer.open() as server:
        server.answers = [Answer(202, b"")]
        told = v1(server, fat) if old else worded(server, fat)
        await senders.send(NEWS, told, yes)
        (request,) = server.requests
    assert len(request.body) < EVENT_MAX
    found = json.loads(request.body)
    details = found["details"] if old else found["payload"]["custom_details"]
    assert list(details) == ["error"]
