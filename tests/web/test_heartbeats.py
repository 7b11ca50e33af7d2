"""Heartbeats by HTTP: calls are taken from who may call, and everybody sees who has not."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.site import ROUTES, TOKENS, Site, bearer, site

from router.core.event import Started
from router.core.moment import HOUR, MINUTE, SECOND
from router.errors import DiskFull

BEATS = """
[heartbeats.backup]
every = "1h"
grace = "10m"
labels = { severity = "critical" }
[heartbeats.guarded]
every = "1m"
token = "${GRAFANA}"
"""


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, routes=ROUTES + BEATS) as found:
        await expect(found)
        yield found


@pytest.fixture
async def fort(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, local=False, routes=TOKENS + ROUTES + BEATS) as found:
        await expect(found)
        yield found


async def expect(here: Site) -> None:
    """Begin as the service does."""
    await here.loop.submit([Started()], urgent=True)


async def runs(here: Site, microseconds: int) -> None:
    """Let time pass while the service runs; a leap of the clock would be an absence."""
    for _ in range(microseconds // (9 * SECOND) + 1):
        here.clock.move(9 * SECOND)
        await here.loop.drain()


async def call(here: Site, path: str, method: str = "POST", **sent: Any) -> tuple[int, Any]:
    async with here.http.request(method, path, **sent) as answer:
        return answer.status, await answer.json()


async def listed(here: Site) -> dict[str, dict[str, Any]]:
    async with here.http.get("/api/v1/heartbeats") as answer:
        assert answer.status == 200
        return {beat["name"]: beat for beat in (await answer.json())["heartbeats"]}


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_call_is_on_disk_when_it_is_answered(house: Site, method: str) -> None:
    assert (await listed(house))["backup"]["state"] == "new"
    assert await call(house, "/heartbeat/backup", method) == (200, {"heartbeat": "backup"})
    stored = await house.store.load()
    [beat] = [beat for beat in stored.heartbeats if beat.name == "backup"]
    assert beat.seen_at == house.clock.now().wall


async def test_the_list_says_how_each_fares(house: Site) -> None:
    await call(house, "/heartbeat/backup", data=b"whatever the job printed" * 1000)
    beat = (await listed(house))["backup"]
    assert beat == {
        "name": "backup",
        "state": "up",
        "every_seconds": 3600,
        "grace_seconds": 600,
        "since": "2027-01-15T08:00:00.000Z",
        "last_seen": "2027-01-15T08:00:00.000Z",
        "missing_since": None,
        "alerts_at": "2027-01-15T09:10:00.000Z",
        "labels": {"heartbeat": "backup", "severity": "critical"},
    }


async def test_one_that_is_missing_is_listed_so_and_is_an_alert(tmp_path: Path) -> None:
    async with site(tmp_path, routes=ROUTES + BEATS) as here:
        await expect(here)
        await runs(here, HOUR + MINUTE)
        assert (await listed(here))["backup"]["state"] == "late"
        await runs(here, 10 * MINUTE)
        assert (await listed(here))["backup"]["state"] == "missing"
        async with here.http.get("/api/v2/alerts?filter=heartbeat=backup") as answer:
            [alert] = await answer.json()
        assert alert["labels"]["alertname"] == "HeartbeatMissing"


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
async def test_nothing_but_a_post_or_put_is_a_call(house: Site, method: str) -> None:
    async with house.http.request(method, "/heartbeat/backup") as answer:
        assert answer.status == 405
        assert set(answer.headers["Allow"].split(", ")) >= {"POST", "PUT"}
        if method == "GET":
            assert "curl -fsS -X POST" in (await answer.json())["error"]
    assert (await listed(house))["backup"]["state"] == "new"


async def test_one_that_is_not_in_the_file_is_404_and_the_known_ones_are_named(
    house: Site,
) -> None:
    status, answer = await call(house, "/heartbeat/bakup")
    assert (status, answer["error"]) == (
        404, "routes.toml has no heartbeat 'bakup'; it has backup, guarded"
    )  # fmt: skip


async def test_its_own_token_is_asked_for_even_where_nobody_else_is(house: Site) -> None:
    for refused in ("/heartbeat/guarded", "/heartbeat/guarded/tok-wrong"):
        assert (await call(house, refused))[0] == 401
    assert (await call(house, "/heartbeat/guarded/tok-grafana"))[0] == 200
    assert (await call(house, "/heartbeat/guarded", headers=bearer("tok-grafana")))[0] == 200


async def test_from_outside_a_token_is_asked_for_and_names_stay_unknown(fort: Site) -> None:
    unknown = await call(fort, "/heartbeat/nothing")
    assert unknown[0] == 401
    assert await call(fort, "/heartbeat/backup") == unknown
    assert (await call(fort, "/heartbeat/backup", headers=bearer("tok-read")))[0] == 403
    assert (await call(fort, "/heartbeat/backup", headers=bearer("tok-ingest")))[0] == 200
    async with fort.http.get("/api/v1/heartbeats") as answer:
        assert answer.status == 401


async def test_what_cannot_be_kept_is_503_and_comes_again(house: Site) -> None:
    house.door.raises = DiskFull("no room")
    async with house.http.post("/heartbeat/backup") as answer:
        assert answer.status == 503
        assert "Retry-After" in answer.headers


async def test_in_safe_mode_calls_are_taken(house: Site) -> None:
    house.loop.refusing = True
    try:
        assert (await call(house, "/heartbeat/backup"))[0] == 200
    finally:
        house.loop.refusing = False
