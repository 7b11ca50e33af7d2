"""A rule that fails costs one alert, or one turn of one incident, and nothing else, ever again."""

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from reliability.process import Process
from reliability.sink import Sink
from support.eventually import eventually
from support.service import Reply
from support.shell import tocsin
from support.talk import answer, incidents

from router.app import BROKEN

ROUTES = """
[service]
fallback = ["receiver:last"]
[users.ana]
webhook = "{sink}/ana"
[users.bo]
webhook = "{sink}/bo"
[receivers.last]
webhook = [{{ url = "{sink}/last" }}]
[receivers.all]
webhook = [{{ url = "{sink}/notify" }}]
[policies.climb]
[[policies.climb.steps]]
notify = ["user:ana"]
wait = "300ms"
[[policies.climb.steps]]
notify = ["user:bo"]
wait = "1h"
[route]
receiver = "all"
policy = "climb"
group_by = ["batch", "poison"]
group_wait = "0s"
group_interval = "1s"
"""


@pytest.fixture
async def sink() -> AsyncIterator[Sink]:
    """Where everything that leaves arrives."""
    async with Sink() as sink:
        yield sink


async def post(process: Process, *alerts: tuple[str, str]) -> Reply:
    """Report alerts: the name of each, which is its batch too, and its poison."""
    posted = [
        {"labels": {"alertname": "Poison", "batch": n, "n": n, "poison": poison}}
        for n, poison in alerts
    ]
    return await process.post("/api/v2/alerts", posted)


async def told(sink: Sink, path: str, batch: str) -> None:
    """Wait until it has arrived there."""
    await eventually(f"{batch} arrives at {path}", lambda: arrived(sink, path, batch))


def arrived(sink: Sink, path: str, batch: str) -> int:
    """How many attempts of a batch arrived at a path."""
    return sum((a.path, a.batch) == (path, batch) for a in sink.attempts)


async def healthy(process: Process, sink: Sink, batch: str) -> None:
    """An alert without poison is told, and climbs."""
    assert (await post(process, (batch, ""))).status == 200
    for path in ("/notify", "/ana", "/bo"):
        await told(sink, path, batch)
    assert (await process.get("/health/ready")).status == 200


async def test_a_rule_that_fails_on_a_group_costs_its_turn_and_tells_the_fallback(
    tmp_path: Path, sink: Sink
) -> None:
    rules = ("flush", "step", "claim", "delivered")
    routes = ROUTES.format(sink=sink.url)
    async with Process(tmp_path, routes, faults=["poison"]) as process:
        process.expect(f"planted in ({'|'.join(rules)})")
        reply = await post(process, ("first", ""), *((r, r) for r in rules), ("last", ""))
        assert reply.status == 200, reply
        for batch in ("first", "last"):
            for path in ("/notify", "/ana", "/bo"):
                await told(sink, path, batch)
        for rule in rules:
            await told(sink, "/last", rule)
        await process.crash_and_restart()
        await healthy(process, sink, "after the crash")
        await process.crash_and_restart()
        await healthy(process, sink, "after another")
        assert process.said("a rule failed") < 60, "what fails waits before it is tried again"
        assert not arrived(sink, "/ana", "flush")
        assert not arrived(sink, "/ana", "claim")
        for rule in rules:
            assert arrived(sink, "/ana", rule) <= 3, "once, and once more after each crash"


async def test_a_rule_that_fails_on_an_alert_costs_that_alert(tmp_path: Path, sink: Sink) -> None:
    routes = ROUTES.format(sink=sink.url)
    async with Process(tmp_path, routes, faults=["poison"]) as process:
        process.expect("planted in intake")
        reply = await post(process, ("first", ""), ("bad", "intake"), ("last", ""))
        assert reply.status == 500, reply
        assert "planted in intake" in reply.text
        for batch in ("first", "last"):
            await told(sink, "/notify", batch)
        await process.crash_and_restart()
        rejects = (await process.get("/api/v1/rejects")).json()["rejects"]
        assert len(rejects) == 1
        assert "planted in intake" in rejects[0]["reason"]
        assert '"bad"' in rejects[0]["body"]
        await healthy(process, sink, "after the crash")


@pytest.mark.parametrize("where", ["apply", "commit"])
async def test_what_cannot_be_applied_or_committed_ends_the_process_and_thrice_is_safe_mode(
    where: str, tmp_path: Path, sink: Sink
) -> None:
    routes = ROUTES.format(sink=sink.url)
    async with Process(tmp_path, routes, faults=[f"broken_{where}"]) as process:
        process.expect(f"planted in {where}|the service must end")
        await healthy(process, sink, "before")
        for _ in range(3):
            assert (await process.get("/health/ready")).status == 200
            with contextlib.suppress(aiohttp.ClientError):
                reply = await post(process, ("bad", where))
                assert reply.status >= 500, "what is not kept is not accepted"
            assert await process.ended() == BROKEN
            await process.start(ready=False)
            await eventually("it answers again", lambda: lives(process))
        assert process.said("the service must end and start again") == 3

        ready = await process.get("/health/ready")
        assert (ready.status, "safe mode" in ready.text) == (503, True), ready
        refused = await post(process, ("refused", ""))
        assert (refused.status, "Retry-After" in refused.headers) == (503, True)
        (number,) = [i["number"] for i in await incidents(process, status="open")]
        assert (await answer(process, number, "ack", by="ana")).status == 200
        before = len(sink.attempts)
        assert (await answer(process, number, "unack", by="ana")).status == 200
        await eventually("it pages on", lambda: any_page(sink, before))


@pytest.mark.parametrize("where", ["apply", "commit"])
async def test_a_step_that_ends_the_process_is_set_aside_and_everything_else_goes_on(
    where: str, tmp_path: Path, sink: Sink
) -> None:
    routes = ROUTES.format(sink=sink.url)
    async with Process(tmp_path, routes, faults=[f"broken_step_{where}"]) as process:
        process.expect(f"planted in {where}|the service must end|ended the process")
        reply = await post(process, ("good", ""), ("bad", where))
        assert reply.status == 200, reply
        ends = 0
        while ends < 3 and not arrived(sink, "/last", "bad"):
            await eventually("it ends, or tells", lambda: told_or_over(process, sink), seconds=20)
            if not process.running:
                assert process.exit_code == BROKEN
                ends += 1
                await process.start()
        assert ends in (1, 2), "once in company, once alone: no crash loop"
        await told(sink, "/bo", "good")
        assert not arrived(sink, "/bo", "bad")
        await told(sink, "/last", "bad")
        await healthy(process, sink, "after it")
        ready = await process.get("/health/ready")
        assert (ready.status, ready.json()["status"]) == (200, "degraded"), ready
        assert "is set aside for a while: it ended the process" in ready.text
        await process.crash_and_restart()
        await healthy(process, sink, "after another start")
        assert process.running


def told_or_over(process: Process, sink: Sink) -> bool:
    """Whether the fallback knows, or the process has ended."""
    return bool(arrived(sink, "/last", "bad")) or not process.running


async def test_safe_mode_ends_when_somebody_says_so(tmp_path: Path, sink: Sink) -> None:
    routes = ROUTES.format(sink=sink.url)
    async with Process(tmp_path, routes, faults=["broken_apply"]) as process:
        process.expect("planted in apply|the service must end")
        for _ in range(3):
            with contextlib.suppress(aiohttp.ClientError):
                await post(process, ("bad", "apply"))
            assert await process.ended() == BROKEN
            await process.start(ready=False)
            await eventually("it answers again", lambda: lives(process))
        assert (await post(process, ("refused", ""))).status == 503
        environ = {"TOCSIN_URL": process.url}
        assert (await tocsin("resume", environ=environ)).out == "alerts are taken again\n"
        await healthy(process, sink, "resumed")
        assert (await tocsin("resume", environ=environ)).out == "it was not in safe mode\n"


async def lives(process: Process) -> bool:
    """Whether it answers."""
    try:
        return (await process.get("/health/live")).status == 200
    except aiohttp.ClientConnectionError:
        return False


def any_page(sink: Sink, since: int) -> bool:
    """Whether somebody was paged after so many attempts."""
    return any(a.event == "page" for a in sink.attempts[since:])
