"""What Grafana and karma ask, in their order, is answered as they need; the data of `why` beside.

Facts: Grafana's data source "alertmanager" of the implementation "prometheus", and karma.
"""

import re
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.eventually import eventually
from support.service import Service
from support.shell import tocsin
from support.talk import end, fire

ROUTES = """
[service]
fallback = ["receiver:ops"]
[receivers.ops]
console = [{}]
[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "0s"
group_interval = "1s"
"""


@pytest.fixture
async def service(tmp_path: Path) -> AsyncIterator[Service]:
    async with Service(tmp_path, ROUTES) as running:
        yield running


def silence(service_wall: str) -> dict[str, Any]:
    return {
        "matchers": [{"name": "alertname", "value": "Disk", "isRegex": False, "isEqual": True}],
        "startsAt": service_wall,
        "endsAt": "2099-01-01T00:00:00.000Z",
        "createdBy": "grafana",
        "comment": "seen",
    }


def no_nulls(value: Any) -> bool:
    """Whether nothing in it is null: both read objects without asking."""
    if isinstance(value, dict):
        return all(map(no_nulls, value.values()))
    if isinstance(value, list):
        return all(map(no_nulls, value))
    return value is not None


async def test_grafana_saves_and_tests_the_data_source_and_shows_alerts(service: Service) -> None:
    mimir = await service.get("/alertmanager/api/v2/status")
    assert mimir.status != 200  # 200 would mean Cortex or Mimir.
    status = (await service.get("/api/v2/status")).json()
    assert yaml.safe_load(status["config"]["original"])["route"]["receiver"] == "ops"
    assert (await service.get("/api/v1/status/buildinfo")).status == 404

    await fire(service, alertname="Disk", host="db1")
    await fire(service, alertname="Net", host="db1")
    made = await service.post("/api/v2/silences", silence("2026-01-01T00:00:00.000Z"))
    assert made.status == 200, made
    number = made.json()["silenceID"]
    listed = (await service.get("/api/v2/silences")).json()
    assert [each["id"] for each in listed] == [number]
    shown = (await service.get(f"/api/v2/silence/{number}")).json()
    assert shown["status"]["state"] == "active"

    quiet = "/api/v2/alerts?silenced=false&inhibited=false&active=true"
    assert [a["labels"]["alertname"] for a in (await service.get(quiet)).json()] == ["Net"]
    only = '/api/v2/alerts/groups?filter=alertname%3D"Disk"&silenced=true&active=false'
    [group] = (await service.get(only)).json()
    [alert] = group["alerts"]
    assert alert["status"]["state"] == "suppressed"
    assert alert["status"]["silencedBy"] == [number]
    assert (await service.request("DELETE", f"/api/v2/silence/{number}")).status == 200


async def test_karma_learns_the_version_and_polls_groups_and_silences(service: Service) -> None:
    metrics = (await service.get("/metrics")).text
    found = re.search(
        r'^alertmanager_build_info\{.*version="(\d+)\.(\d+)\.(\d+)".*\} 1', metrics, re.M
    )
    assert found is not None
    assert (int(found[1]), int(found[2])) >= (0, 22)

    await fire(service, alertname="Disk", host="db1")
    await eventually("it was told", lambda: "Disk" in service.stdout)
    groups = (await service.get("/api/v2/alerts/groups")).json()
    assert no_nulls(groups)
    [alert] = groups[0]["alerts"]
    assert alert["status"] == {
        "state": "active",
        "silencedBy": [],
        "inhibitedBy": [],
        "mutedBy": [],
    }
    assert isinstance(alert["annotations"], dict)
    for name in ("startsAt", "endsAt", "updatedAt"):
        assert datetime.fromisoformat(alert[name]).tzinfo is not None
    made = await service.post("/api/v2/silences", silence("2026-01-01T00:00:00.000Z"))
    number = made.json()["silenceID"]
    silences = (await service.get("/api/v2/silences")).json()
    assert no_nulls(silences)
    [group] = (await service.get("/api/v2/alerts/groups")).json()
    assert group["alerts"][0]["status"]["silencedBy"] == [number]
    assert (await service.request("DELETE", f"/api/v2/silence/{number}")).status == 200
    [group] = (await service.get("/api/v2/alerts/groups")).json()
    assert group["alerts"][0]["status"]["state"] == "active"


async def test_why_tells_of_an_alert_after_its_end_and_a_restart(service: Service) -> None:
    await fire(service, alertname="Disk", host="db1")
    await fire(service, alertname="Disk", host="db1")
    await eventually("it was told", lambda: "Disk" in service.stdout)
    await end(service, alertname="Disk", host="db1")

    async def why() -> str:
        done = await tocsin("why", "host=db1", "--url", service.url)
        assert done.code == 0, done
        return done.out

    async def forgotten() -> bool:
        return "everybody who was told knows it" in await why()

    await eventually("it was forgotten", forgotten)
    await service.restart()
    told = await why()
    assert "reported firing by api, in group 1" in told
    assert "notification to ops (console) was delivered" in told
    assert "reported as over; repeated 1 time before" in told
