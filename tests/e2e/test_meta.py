"""What Tocsin reports about itself, through the whole program."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.eventually import eventually, steadily
from support.inbox import Inbox
from support.service import Service
from support.talk import fire

ROUTES = """
[meta]
receiver = "self"
group_wait = "0s"
group_interval = "300ms"
[receivers.self]
webhook = [{{ url = "{inbox}/self" }}]
[receivers.ops]
webhook = [{{ url = "{inbox}/ops" }}]
[receivers.gone]
webhook = [{{ url = "{inbox}/ops" }}]
[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "0s"
"""
EVERYTHING = {
    "matchers": [
        {"name": "service", "value": ".*", "isRegex": True, "isEqual": True},
        {"name": "nothing", "value": "x", "isRegex": False, "isEqual": False},
    ],
    "startsAt": "2020-01-01T00:00:00Z",
    "endsAt": "2120-01-01T00:00:00Z",
    "createdBy": "ana",
    "comment": "everything",
}


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with Inbox() as inbox:
        yield inbox


def named(inbox: Inbox, name: str) -> list[dict[str, str]]:
    """The labels of what was reported under this name."""
    alerts = [alert for letter in inbox.to("/self") for alert in letter.json()["alerts"]]
    return [a["labels"] for a in alerts if a["labels"]["alertname"] == name]


async def test_a_reload_that_was_refused_is_reported_past_every_silence(
    tmp_path: Path, inbox: Inbox
) -> None:
    routes = ROUTES.format(inbox=inbox.url)
    async with Service(tmp_path, routes) as service:
        service.expect("not taken over|ops|served instead")
        assert (await service.post("/api/v2/silences", EVERYTHING)).status == 200
        service.write(routes + "[nonsense]\n")
        await eventually("it says so", lambda: named(inbox, "TocsinConfigurationRefused"))
        await fire(service, alertname="Down")
        await steadily("told once", lambda: len(inbox.letters) == 1, seconds=1.5)
        alerts = (await service.get("/api/v2/alerts?filter=service=tocsin")).json()
        assert [alert["status"]["state"] for alert in alerts] == ["active"]
        assert alerts[0]["receivers"] == [{"name": "self"}]
        body = inbox.to("/self")[0].json()
        assert "unknown key 'nonsense'" in body["commonAnnotations"]["summary"]


async def test_a_source_with_too_many_alerts_is_told_so_and_reported(
    tmp_path: Path, inbox: Inbox
) -> None:
    routes = "[service]\nmax_alerts = 3\n" + ROUTES.format(inbox=inbox.url)
    async with Service(tmp_path, routes) as service:
        service.expect("may|ops")
        alerts = [{"labels": {"alertname": f"A{n}", "severity": "warning"}} for n in range(5)]
        answer = await service.post("/api/v2/alerts", alerts)
        assert answer.status == 503
        assert answer.json().startswith(
            "2 of 5 alerts were not taken: the source 'api' has as many"
        )
        assert int(answer.headers["Retry-After"]) >= 30
        worst = {"labels": {"alertname": "Worst", "severity": "critical"}}
        assert (await service.post("/api/v2/alerts", [worst])).status == 200
        assert (await service.post("/api/v2/alerts", alerts[:3])).status == 200, "they are known"
        shown = (await service.get("/api/v2/alerts?filter=severity!=%22%22&silenced=true")).json()
        names = sorted(alert["labels"]["alertname"] for alert in shown)
        assert [name for name in names if not name.startswith("Tocsin")] == [
            "A0",
            "A1",
            "A2",
            "Worst",
        ]
        await eventually("it says so", lambda: named(inbox, "TocsinTooManyAlerts"))
        (labels,) = named(inbox, "TocsinTooManyAlerts")
        assert labels["source"] == "api"


async def test_bodies_that_cannot_be_read_are_reported_when_there_are_many(
    tmp_path: Path, inbox: Inbox
) -> None:
    async with Service(tmp_path, ROUTES.format(inbox=inbox.url)) as service:
        headers = {"Content-Type": "application/json"}
        for _ in range(5):
            reply = await service.post("/api/v2/alerts", b"no JSON", headers=headers)
            assert reply.status == 400
        found = await eventually("it says so", lambda: named(inbox, "TocsinRejects"))
        assert found[0]["source"] == "api"
