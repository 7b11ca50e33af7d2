"""`tocsin why` and `tocsin explain --url`, asked of a running service."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.command import Done
from support.hand_clock import RunningClock
from support.shell import tocsin
from support.site import TOKENS, Site, site

from router.core.labels import fingerprint

DISK = {"alertname": "DiskFull", "severity": "critical", "host": "db1"}


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, clock=RunningClock()) as running:
        yield running


async def ask(place: Site, *arguments: str) -> Done:
    return await tocsin(*arguments, environ={"TOCSIN_URL": place.address})


async def test_why_tells_what_happened_and_where_it_stands(here: Site) -> None:
    await here.incident(**DISK)
    ran = await ask(here, "why", "alertname=DiskFull", "severity=critical", "host=db1")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0] == "alertname=DiskFull host=db1 severity=critical"
    assert lines[1].startswith(f"{fingerprint(DISK)}, firing since ")
    assert "Now" in lines
    assert [line for line in lines if line.startswith("  incident 1 rings; its step ")]
    told = [line[14:] for line in lines if line.startswith("    ")]
    assert told[:3] == [
        "reported firing by prom, in group 1",
        "incident 1 opened, policy critical",
        "incident 1, step 1: pages ana by webhook, ops (console)",
    ]


@pytest.mark.parametrize("named", ["host=db1", fingerprint(DISK), fingerprint(DISK).upper()])
async def test_some_labels_or_the_fingerprint_are_enough(here: Site, named: str) -> None:
    await here.incident(**DISK)
    await here.fire(alertname="Other")
    ran = await ask(here, "why", named, "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["labels"] == DISK


async def test_labels_that_several_have_are_listed_to_choose_from(here: Site) -> None:
    for host in ("db1", "db2"):
        await here.fire(alertname="Slow", host=host)
    ran = await ask(here, "why", "alertname=Slow")
    assert ran.code == 2
    assert [line.split()[1:2] for line in ran.out.splitlines()] == [["firing"], ["firing"]]
    assert "2 alerts have these labels: add some, or name a fingerprint above" in ran.err


async def test_labels_never_seen_say_so_and_what_would_become_of_them(here: Site) -> None:
    ran = await ask(here, "why", "alertname=Never", "severity=critical")
    assert ran.code == 0, ran.err
    assert ran.out.startswith("No alert with these labels is remembered")
    assert "policy" in ran.out
    assert "user:ana/webhook" in ran.out
    told = json.loads((await ask(here, "why", "alertname=Never", "--json")).out)
    assert told["seen"] is False
    assert told["would"]["routes"]


async def test_a_fingerprint_never_seen_fails(here: Site) -> None:
    ran = await ask(here, "why", "0123456789abcdef")
    assert ran.code == 2
    assert "no alert with the fingerprint 0123456789abcdef is remembered" in ran.err


async def test_hostile_labels_cannot_command_the_terminal(here: Site) -> None:
    await here.fire(alertname="\x1b]0;owned\x07", host="x")
    ran = await ask(here, "why", "host=x")
    assert ran.code == 0, ran.err
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out


async def test_a_running_service_explains_what_the_file_it_serves_means(here: Site) -> None:
    ran = await ask(here, "explain", "severity=critical", "--url", here.address, "--for", "6m")
    assert ran.code == 0, ran.err
    assert ran.out.splitlines()[0].startswith('{severity="critical"} at ')
    assert (
        "  policy  critical (P2, urgent, 1 step, until answered, answer within 30 min)" in ran.out
    )
    assert [line for line in ran.out.splitlines() if "page" in line and "user:ana" in line]


async def test_why_needs_a_token_where_tokens_are_asked_for(tmp_path: Path) -> None:
    async with site(tmp_path, local=False, routes=TOKENS + _ROUTES) as abroad:
        ran = await ask(abroad, "why", "a=b")
        assert ran.code == 2
        assert "set $TOCSIN_TOKEN or use --token" in ran.err
        ran = await ask(abroad, "why", "a=b", "--token", "tok-read")
        assert ran.code == 0, ran.err


_ROUTES = '[receivers.ops]\nconsole = [{}]\n[route]\nreceiver = "ops"\n'
