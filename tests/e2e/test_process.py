"""The process itself: one for a data folder, an end without loss, and a start after a crash."""

import signal
import socket
from functools import partial
from pathlib import Path

import anyio
from support.eventually import eventually
from support.inbox import Inbox
from support.servers import Answer, WebhookServer
from support.service import Service
from support.talk import alert, answer, fire, incident, records

ROUTES = """
[receivers.ops]
webhook = [{{ url = "{webhook}/ops", timeout = "10s" }}]
[policies.critical]
[[policies.critical.steps]]
notify = ["receiver:ops"]
wait = "1h"
[route]
policy = "critical"
group_by = ["alertname"]
group_wait = "0s"
"""


async def test_a_second_service_on_the_same_data_is_refused(tmp_path: Path) -> None:
    async with Inbox() as inbox:
        routes = ROUTES.format(webhook=inbox.url)
        async with Service(tmp_path / "one", routes) as first:
            second = Service(tmp_path / "two", routes, data=first.data, starts=False)
            async with second:
                await second.start(ready=False)
                assert await second.ended() == 2
                assert f"in use by process {first.pid}" in second.stderr
                second.expect("")
            await fire(first, alertname="A")
            await inbox.wait("/ops")


async def test_an_address_in_use_is_said_in_a_sentence(tmp_path: Path) -> None:
    service = Service(tmp_path, ROUTES.format(webhook="http://127.0.0.1:9"), starts=False)
    with socket.create_server(("127.0.0.1", service.port)):
        async with service:
            await service.start(ready=False)
            assert await service.ended() == 2
            assert str(service.port) in service.stderr
            assert "in use" in service.stderr
            assert "should not happen" not in service.stderr
            service.expect("")


async def test_a_termination_lets_what_is_being_sent_end(tmp_path: Path) -> None:
    async with WebhookServer.open() as webhook:
        webhook.answers.append(Answer(hang=1))
        async with Service(tmp_path, ROUTES.format(webhook=webhook.url)) as service:
            await fire(service, alertname="A")
            await webhook.received(1)
            service.signal(signal.SIGTERM)
            await eventually("it is not ready any more", lambda: is_leaving(service))
            assert await service.ended() == 0
            assert '"delivered"' in service.stderr
            await service.start()
            assert len(webhook.requests) == 1, "it was not sent again"
            assert [r["kind"] for r in (await incident(service, 1))["timeline"]][-1] == "sent"


async def is_leaving(service: Service) -> bool:
    """Whether it takes no new connections, or says that it is stopping."""
    try:
        return (await service.get("/health/ready")).status == 503
    except OSError:
        return True


async def test_what_was_being_sent_at_a_crash_is_sent_again_under_the_same_key(
    tmp_path: Path,
) -> None:
    async with WebhookServer.open() as webhook:
        webhook.answers.append(Answer(hang=60))
        async with Service(tmp_path, ROUTES.format(webhook=webhook.url)) as service:
            await fire(service, alertname="A")
            await webhook.received(1)
            service.kill()
            await service.start()
            first, second = await webhook.received(2)
            assert first.headers["Idempotency-Key"] == second.headers["Idempotency-Key"]
            assert second.headers["X-Tocsin-Attempt"] == "2"
            link = second.json()["incident"]["ackURL"]
            assert (await service.get(link)).status == 200, "its link leads to where it runs now"
            assert (await answer(service, 1, "ack", by="ana")).status == 200


async def test_what_fell_due_while_it_was_down_is_sent_at_the_start(tmp_path: Path) -> None:
    async with WebhookServer.open() as webhook:
        webhook.answers += [Answer(503)] * 2
        async with Service(tmp_path, ROUTES.format(webhook=webhook.url)) as service:
            for name in ("A", "B"):
                await fire(service, alertname=name)
            for number in (1, 2):
                await eventually("it failed", partial(kinds, service, number, "failed"))
            service.kill()
            await anyio.sleep(0.8)  # More than any first pause.
            await service.start()
            for number in (1, 2):
                seen = await eventually("it is sent", partial(kinds, service, number, "sent"))
                assert "unknown" not in seen, "nothing was under way"
            assert all("/a/" in r.json()["incident"]["ackURL"] for r in webhook.requests)


async def kinds(service: Service, number: int, wanted: str) -> list[str]:
    """What happened to an incident, once that is among it."""
    found = [str(record["kind"]) for record in (await incident(service, number))["timeline"]]
    return found if wanted in found else []


async def test_one_id_leads_from_the_request_to_the_delivery(tmp_path: Path) -> None:
    async with Inbox() as inbox:
        async with Service(tmp_path, ROUTES.format(webhook=inbox.url)) as service:
            reply = await service.post("/api/v2/alerts", [alert(alertname="A")])
            await inbox.wait("/ops", event="page")
            (fired,) = records(await incident(service, 1), "fired")
        assert fired["cid"] == reply.headers["X-Correlation-Id"]
        delivered = [line for line in service.log() if line["event"] == "delivered"]
        assert [line["cid"] for line in delivered] == [fired["cid"]]
