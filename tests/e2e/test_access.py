"""Who may do what: sources' tokens, and no service open to others by accident."""

from pathlib import Path

import pytest
from support.inbox import Inbox
from support.service import Service
from support.talk import alert

ROUTES = """
[receivers.ops]
webhook = [{{ url = "{inbox}/ops" }}]
[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "0s"
[sources.prometheus]
kind = "alertmanager"
alertmanager_api = true
token = "${{PROMETHEUS_TOKEN}}"
[sources.events]
kind = "webhook"
token = "${{EVENTS_TOKEN}}"
"""
ENVIRON = {"PROMETHEUS_TOKEN": "tok-prometheus-4711", "EVENTS_TOKEN": "tok-events-0815"}
CLOSED = """
[receivers.ops]
console = [{}]
[route]
receiver = "ops"
"""


async def test_a_source_takes_its_own_token_and_no_other(tmp_path: Path) -> None:
    async with Inbox() as inbox:
        routes = ROUTES.format(inbox=inbox.url)
        async with Service(tmp_path, routes, environ=ENVIRON) as service:

            async def status(path: str, token: str = "", **options: object) -> int:
                headers = {"Authorization": f"Bearer {token}"} if token else {}
                body = [alert(alertname="A")] if "v2" in path else alert(alertname="B")
                return (await service.post(path, body, headers=headers, **options)).status

            mine, others = ENVIRON["PROMETHEUS_TOKEN"], ENVIRON["EVENTS_TOKEN"]
            assert await status("/api/v2/alerts") == 401
            assert await status("/api/v2/alerts", others) == 401
            assert await status("/webhook/events", mine) == 401
            assert await status("/webhook/events/wrong") == 401
            assert await status("/webhook/nothing") in (401, 404)
            assert (await service.get("/api/v2/alerts")).json() == [], "nothing came in"
            assert await status("/api/v2/alerts", mine) == 200
            assert await status(f"/webhook/events/{others}") == 200
            await inbox.wait("/ops", 2)
        for secret in ENVIRON.values():
            assert secret not in service.stderr
            assert secret.encode() not in (tmp_path / "data" / "tocsin.db").read_bytes()


@pytest.mark.parametrize(
    ("routes", "args"),
    [
        pytest.param(CLOSED + '[api]\nlisten = "0.0.0.0:0"\n', [], id="said by routes.toml"),
        pytest.param(CLOSED, ["--listen", "0.0.0.0:0"], id="said by the command line"),
    ],
)
async def test_it_refuses_to_be_open_to_other_machines_by_accident(
    routes: str, args: list[str], tmp_path: Path
) -> None:
    service = Service(tmp_path, routes, args=args, starts=False)
    async with service:
        await service.start(ready=False)
        assert await service.ended() == 2
        assert "tokens" in service.stderr
        assert "open = true" in service.stderr
        service.expect("")
