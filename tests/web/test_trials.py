"""A receiver or a person is tried out by the senders that page."""

from typing import Any

import pytest
from support.servers import HttpServer
from support.shell import tocsin
from support.site import ROUTES, Site, site

from router.core.moment import MINUTE
from router.runtime.trial import TRIALS_MOST


async def tried(here: Site, to: Any, status: int = 200) -> Any:
    async with here.http.post("/api/v1/receivers/test", json={"to": to}) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


@pytest.mark.parametrize("to", ["ops", "receiver:ops"])
async def test_a_receiver_is_really_told(here: Site, to: str) -> None:
    told = await tried(here, to)
    [result] = told["results"]
    assert told["ok"]
    assert (result["target"], result["integration"]) == ("receiver:ops/console/0", "console")
    assert "TocsinTest" in here.printed.getvalue()
    assert not here.loop.state.deliveries


async def test_a_person_is_told_and_what_fails_says_why(here: Site) -> None:
    told = await tried(here, "user:ana")
    assert not told["ok"]
    [result] = told["results"]
    assert result["target"] == "user:ana/webhook"
    assert "connection refused" in result["error"]
    assert result["retried"]


async def test_what_arrives_is_a_test_that_says_so(tmp_path: Any) -> None:
    async with HttpServer.open() as far:
        routes = ROUTES.replace("http://127.0.0.1:9/ana", f"{far.url}/ana")
        async with site(tmp_path, routes=routes) as here:
            assert (await tried(here, "user:ana"))["ok"]
        [request] = far.requests
        alert = request.json()["alerts"][0]
        assert alert["labels"]["alertname"] == "TocsinTest"
        assert "All is well" in alert["annotations"]["summary"]


async def test_too_many_tests_are_refused_until_a_minute_has_passed(here: Site) -> None:
    for _ in range(TRIALS_MOST):
        await tried(here, "ops")
    assert "too many tests" in (await tried(here, "ops", 429))["error"]
    here.clock.move(MINUTE)
    assert (await tried(here, "ops"))["ok"]


@pytest.mark.parametrize(
    ("to", "status", "said"),
    [
        ("opps", 404, "did you mean 'ops'?"),
        ("user:anna", 404, "did you mean 'user:ana'?"),
        ("", 404, "there is no receiver or user"),
        (7, 400, "cannot be read"),
    ],
)
async def test_nobody_is_told_for_a_name_nobody_has(
    here: Site, to: Any, status: int, said: str
) -> None:
    assert said in (await tried(here, to, status))["error"]


async def test_the_command_shows_each_integration_and_fails_if_one_does(here: Site) -> None:
    environ = {"TOCSIN_URL": here.address}
    ran = await tocsin("test-receiver", "ops", environ=environ)
    assert ran.code == 0, ran.err
    assert ran.out.startswith("ok  receiver:ops/console/0")
    ran = await tocsin("test-receiver", "user:ana", environ=environ)
    assert ran.code == 2
    assert ran.out.startswith("FAILED  user:ana/webhook")
    assert "1 of 1 did not arrive" in ran.err


async def test_more_reads_at_once_than_allowed_are_refused_and_counted(here: Site) -> None:
    here.traffic.gets_most = 0
    async with here.http.get("/api/v2/alerts") as answer:
        assert answer.status == 503
        said = "Limit of concurrent GET requests reached (0), try again later.\n"
        assert await answer.text() == said
    async with here.http.get("/-/healthy") as answer:
        assert answer.status == 200
    await here.fire(alertname="StillTaken")
    counted = {family.name: family for family in here.traffic.families()}
    [sample] = counted["alertmanager_http_concurrency_limit_exceeded"].samples
    assert sample.value == 1
    seconds = counted["alertmanager_http_request_duration_seconds"].samples
    asked = [s.labels["handler"] for s in seconds if s.name.endswith("_count")]
    assert asked == ["/api/v2/alerts", "/-/healthy", "/api/v2/alerts"]
