"""What a silence promises, by the whole program: it is kept, and it hides no end."""

import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import anyio
import pytest
from support.inbox import Inbox
from support.servers import PagerdutyServer
from support.service import Service
from support.talk import end, fire

ROUTES = """
[receivers.ops]
webhook = [{{ url = "{url}/ops" }}]
[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "0s"
group_interval = "300ms"
"""
ALERTMANAGER = """
global: {{pagerduty_url: "{url}/v2/enqueue"}}
route: {{receiver: pager, group_by: [alertname], group_wait: 0s, group_interval: 300ms}}
receivers:
- name: pager
  pagerduty_configs: [{{routing_key: R0key}}]
"""


async def silence(service: Service, name: str) -> str:
    """The id of a silence of an hour."""
    now = datetime.now(UTC)
    posted = {
        "matchers": [{"name": "alertname", "value": name, "isRegex": False}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "ana",
        "comment": "known",
    }
    reply = await service.post("/api/v2/silences", posted)
    assert reply.status == 200, reply
    return str(reply.json()["silenceID"])


@pytest.mark.parametrize("attempt", range(3))
async def test_a_silence_that_was_answered_survives_kill_9(attempt: int, tmp_path: Path) -> None:
    async with Inbox() as inbox, Service(tmp_path, ROUTES.format(url=inbox.url)) as service:
        made = await silence(service, "Known")
        service.kill()
        await service.start()
        shown = (await service.get(f"/api/v2/silence/{made}")).json()
        assert (shown["id"], shown["status"]) == (made, {"state": "active"})
        await fire(service, alertname="Known")
        await fire(service, alertname="New")
        await inbox.wait("/ops")
        await anyio.sleep(0.4)
        told = [letter.json()["groupLabels"]["alertname"] for letter in inbox.to("/ops")]
        assert told == ["New"]


async def test_a_silence_that_was_ended_stays_ended_after_kill_9(tmp_path: Path) -> None:
    async with Inbox() as inbox, Service(tmp_path, ROUTES.format(url=inbox.url)) as service:
        made = await silence(service, "Known")
        assert (await service.request("DELETE", f"/api/v2/silence/{made}")).status == 200
        service.kill()
        await service.start()
        await fire(service, alertname="Known")
        assert await inbox.wait("/ops")


async def test_an_alert_that_ends_while_silenced_closes_its_incident_at_pagerduty(
    tmp_path: Path,
) -> None:
    async with PagerdutyServer.open() as pagerduty:
        file = tmp_path / "alertmanager.yml"
        file.write_text(ALERTMANAGER.format(url=pagerduty.url))
        async with Service(tmp_path / "data", config=file) as service:
            await fire(service, alertname="Known")
            (opened,) = await pagerduty.received(1)
            await silence(service, "Known")
            began = time.monotonic()
            await end(service, alertname="Known")
            _, closed = await pagerduty.received(2)
            assert time.monotonic() - began < 5
        first, second = opened.json(), closed.json()
        assert (first["event_action"], second["event_action"]) == ("trigger", "resolve")
        assert first["dedup_key"] == second["dedup_key"]
