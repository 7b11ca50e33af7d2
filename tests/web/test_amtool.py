"""The real amtool speaks with us as it does with an Alertmanager."""

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from support.hand_clock import RunningClock
from support.site import ROUTES, TOKENS, Site, site

AMTOOL = shutil.which("amtool") or "/usr/bin/amtool"


@pytest.fixture
async def now(tmp_path: Path) -> AsyncIterator[Site]:
    """A site at the time of this machine, which is amtool's too."""
    async with site(tmp_path, clock=RunningClock()) as found:
        yield found


async def amtool(here: Site, *words: str, user: str = "", status: int = 0) -> str:
    url = here.address.replace("http://", f"http://{user}@" if user else "http://")
    command = [AMTOOL, f"--alertmanager.url={url}", *words]
    done = await anyio.run_process(command, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == status, said
    return done.stdout.decode() or said


async def test_alerts_are_added_and_found(now: Site) -> None:
    await amtool(now, "alert", "add", "Fire", "severity=critical", "host=a", "--annotation=x=y")
    await amtool(now, "alert", "add", "alertname=Smoke", "host=b")
    found = json.loads(await amtool(now, "alert", "query", "-o", "json"))
    assert sorted(alert["labels"]["alertname"] for alert in found) == ["Fire", "Smoke"]
    found = json.loads(await amtool(now, "alert", "query", "Fi.*", "-o", "json"))
    assert found == []
    found = json.loads(await amtool(now, "alert", "query", "alertname=~Fi.*", "-o", "json"))
    assert [alert["annotations"] for alert in found] == [{"x": "y"}]
    assert "Smoke" in await amtool(now, "alert", "query", "--receiver=ops")
    assert now.loop.state.incidents or await _soon(now)


async def _soon(here: Site) -> bool:
    await here.until(lambda: here.loop.state.incidents)
    return True


async def test_silences_are_added_found_changed_and_expired(now: Site) -> None:
    await amtool(now, "alert", "add", "Fire")
    made = (
        await amtool(now, "silence", "add", "alertname=Fire", "-c", "x", "-a", "ana", "-d", "1h")
    ).strip()
    assert now.loop.state.silences.get(made) is not None
    assert json.loads(await amtool(now, "alert", "query", "-o", "json")) == []
    silenced = json.loads(await amtool(now, "alert", "query", "--silenced", "-o", "json"))
    assert silenced[0]["status"]["silencedBy"] == [made]
    assert made in await amtool(now, "silence", "query")
    changed = json.loads(await amtool(now, "silence", "update", made, "-d", "2h", "-o", "json"))
    assert [silence["id"] for silence in changed] == [made]
    await amtool(now, "silence", "expire", made)
    assert made not in await amtool(now, "silence", "query")
    assert len(json.loads(await amtool(now, "alert", "query", "-o", "json"))) == 1
    await amtool(now, "silence", "expire", "11111111-2222-4333-8444-555555555555", status=1)


async def test_the_configuration_is_shown_and_its_routes_are_followed(now: Site) -> None:
    assert '"receiver": "ops"' in await amtool(now, "config", "show")
    tested = await amtool(now, "config", "routes", "test", "severity=critical")
    assert tested.strip() == "critical"
    tested = await amtool(now, "config", "routes", "test", "severity=warning")
    assert tested.strip() == "ops"
    assert "critical" in await amtool(now, "config", "routes", "show")
    assert "Cluster Status" in await amtool(now, "cluster", "show")


async def test_a_token_may_stand_in_the_address(tmp_path: Path) -> None:
    clock = RunningClock()
    routes = TOKENS + ROUTES
    async with site(tmp_path, local=False, routes=routes, clock=clock) as here:
        assert "401" in await amtool(here, "alert", "query", status=1)
        assert await amtool(here, "alert", "query", "-o", "json", user="me:tok-read") == "[]\n"
        assert "403" in await amtool(here, "alert", "add", "A", user="me:tok-read", status=1)
        await amtool(here, "alert", "add", "A", user="me:tok-ingest")
        assert len(here.loop.state.alerts) == 1
