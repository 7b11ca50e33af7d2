"""The dead man's switch, through the whole program: it stops when the service cannot work."""

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import anyio
import pytest
from reliability.process import Process
from reliability.volume import Volume
from support.eventually import eventually
from support.inbox import Inbox
from support.talk import fire

ROUTES = """
[deadman]
url = "{inbox}/deadman"
http_config = {{ bearer_token = "${{PING}}" }}
every = "300ms"
overdue = "1s"
[users.ana]
webhook = "{inbox}/ana"
[receivers.ops]
webhook = [{{ url = "{inbox}/ops" }}]
[policies.climb]
[[policies.climb.steps]]
notify = ["user:ana"]
wait = "1h"
[route]
receiver = "ops"
group_by = ["alertname"]
group_wait = "0s"
[[route.routes]]
matchers = ['severity="critical"']
policy = "climb"
"""
EVERYTHING = {
    "matchers": [{"name": "alertname", "value": ".*", "isRegex": True, "isEqual": True},
                 {"name": "nothing", "value": "x", "isRegex": False, "isEqual": False}],
    "startsAt": "2020-01-01T00:00:00Z",
    "endsAt": "2120-01-01T00:00:00Z",
    "createdBy": "ana",
    "comment": "everything",
}  # fmt: skip
ENVIRON = {"PING": "tok-ping"}


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    async with Inbox() as inbox:
        yield inbox


async def beating(inbox: Inbox) -> None:
    """Signs of life come."""
    before = len(inbox.to("/deadman"))
    await inbox.wait("/deadman", before + 3, seconds=8)


async def silent(inbox: Inbox, seconds: float = 2.0) -> None:
    """They have stopped, or stop soon: none comes for a while."""

    async def none() -> bool:
        before = len(inbox.to("/deadman"))
        await anyio.sleep(seconds)
        return len(inbox.to("/deadman")) == before

    await eventually("no sign of life comes any more", none, seconds=12)


async def test_a_silence_that_matches_everything_does_not_stop_it(
    tmp_path: Path, inbox: Inbox
) -> None:
    routes = ROUTES.format(inbox=inbox.url)
    async with Process(tmp_path, routes, environ=ENVIRON) as process:
        await beating(inbox)
        assert (await process.post("/api/v2/silences", EVERYTHING)).status == 200
        await fire(process, alertname="Down", severity="critical")
        await beating(inbox)
        letter = inbox.to("/deadman")[-1]
        assert letter.headers["Authorization"] == "Bearer tok-ping"
        assert "oldest timer 0.0 s late" in letter.json()["note"]
        alerts = (await process.get("/api/v2/alerts")).json()
        assert [alert["labels"]["alertname"] for alert in alerts] == ["Down"]
        assert len((await process.get("/api/v2/alerts/groups")).json()) == 1
        assert inbox.to("/ana") == [], "what is silenced is"


async def test_stopped_and_continued_it_stops_and_goes_on(tmp_path: Path, inbox: Inbox) -> None:
    routes = ROUTES.format(inbox=inbox.url)
    async with Process(tmp_path, routes, environ=ENVIRON) as process:
        await beating(inbox)
        process.signal(signal.SIGSTOP)
        await silent(inbox)
        process.signal(signal.SIGCONT)
        await beating(inbox)


async def test_it_stops_when_the_loop_is_stuck(tmp_path: Path, inbox: Inbox) -> None:
    routes = ROUTES.format(inbox=inbox.url)
    async with Process(tmp_path, routes, faults=["hanging_commit"], environ=ENVIRON) as process:
        await beating(inbox)
        with anyio.move_on_after(0.5):
            await fire(process, alertname="Down", poison="hang")
        await silent(inbox)

        async def stuck() -> bool:
            return (await process.get("/health/live")).status == 503

        await eventually("the probe says so too", stuck, seconds=10)
        process.kill()


async def test_it_stops_when_a_page_is_overdue(tmp_path: Path, inbox: Inbox) -> None:
    routes = ROUTES.format(inbox=inbox.url)
    async with Process(tmp_path, routes, faults=["lost_pages"], environ=ENVIRON) as process:
        await beating(inbox)
        await fire(process, alertname="Slow")
        await inbox.wait("/ops")
        await beating(inbox)
        await fire(process, alertname="Down", severity="critical")
        await silent(inbox)
        ready = (await process.get("/health/ready")).json()
        assert ready["status"] == "degraded"
        assert "to be sent" in str(ready["problems"])


async def test_it_stops_while_the_disk_is_full_and_goes_on_when_there_is_room(
    tmp_path: Path, inbox: Inbox
) -> None:
    routes = ROUTES.format(inbox=inbox.url)
    with Volume(tmp_path / "volume", 48) as volume:
        data = volume.folder / "data"
        async with Process(tmp_path, routes, data=data, environ=ENVIRON) as process:
            process.expect("disk is full|no room|could not be kept|not enough")
            await beating(inbox)
            volume.fill()

            async def full() -> bool:
                await process.post("/api/v2/alerts", b"x" * 200_000)
                return (await process.get("/health/ready")).status == 503

            await eventually("the disk is full", full, seconds=10)
            await silent(inbox)
            volume.free()
            await beating(inbox)
