"""The wall clock is set, back and forth: nobody is called early, no step is left out."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

import anyio
from reliability.conftest import Size
from reliability.process import Process
from reliability.sink import Sink
from support.eventually import eventually
from support.figures import note
from support.talk import alert, incidents, records

WAIT = 1.4  # Seconds from step to step.
JUMPS = (3600, -7200, 1, -1, 90, -90, 86_400, -86_400, 40 * 86_400, 365 * 86_400)
ROUTES = """
[service]
fallback = ["receiver:last"]
[users.ana]
webhook = "{sink}/step1"
[users.bo]
webhook = "{sink}/step2"
[users.cy]
webhook = "{sink}/step3"
[receivers.last]
webhook = [{{ url = "{sink}/last" }}]
[policies.climb]
[[policies.climb.steps]]
notify = ["user:ana"]
wait = "1400ms"
[[policies.climb.steps]]
notify = ["user:bo"]
wait = "1400ms"
[[policies.climb.steps]]
notify = ["user:cy"]
wait = "1h"
[route]
policy = "climb"
group_by = ["batch"]
group_wait = "0s"
group_interval = "300ms"
"""


class WallClock:
    """A wall clock for one process, to be set at will; every other clock of it stays true."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._file = folder / "clock"
        self.set(0)
        libraries = [*Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1")]
        if not libraries:
            raise FileNotFoundError("libfaketime is not installed (Debian: apt install faketime)")
        self._library = libraries[0]

    @property
    def environ(self) -> dict[str, str]:
        """What a process needs in its environment to go by it."""
        return {
            "LD_PRELOAD": str(self._library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        }

    def set(self, seconds: int) -> None:
        """Be so far ahead of the true time."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{seconds:+d}")
        new.replace(self._file)


async def posted_at(process: Process, batch: str, ends: float | None = None) -> float:
    """Report an alert, which may say by the sender's clock when it ends unless repeated."""
    began = time.monotonic()
    until = None if ends is None else datetime.fromtimestamp(ends, UTC).isoformat()
    labels = {"alertname": "Clock", "batch": batch}
    reply = await process.post("/api/v2/alerts", [alert(ends=until, **labels)])
    assert reply.status == 200, reply
    return began


async def jumped(folder: Path, jump: int, restart: bool, *faults: str) -> list[str]:
    """What goes wrong when the clock is set by so many seconds after the first step."""
    clock = WallClock(folder)
    async with Sink() as sink:
        routes = ROUTES.format(sink=sink.url)
        async with Process(folder, routes, environ=clock.environ, faults=faults) as process:
            began = await posted_at(process, "plain")
            await posted_at(process, "prometheus", ends=time.time() + 240)
            await sink.wait("/step1", 2)
            if restart:
                await eventually("step 1 is known to be sent", lambda: sent(process, 1))
                process.crash()
            clock.set(jump)
            if restart:
                await process.start()
            assert abs(await its_wall(process) - time.time() - jump) < 60, "the clock was set"
            await eventually("step 3 is sent", lambda: sent(process, 3), seconds=20)
            return [*early(sink, began), *await ended(process), *await skipped(process)]


def early(sink: Sink, began: float) -> Iterator[str]:
    """Pages before their time."""
    for page in (a for a in sink.attempts if a.event == "page"):
        due = began + WAIT * (int(page.path.removeprefix("/step")) - 1)
        if page.at < due - 0.01:
            yield f"early: {page.path} of {page.batch} by {due - page.at:.2f} s"


async def ended(process: Process) -> list[str]:
    """Alerts and incidents that are over, though nobody said so."""
    firing = (await process.get("/api/v2/alerts")).json()
    active = sorted(a["labels"]["batch"] for a in firing if a["status"]["state"] == "active")
    states = [i["status"] for i in await incidents(process)]
    well = active == ["plain", "prometheus"] and states == ["triggered", "triggered"]
    return [] if well else [f"ended: only {active} fire, the incidents are {states}"]


async def skipped(process: Process) -> list[str]:
    """Incidents that did not take one step after the other."""
    ran = [[r["step"] for r in records(i, "escalated")] for i in await process.timelines()]
    return [] if ran == [[1, 2, 3], [1, 2, 3]] else [f"skipped: the steps {ran} were taken"]


async def test_a_wall_clock_that_jumps_calls_nobody_early_and_ends_nothing(
    tmp_path: Path, size: Size
) -> None:
    found: dict[str, list[str]] = {}

    async def run(name: str, jump: int, restart: bool, *faults: str) -> None:
        found[name] = await jumped(tmp_path / name, jump, restart, *faults)

    jumps = JUMPS[: size.rounds]
    for jump in jumps:
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(run, f"{jump} s while it runs", jump, False)
            tasks.start_soon(run, f"{jump} s while it is down", jump, True)
            if jump == jumps[0]:
                tasks.start_soon(run, "waits by the wall", 100, False, "wall_clock")
    assert any(f.startswith("early") for f in found.pop("waits by the wall")), "nothing is judged"
    assert not any(found.values()), found
    note(
        "the wall clock set, by a second to a year, back or ahead, while it runs or is down",
        len(found),
        "0 called early, left out or ended by it; waits that go by the wall clock are found out",
    )


async def sent(process: Process, step: int) -> bool:
    """Whether this step of both incidents has been sent, and that has been kept."""
    shown = await process.timelines()
    return len(shown) == 2 and all(len(records(i, "sent")) >= step for i in shown)


async def its_wall(process: Process) -> float:
    """What the service takes the time to be, by the Date of an answer."""
    reply = await process.get("/health/live")
    return parsedate_to_datetime(reply.headers["Date"]).timestamp()
