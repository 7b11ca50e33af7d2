"""A heartbeat that stops pages a person, through the whole program, and its return resolves."""

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import anyio
import pytest
from support.eventually import eventually
from support.inbox import Inbox
from support.service import Service
from support.shell import tocsin

ROUTES = """
[users.ana]
webhook = "{inbox}/ana"
[policies.jobs]
rounds = "forever"
[[policies.jobs.steps]]
notify = ["user:ana"]
wait = "1h"
[route]
policy = "jobs"
group_by = ["heartbeat"]
group_wait = "500ms"
group_interval = "500ms"
[heartbeats.backup]
every = "{every}"
grace = "1s"
labels = {{ severity = "critical" }}
annotations = {{ runbook = "https://wiki.example.com/backup" }}
"""


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with Inbox() as inbox:
        yield inbox


async def beats(service: Service) -> str:
    """A call, and what the service says it knows of it."""
    assert (await service.post("/heartbeat/backup")).status == 200
    ran = await tocsin("heartbeats", environ={"TOCSIN_URL": service.url})
    assert ran.code == 0, ran.err
    return ran.out.splitlines()[1]


async def test_one_that_stops_pages_within_its_grace_and_its_return_resolves(
    tmp_path: Path, inbox: Inbox
) -> None:
    routes = ROUTES.format(inbox=inbox.url, every="2s")
    async with Service(tmp_path, routes) as service:
        for _ in range(6):
            assert (await beats(service)).split()[:3] == ["backup", "up", "2s"]
            await anyio.sleep(0.5)
        last = anyio.current_time()
        await service.post("/heartbeat/backup")
        assert inbox.to("/ana") == [], "nobody is called while it calls"
        [page] = await inbox.wait("/ana", event="page")
        assert 2.9 < anyio.current_time() - last < 4.0, "at the end of its grace, not before"
        [alert] = page.json()["alerts"]
        assert alert["labels"] == {
            "alertname": "HeartbeatMissing", "heartbeat": "backup", "severity": "critical"
        }  # fmt: skip
        assert alert["annotations"]["runbook"] == "https://wiki.example.com/backup"
        ran = await tocsin("heartbeats", "--check", environ={"TOCSIN_URL": service.url})
        assert (ran.code, "missing since" in ran.out) == (1, True)
        assert (
            'tocsin_heartbeat_missing{heartbeat="backup"} 1.0'
            in (await service.get("/metrics")).text
        )
        await beats(service)
        await inbox.wait("/ana", event="resolved")


async def test_killed_and_started_again_it_knows_when_it_last_called(
    tmp_path: Path, inbox: Inbox
) -> None:
    async with Service(tmp_path, ROUTES.format(inbox=inbox.url, every="1h")) as service:
        await beats(service)
        before = (await service.get("/api/v1/heartbeats")).json()["heartbeats"][0]
        service.kill()
        await service.start()
        after = (await service.get("/api/v1/heartbeats")).json()["heartbeats"][0]
        assert (after["last_seen"], after["state"]) == (before["last_seen"], "up")
        moved = moment(after["alerts_at"]) - moment(before["alerts_at"])
        assert abs(moved) < 5, "its patience is what it was"
        service.write(ROUTES.format(inbox=inbox.url, every="1s"))
        await inbox.wait("/ana", event="page")
        without = ROUTES.format(inbox=inbox.url, every="1s").partition("[heartbeats")[0]
        service.write(without)
        await inbox.wait("/ana", event="resolved")

        async def gone() -> bool:
            return bool((await service.get("/api/v1/heartbeats")).json() == {"heartbeats": []})

        await eventually("nothing is expected any more", gone)


async def test_away_when_it_was_due_it_may_call_again_before_it_is_missed(
    tmp_path: Path, inbox: Inbox
) -> None:
    async with Service(tmp_path, ROUTES.format(inbox=inbox.url, every="3s")) as service:
        await beats(service)
        service.kill()
        await anyio.sleep(4.5)
        await service.start()
        started = anyio.current_time()
        await anyio.sleep(1.5)
        assert inbox.to("/ana") == []
        await inbox.wait("/ana", event="page")
        assert anyio.current_time() - started > 3.0


def moment(text: str) -> float:
    """Seconds since 1970."""
    return datetime.fromisoformat(text).timestamp()
