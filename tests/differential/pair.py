"""Two servers side by side, asked the same at the same moments."""

import json
import time
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import anyio
from differential.happenings import Step
from support.inbox import Inbox, Letter
from support.program import Program
from support.service import Service, free_port

JSON = {"Content-Type": "application/json"}


@dataclass
class Side:
    """One of the servers: its address, what it sent, and its ids of the sequence's silences."""

    name: str
    url: str
    inbox: Inbox
    session: aiohttp.ClientSession
    silences: dict[str, str] = field(default_factory=dict)

    async def ask(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The status and the JSON of an answer; an empty body is None."""
        data = None if body is None else json.dumps(body)
        async with self.session.request(
            method, self.url + path, data=data, headers=JSON if body is not None else {}
        ) as answer:
            text = await answer.text()
            return answer.status, json.loads(text) if text else None


@dataclass
class Played:
    """What came of a sequence: what each side sent, and what each answered to each step.

    `late` is the most by which anything was late, in seconds, and `slowest` what it was.
    """

    began_wall: int
    began: float
    letters: tuple[list[Letter], list[Letter]]
    answers: list[tuple[Step, tuple[Any, Any], tuple[Any, Any]]]
    late: float
    slowest: str
    silences: tuple[dict[str, str], dict[str, str]]


@asynccontextmanager
async def pair(folder: Path, yml: Callable[[str], str]) -> AsyncIterator[tuple[Side, Side]]:
    """Alertmanager and Tocsin with one configuration, each with an inbox of its own.

    `yml` gives the alertmanager.yml whose webhooks go to an address.
    """
    async with AsyncExitStack() as stack:
        theirs, ours = Inbox(), Inbox()
        await stack.enter_async_context(theirs)
        await stack.enter_async_context(ours)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        file = write(folder, yml(theirs.url))
        mine = write(folder / "tocsin", yml(ours.url))
        service = Service(folder / "tocsin", config=mine)
        url = f"http://127.0.0.1:{free_port()}"
        upstream = alertmanager(folder, file, url)
        await stack.enter_async_context(upstream)
        await stack.enter_async_context(service)
        yield (
            Side("alertmanager", url, theirs, session),
            Side("tocsin", service.url, ours, session),
        )


def write(folder: Path, yml: str) -> Path:
    """The text as an alertmanager.yml in a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "alertmanager.yml"
    file.write_text(yml)
    return file


def alertmanager(folder: Path, file: Path, url: str) -> Program:
    """Debian's Alertmanager at an address, alone."""
    command = ["prometheus-alertmanager", f"--config.file={file}"]
    command += [f"--storage.path={folder / 'storage'}", "--cluster.listen-address="]
    command += [f"--web.listen-address={url.removeprefix('http://')}"]
    return Program(folder / "alertmanager", command, f"{url}/-/ready")


async def play(sides: tuple[Side, Side], steps: Iterable[Step], wall: int = 0) -> Played:
    """Do it all at its time, beginning with a whole second of the clock on the wall.

    Meanwhile both are asked something small over and over: how long the slower one took tells
    whether this machine had time for them.
    """
    wall = wall or int(time.time()) + 2
    began = time.monotonic() + wall - time.time()
    assert began > time.monotonic(), "it took too long to start the servers"
    answers, lateness = [], Lateness()
    async with anyio.create_task_group() as tasks:
        for side in sides:
            tasks.start_soon(_watch, side, began, lateness)
        for step in steps:
            await anyio.sleep(max(0.0, began + step.at - time.monotonic()))
            lateness.note(time.monotonic() - began - step.at, f"before {step.told}")
            first, second = await _both(sides, step, wall)
            answers.append((step, first, second))
            lateness.note(time.monotonic() - began - step.at, step.told)
        tasks.cancel_scope.cancel()
    letters = (list(sides[0].inbox.letters), list(sides[1].inbox.letters))
    silences = (sides[0].silences, sides[1].silences)
    return Played(wall, began, letters, answers, lateness.most, lateness.what, silences)


@dataclass
class Lateness:
    """The most by which anything was late, in seconds, and what it was."""

    most: float = 0.0
    what: str = ""

    def note(self, late: float, what: str) -> None:
        """Something was late by this."""
        if late > self.most:
            self.most, self.what = late, what


async def _watch(side: Side, began: float, lateness: Lateness) -> None:
    """Ask for the receivers ten times a second."""
    due = began
    while True:
        await anyio.sleep(max(0.0, due - time.monotonic()))
        await side.ask("GET", "/api/v2/receivers")
        late = time.monotonic() - due
        lateness.note(late, f"{side.name} at {due - began:.1f}")
        due += _OFTEN * (1 + late // _OFTEN)


_OFTEN = 0.1


async def _both(sides: tuple[Side, Side], step: Step, wall: int) -> tuple[Any, Any]:
    found: dict[str, Any] = {}

    async def one(side: Side) -> None:
        found[side.name] = await _do(side, step, wall)

    async with anyio.create_task_group() as tasks:
        for side in sides:
            tasks.start_soon(one, side)
    return found[sides[0].name], found[sides[1].name]


async def _do(side: Side, step: Step, wall: int) -> Any:
    if step.look:
        seen = [await side.ask("GET", step.look)]
        for path in ("/api/v2/alerts", "/api/v2/alerts/groups", "/api/v2/silences"):
            seen.append(await side.ask("GET", path))
        return seen
    if step.alerts:
        alerts = [_timed(alert, wall) for alert in step.alerts]
        return await side.ask("POST", "/api/v2/alerts", alerts)
    return await _hush(side, step, wall)


async def _hush(side: Side, step: Step, wall: int) -> Any:
    body = _timed(step.body or {}, wall)
    name = step.silence if step.ends else body.get("id")
    if name is not None and name not in side.silences:
        return 0, f"{name} was refused"  # When it was posted it was over: that was much too late.
    if step.ends:
        return await side.ask("DELETE", f"/api/v2/silence/{side.silences[step.silence]}")
    if name is not None:
        body["id"] = side.silences[name]
    status, said = await side.ask("POST", "/api/v2/silences", body)
    if status != 200:
        return status, said
    kept = said["silenceID"] == body.get("id")
    side.silences[step.silence] = said["silenceID"]
    return status, "the same id" if kept else "a new id"


def _timed(thing: dict[str, Any], wall: int) -> dict[str, Any]:
    moments: dict[str, Any] = {
        key: datetime.fromtimestamp(wall + thing[key], UTC).isoformat(timespec="milliseconds")
        for key in ("startsAt", "endsAt")
        if key in thing
    }
    return {**thing, **moments}
