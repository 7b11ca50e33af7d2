"""amtool may carry its token in the address. What it prints: tests/differential/test_amtool.py."""

import shutil
from pathlib import Path

import anyio
from support.hand_clock import RunningClock
from support.site import ROUTES, TOKENS, Site, site

AMTOOL = shutil.which("amtool") or "/usr/bin/amtool"


async def amtool(here: Site, *words: str, user: str = "", status: int = 0) -> str:
    url = here.address.replace("http://", f"http://{user}@" if user else "http://")
    command = [AMTOOL, f"--alertmanager.url={url}", *words]
    done = await anyio.run_process(command, check=False)
    said = done.stdout.decode() + done.stderr.decode()
    assert done.returncode == status, said
    return done.stdout.decode() or said


async def test_a_token_may_stand_in_the_address(tmp_path: Path) -> None:
    clock = RunningClock()
    routes = TOKENS + ROUTES
    async with site(tmp_path, local=False, routes=routes, clock=clock) as here:
        assert "401" in await amtool(here, "alert", "query", status=1)
        assert await amtool(here, "alert", "query", "-o", "json", user="me:tok-read") == "[]\n"
        assert "403" in await amtool(here, "alert", "add", "A", user="me:tok-read", status=1)
        await amtool(here, "alert", "add", "A", user="me:tok-ingest")
        assert len(here.loop.state.alerts) == 1
