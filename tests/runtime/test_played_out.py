"""The shipped routes.toml is performed as `tocsin explain` prints it."""

import json
from typing import Any

import anyio
import pytest
from click.testing import CliRunner
from support.leaping_sockets import LeapingSockets
from support.played import SHIPPED, Performed, Told, play

from router.cli.main import cli

LABELS = {"alertname": "DiskFull", "severity": "critical"}
BEGAN = "2027-01-15T08:00:00+00:00"
HOURS = 2
SENT = ("page", "notification", "notice", "failed")


def explained(*more: str) -> list[dict[str, Any]]:
    """The timeline as the command prints it for programs."""
    words = ["explain", *(f"{name}={value}" for name, value in LABELS.items())]
    words += ["--config", str(SHIPPED), "--at", BEGAN, "--for", f"{HOURS}h", "--json", *more]
    ran = CliRunner().invoke(cli, words)
    assert ran.exit_code == 0, ran.output
    timeline: list[dict[str, Any]] = json.loads(ran.output)["timeline"]
    return timeline


def performed(*, dead_sms: bool) -> Performed:
    """What the providers were handed in as long a time."""

    async def scenario() -> Performed:
        return await play(LABELS, HOURS * 3600 + 1, dead_sms=dead_sms)

    return anyio.run(scenario, backend_options={"loop_factory": LeapingSockets})


def alike(found: Told, wanted: Told, seconds: float) -> bool:
    """The same targets, each as often, and each time by no more than so many seconds later."""
    mine, theirs = (sorted((target, at) for at, target in told) for told in (found, wanted))
    assert [target for target, _ in mine] == [target for target, _ in theirs]
    pairs = zip(mine, theirs, strict=True)
    return all(-0.01 < at - then < seconds for (_, at), (_, then) in pairs)


@pytest.mark.parametrize("dead_sms", [False, True], ids=["all is well", "the SMS provider is dead"])
def test_two_hours_without_an_answer_go_as_explained(dead_sms: bool) -> None:
    timeline = explained(*(["--dead", "sms"] if dead_sms else []))
    wanted = [(e["after_seconds"], e["target"]) for e in timeline if e["kind"] in SENT]
    late = 4.0 if dead_sms else 0.01  # One text a second leaves for a provider, repeats too.
    found = performed(dead_sms=dead_sms)
    assert alike([*found.taken, *found.refused], wanted, late)
    refused = [(e["after_seconds"], e["target"]) for e in timeline if e["kind"] == "failed"]
    assert alike(found.refused, refused, late)
    assert found.requests == len(found.taken) + len(found.refused) + len(found.again)
    assert bool(found.again) is dead_sms, "what cannot be sent is tried again"


def test_who_is_told_by_mail_when_texts_cannot_be_sent() -> None:
    timeline = explained("--dead", "sms")
    mails = [
        (round(entry["after_seconds"] / 60), entry["target"])
        for entry in timeline
        if entry["kind"] == "page" and entry["target"].startswith("user:")
    ]
    order = ["devops_lead", "engineering_manager", "cto"]
    assert mails == [(5 * turn, f"user:{order[turn % 3]}/email") for turn in range(12)]
