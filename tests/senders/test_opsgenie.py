"""What Opsgenie is sent, and that its alert lives and dies with ours."""

import hashlib

import pytest
from support.chat_servers import OpsgenieServer
from support.chats import opsgenie
from support.outgoing import ACK, alert, outgoing, yes
from support.servers import Answer

from router.core.integration import Responder
from router.errors import DeliveryError
from router.senders.senders import Senders


def sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


GROUP = sha('{}:{alertname="DiskFull"}')


async def test_a_notification_opens_the_alert_of_its_group(senders: Senders) -> None:
    async with OpsgenieServer.open() as server:
        told = opsgenie(
            server,
            message="й" * 200,
            description="d",
            source="s",
            details={"extra": "1", "instance": "mine"},
            responders=(
                Responder(type="teams", name="a,b,,c"),
                Responder(type="user", username="ana@example.com"),
                Responder(type="", name=""),
            ),
            tags="x,,y",
            actions="restart",
            entity="e",
            note="n",
            priority="P2",
        )
        receipt = await senders.send(outgoing(kind="notification"), told, yes)
        (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v2/alerts")
    assert request.json() == {
        "alias": GROUP,
        "message": "й" * 129 + "…",
        "description": "d",
        "details": {"alertname": "DiskFull", "instance": "mine", "extra": "1"},
        "source": "s",
        "responders": [
            {"name": "a", "type": "team"},
            {"name": "b", "type": "team"},
            {"name": "c", "type": "team"},
            {"username": "ana@example.com", "type": "user"},
        ],
        "tags": ["x", "y"],
        "note": "n",
        "priority": "P2",
        "entity": "e",
        "actions": ["restart"],
    }
    assert receipt.ref == GROUP


async def test_a_page_says_what_and_where_to_answer_in_our_words(senders: Senders) -> None:
    async with OpsgenieServer.open() as server:
        await senders.send(outgoing(), opsgenie(server), yes)
        sent = server.requests[0].json()
    assert sent["alias"] == sha("i1/incident/7")
    assert sent["message"] == "[FIRING] critical: DiskFull"
    assert ACK in sent["description"]
    assert (sent["priority"], sent["source"]) == ("P1", "https://tocsin.example.com")


async def test_one_alert_there_lives_through_open_acknowledge_and_close(senders: Senders) -> None:
    seen = []
    async with OpsgenieServer.open() as server:
        for kind in ("page", "page", "acknowledged", "resolved"):
            await senders.send(outgoing(kind=kind), opsgenie(server), yes)
            (only,) = server.alerts.values()
            seen.append((only["state"], only["count"]))
    assert seen == [("open", 1), ("open", 2), ("acked", 2), ("closed", 2)]


async def test_a_close_names_the_alias_and_its_source(senders: Senders) -> None:
    over = outgoing(alert(firing=False), kind="notification")
    async with OpsgenieServer.open() as server:
        await senders.send(over, opsgenie(server, source="s"), yes)
        (request,) = server.requests
    assert (request.method, request.path) == (
        "POST",
        f"/v2/alerts/{GROUP}/close?identifierType=alias",
    )
    assert request.json() == {"source": "s"}


async def test_update_alerts_brings_text_up_to_date(senders: Senders) -> None:
    async with OpsgenieServer.open() as server:
        told = opsgenie(server, message="m", description="d", update_alerts=True)
        await senders.send(outgoing(kind="notification"), told, yes)
        _, message, description = server.requests
    assert (message.method, message.path) == (
        "PUT",
        f"/v2/alerts/{GROUP}/message?identifierType=alias",
    )
    assert message.json() == {"message": "m"}
    assert description.path == f"/v2/alerts/{GROUP}/description?identifierType=alias"
    assert description.json() == {"description": "d"}


@pytest.mark.parametrize("status", [404, 422])
async def test_an_update_refused_for_good_leaves_the_alert_open(
    status: int, senders: Senders
) -> None:
    async with OpsgenieServer.open() as server:
        server.answers = [Answer(), Answer(status, b'{"message":"no"}')]
        told = opsgenie(server, update_alerts=True)
        receipt = await senders.send(outgoing(kind="notification"), told, yes)
        assert len(server.requests) == 3
    assert receipt.detail.startswith("trigger; message not updated: opsgenie ${OPSGENIE}: answered")


async def test_an_update_that_may_pass_is_tried_again_from_the_first(senders: Senders) -> None:
    async with OpsgenieServer.open() as server:
        server.answers = [Answer(), Answer(429, b"", {"Retry-After": "3"})]
        told = opsgenie(server, update_alerts=True)
        with pytest.raises(DeliveryError) as caught:
            await senders.send(outgoing(kind="notification"), told, yes)
        assert caught.value.retry_after == 3
        await senders.send(outgoing(kind="notification", attempt=2), told, yes)
        assert len(server.alerts) == 1
        assert len(server.requests) == 5


async def test_a_page_answered_between_requests_was_sent(senders: Senders) -> None:
    wanted = iter([True, False, False])
    async with OpsgenieServer.open() as server:
        told = opsgenie(server, update_alerts=True)
        receipt = await senders.send(outgoing(), told, lambda: next(wanted))
        assert len(server.requests) == 3
    assert receipt.detail == "trigger"
