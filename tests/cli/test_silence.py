"""`tocsin silence` against a running service."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.command import Done
from support.hand_clock import RunningClock
from support.shell import tocsin
from support.site import Site, site


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, clock=RunningClock()) as running:
        yield running


async def ask(place: Site, *arguments: str, code: int = 0) -> Done:
    ran = await tocsin("silence", *arguments, environ={"TOCSIN_URL": place.address})
    assert ran.code == code, ran.err
    return ran


async def test_a_silence_is_previewed_made_listed_and_ended(here: Site) -> None:
    for host in ("db1", "db2", "web1"):
        await here.fire(alertname="Disk", host=host)
    seen = (await ask(here, "preview", 'host=~"db.*"')).out.splitlines()
    assert seen[0] == "would hit 2 of the 3 alerts that fire now"
    assert seen[1].endswith("alertname=Disk host=db1")
    assert (await ask(here, "list")).out == "No silences.\n"

    made = (await ask(here, "add", "host=db1", "--for", "2h", "--comment", "mine")).out
    number = made.splitlines()[0]
    assert made.splitlines()[2] == "hits 1 of the 3 alerts that fire now"
    listed = (await ask(here, "list")).out
    assert number in listed
    assert 'host="db1"' in listed
    assert "mine" in listed
    assert (await ask(here, "expire", number)).out == f"{number} ended\n"
    assert (await ask(here, "list")).out == "No silences.\n"
    assert "expired" in (await ask(here, "list", "--expired")).out


async def test_until_resolved_says_so(here: Site) -> None:
    await here.fire(alertname="Disk", host="db1")
    made = (await ask(here, "add", "host=db1", "--until", "resolved")).out
    assert "ends when all of it is over, at the latest" in made
    assert "when resolved, or " in (await ask(here, "list")).out


async def test_what_is_too_broad_needs_force(here: Site) -> None:
    refused = await ask(here, "add", "host!=nobody", "--for", "1h", code=2)
    assert "say force if that is meant" in refused.err
    await ask(here, "add", "host!=nobody", "--for", "1h", "--force")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("add", "a=b"), "say for how long"),
        (("add", "a=b", "--for", "1h", "--until", "resolved"), "say for how long"),
        (("add", "a=b", "--for", "soon"), "is no duration"),
        (("add", "a", "--for", "1h"), "write matchers like"),
        (("expire", "0d1c5b64-6a34-4c9e-9f5e-3a4d2f9f0c11"), "there is no silence 0d1c5b64"),
        (("expire", "7"), "must be of type uuid"),
    ],
)
async def test_what_cannot_be_done_says_what_to_do(
    here: Site, arguments: tuple[str, ...], said: str
) -> None:
    assert said in (await ask(here, *arguments, code=2)).err
