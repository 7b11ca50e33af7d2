"""What the comparison calls a difference, and what it calls late."""

import json
import time
from random import Random
from typing import Any

import anyio
from aiohttp import ClientSession, web
from aiohttp.test_utils import TestServer
from differential.compare import judge
from differential.configurations import draw_setup
from differential.happenings import Step
from differential.pair import Played, Side, play
from differential.sequences import Sequence
from support.inbox import Inbox, Letter

GROUP = '{}:{alertname="Disk"}'


def letter(at: float, name: str = "Disk", path: str = "/r0/0") -> Letter:
    alert = {
        "status": "firing",
        "labels": {"alertname": name},
        "annotations": {},
        "generatorURL": "",
        "fingerprint": "0" * 16,
        "startsAt": "2026-01-01T00:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
    }
    words = ("receiver", "status", "groupLabels", "commonLabels", "commonAnnotations", "version")
    body: dict[str, Any] = {**dict.fromkeys(words, ""), "alerts": [alert], "groupKey": GROUP}
    return Letter(at, path, {}, json.dumps(body | {"truncatedAlerts": 0}).encode())


def differences(
    theirs: list[Letter], ours: list[Letter], *, exempt: dict[str, tuple[float, str]] | None = None
) -> list[str]:
    sequence = Sequence(Random(1), draw_setup(Random(1)), 0)
    sequence.groups.exempt = exempt or {}
    return judge(sequence, Played(0, 0.0, (theirs, ours), [], 0.0, "", ({}, {}))).differences


def test_the_same_at_the_same_time_is_no_difference() -> None:
    assert differences([letter(1.5), letter(3.5)], [letter(1.6), letter(3.4)]) == []


def test_what_only_one_of_them_sends_is_a_difference() -> None:
    assert "only alertmanager" in differences([letter(1.5)], [])[0]
    assert "only tocsin" in differences([], [letter(1.5)])[0]
    assert "only tocsin" in differences([letter(1.5)], [letter(1.5), letter(1.6)])[0]


def test_what_comes_at_another_tick_or_place_is_a_difference() -> None:
    assert len(differences([letter(1.5)], [letter(2.0)])) == 2
    assert len(differences([letter(1.5)], [letter(1.5, path="/r1/0")])) == 2


def test_what_says_something_else_is_a_difference() -> None:
    (found,) = differences([letter(1.5)], [letter(1.5, "Cpu")])
    assert '"Cpu"' in found


def test_a_group_is_compared_until_a_deviation_begins() -> None:
    exempt = {GROUP: (3.5, "an alert fires in a group that was empty")}
    assert differences([letter(1.5)], [letter(1.5), letter(3.5)], exempt=exempt) == []
    assert differences([letter(1.5)], [letter(3.5)], exempt=exempt) != []


async def test_a_server_that_takes_long_to_answer_is_late() -> None:
    """Where nothing but the watch asks for anything meanwhile."""
    slow = time.monotonic() + 10

    async def answer(_request: web.Request) -> web.Response:
        if time.monotonic() > slow:
            await anyio.sleep(0.4)
        return web.json_response([])

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server, ClientSession() as session:
        url = str(server.make_url("")).rstrip("/")
        sides = (Side("one", url, Inbox(), session), Side("other", url, Inbox(), session))
        steps = [Step(0.5, "look", look="/x"), Step(1.5, "look", look="/x")]
        swift = await play(sides, steps)
        slow = time.monotonic()
        late = await play(sides, steps)
    assert late.late > 0.3 > swift.late
