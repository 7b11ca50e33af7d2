"""`tocsin override`, `swap`, and whoever is on call then, asked of a running service."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.command import Done
from support.shell import tocsin
from support.site import ROUTES, Site, site

ROTA = """
[schedules.primary]
[[schedules.primary.layers]]
users = ["ana", "bo"]
rotation = "daily"
start = 2027-01-15T08:00:00
"""


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    """It is Friday, 2027-01-15, 08:00 UTC."""
    (tmp_path / "routes.toml").write_text(ROUTES + ROTA)
    async with site(tmp_path, routes=ROUTES + ROTA) as found:
        yield found


async def ran(here: Site, *arguments: str, code: int = 0) -> Done:
    done = await tocsin(*arguments, environ={"TOCSIN_URL": here.address})
    assert done.code == code, done.err
    return done


async def rows(here: Site, *arguments: str) -> list[str]:
    return [" ".join(line.split()) for line in (await ran(here, *arguments)).out.splitlines()]


async def told(here: Site, *arguments: str) -> Any:
    return json.loads((await ran(here, *arguments, "--json")).out)


async def test_an_override_from_the_shell_counts_at_once_and_is_taken_back(here: Site) -> None:
    until = ("--to", "2027-01-15T12:00")
    said = await rows(here, "override", "add", "primary", "--user", "bo", *until, "--by", "Dora")
    (number,) = here.loop.state.overrides
    assert said == [
        f"overridden primary: override {number}",
        "N SCHEDULE STATE FROM TO WHAT BY",
        f"{number} primary active 2027-01-15 08:00 2027-01-15 12:00 bo Dora",
    ]
    assert (await rows(here, "oncall"))[1] == ("primary bo Fri 2027-01-15 12:00 UTC ana")
    drawn = await ran(here, "schedule", "show", "primary", "--to", "2027-01-16")
    assert drawn.out.splitlines()[-1] == (
        "Fri 2027-01-15  bbbbbbbbbbbbaaaaaaaaaaaa  bo → 12:00 ana"
    )
    assert (await rows(here, "override", "list", "primary"))[1:] == said[2:]
    assert (await told(here, "override", "list"))["overrides"][0]["users"] == ["bo"]
    assert (await rows(here, "override", "remove", str(number))) == [
        f"override {number} of primary no longer counts"
    ]
    assert (await rows(here, "override", "list")) == ["There is no override."]
    assert (await told(here, "oncall"))["schedules"][0]["on_call"] == ["ana"]


async def test_a_file_alone_knows_nothing_of_it(here: Site, tmp_path: Path) -> None:
    await ran(here, "override", "add", "primary", "--nobody", "--to", "2027-01-15T12:00")
    file = ("--config", str(tmp_path / "routes.toml"), "--at", "2027-01-15T09:00")
    assert (await rows(here, "oncall", *file))[1] == "primary ana Sat 2027-01-16 08:00 UTC bo"
    checked = await ran(here, "schedule", "check", "--days", "7", code=1)
    assert "nobody from Fri 2027-01-15 08:00 UTC to Fri 2027-01-15 12:00 UTC (4h)" in checked.out


async def test_a_swap_from_the_shell(here: Site) -> None:
    span = ("--from", "2027-01-15T08:00", "--to", "2027-01-17T08:00", "--mutual")
    said = await rows(here, "swap", "primary", "ana", "bo", *span, "--by", "Dora")
    assert said[0].startswith("swapped primary: override ")
    assert said[2].endswith("active 2027-01-15 08:00 2027-01-17 08:00 bo for ana, ana for bo Dora")
    assert (await told(here, "oncall", "--user", "bo"))["shifts"][0]["now"]
    when = await rows(here, "oncall", "--user", "ana")
    assert when[:2] == [
        "SCHEDULE FROM UNTIL",
        "primary Sat 2027-01-16 08:00 UTC Mon 2027-01-18 08:00 UTC",
    ]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["override", "add", "primary", "--user", "bo"], "say until when with --to, or how long"),
        (["override", "add", "primary", "--user", "bo", "--for", "x"], "--for: "),
        (
            ["override", "add", "primary", "--user", "bo", "--nobody", "--for", "1h"],
            "--nobody and --user: give one of them",
        ),
        (
            ["override", "add", "primary", "--user", "zoe", "--to", "2027-01-17"],
            "no user 'zoe'; known: ana, bo",
        ),
        (["override", "remove", "12"], "there is no override 12"),
        (["swap", "primary", "bo", "ana", "--to", "2027-01-16"], "bo is not on call in primary"),
        (
            ["swap", "primary", "bo", "ana", "--back-to", "x"],
            "--back-from and --back-to: ",
        ),
        (["oncall", "--user", "zoe"], "no user 'zoe'; known: ana, bo"),
        (["schedule", "show", "primry"], "no schedule 'primry'; known: primary"),
        (["schedule", "check", "primry"], "no schedule 'primry'; known: primary"),
    ],
)
async def test_a_mistake_is_one_sentence(arguments: list[str], said: str, here: Site) -> None:
    done = await ran(here, *arguments, code=2)
    assert done.err.startswith(f"tocsin: {said}")
    assert done.err.count("\n") == 1


async def test_without_a_service_it_says_what_to_do() -> None:
    done = await tocsin("oncall", "--url", "http://127.0.0.1:9")
    assert done.code == 2
    assert "nothing answers at http://127.0.0.1:9" in done.err
    assert "--config" in done.err
