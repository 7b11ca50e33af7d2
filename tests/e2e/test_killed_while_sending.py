"""kill -9 around a send by Opsgenie, Telegram and Discord: it arrives, and again only in doubt."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.chat_servers import DiscordServer, OpsgenieServer, TelegramServer
from support.eventually import eventually
from support.servers import Answer, HttpServer, Request
from support.service import Service, free_port
from support.talk import fire

ROUTES = """
[service]
fallback = ["receiver:ops"]
[receivers.ops]
{entry}
[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "0s"
"""
ENVIRON = {"GENIE": OpsgenieServer.key, "BOT": TelegramServer.token}
DOUBT = "This may be a repeat"
ENTRIES: dict[type[HttpServer], str] = {
    OpsgenieServer: 'opsgenie = [{{ api_key = "${{GENIE}}", api_url = "{url}" }}]',
    TelegramServer: 'telegram = [{{ bot_token = "${{BOT}}", chat_id = -100, api_url = "{url}" }}]',
    DiscordServer: f'discord = [{{{{ webhook_url = "{{url}}{DiscordServer.path}" }}}}]',
}
SHOWN: dict[type[HttpServer], Callable[[Any], str]] = {
    OpsgenieServer: lambda body: str(body["description"]),
    TelegramServer: lambda body: str(body["text"]),
    DiscordServer: lambda body: str(body["embeds"][0]["description"]),
}
KINDS = pytest.mark.parametrize("kind", ENTRIES, ids=lambda kind: kind.__name__)


def service(folder: Path, kind: type[HttpServer], url: str) -> Service:
    return Service(folder, ROUTES.format(entry=ENTRIES[kind].format(url=url)), environ=ENVIRON)


def doubted(kind: type[HttpServer], request: Request) -> bool:
    return DOUBT in SHOWN[kind](request.json())


@KINDS
async def test_a_send_that_was_under_way_is_made_again_and_says_so(
    kind: type[HttpServer], tmp_path: Path
) -> None:
    async with kind.open() as far:
        far.answers = [Answer(hang=60)]
        async with service(tmp_path, kind, far.url) as here:
            await fire(here, alertname="DiskFull", instance="db1")
            await far.received(1)
            here.kill()
            await here.start()
            first, second = await far.received(2, seconds=30)
        assert (doubted(kind, first), doubted(kind, second)) == (False, True)
        assert len(far.requests) == 2
        if isinstance(far, OpsgenieServer):
            assert first.json()["alias"] == second.json()["alias"]
            assert [alert["count"] for alert in far.alerts.values()] == [2], "one alert there"


@KINDS
async def test_a_send_killed_at_its_answer_arrives_once_or_says_that_it_may_be_a_repeat(
    kind: type[HttpServer], tmp_path: Path
) -> None:
    """The kill comes before the answer is on disk, or after: either is as good as the other."""
    async with kind.open() as far, service(tmp_path, kind, far.url) as here:
        for number in range(2):
            before = len(far.requests)
            await fire(here, alertname=f"Killed{number}", instance="db1")
            await far.received(before + 1)
            here.kill()
            await here.start()
            await eventually("nothing is open", lambda: idle(here), seconds=30)
            (first, *again) = far.requests[before:]
            assert not doubted(kind, first)
            assert len(again) <= 1
            assert all(doubted(kind, request) for request in again)
        if isinstance(far, OpsgenieServer):
            assert len(far.alerts) == 2, "however often it was told, one alert for each group"


@KINDS
async def test_what_never_left_arrives_once_after_the_kill(
    kind: type[HttpServer], tmp_path: Path
) -> None:
    port = free_port()
    async with service(tmp_path, kind, f"http://127.0.0.1:{port}") as here:
        await fire(here, alertname="DiskFull", instance="db1")
        await eventually("it is on disk that an attempt failed", lambda: failed(here))
        assert "no connection" in here.stderr
        here.kill()
        async with kind.open(port=port) as far:
            await here.start()
            (only,) = await far.received(1, seconds=30)
            await eventually("nothing is open", lambda: idle(here), seconds=30)
            assert len(far.requests) == 1
            assert not doubted(kind, only)


async def idle(here: Service) -> bool:
    """Whether no delivery waits or is under way."""
    return await counts(here, "tocsin_outbox_deliveries ") == [0]


async def failed(here: Service) -> bool:
    """Whether a failed attempt was committed: it is counted then."""
    return sum(await counts(here, "alertmanager_notification_requests_failed_total{")) > 0


async def counts(here: Service, name: str) -> list[float]:
    """What the metrics of that name show."""
    lines = (await here.get("/metrics")).text.splitlines()
    return [float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)]
