"""What holds for every request: probes, unknown paths, correlation ids, waiting, the end."""

import re
from pathlib import Path

import aiohttp
import anyio
import pytest
from support.site import ROUTES, TOKENS, Site, bearer, raw, site

from router.runtime.pulse import Check
from router.web.server import serving

PROBES = ["/health/live", "/health/ready", "/health/startup", "/-/healthy", "/-/ready"]


@pytest.mark.parametrize("path", PROBES)
async def test_probes_answer_get_and_head_without_a_token(path: str, abroad: Site) -> None:
    for method in ("GET", "HEAD"):
        async with abroad.http.request(method, path) as answer:
            assert answer.status == 200
    abroad.health.check = Check(ok=False, problems=("the disk is full",))
    async with abroad.http.get(path) as answer:
        assert answer.status == 503
        assert "disk" not in await answer.text(), "strangers need not know why"


async def test_alertmanagers_probes_say_ok(here: Site) -> None:
    for path in ("/-/healthy", "/-/ready"):
        async with here.http.get(path) as answer:
            assert await answer.text() == "OK"
            assert answer.content_type == "text/plain"


async def test_problems_are_told_to_who_may_read(abroad: Site) -> None:
    abroad.health.check = Check(ok=True, problems=("slack is away",))
    async with abroad.http.get("/health/ready") as answer:
        assert (answer.status, await answer.json()) == (200, {"status": "degraded"})
    async with abroad.http.get("/health/ready", headers=bearer("tok-read")) as answer:
        assert await answer.json() == {"status": "degraded", "problems": ["slack is away"]}


async def test_reload_is_empty_or_names_every_problem(here: Site) -> None:
    async with here.http.post("/-/reload") as answer:
        assert (answer.status, await answer.text()) == (200, "")
    here.problems = ["routes.toml:3: route: no receiver", "routes.toml:9: users.x: nothing"]
    async with here.http.post("/-/reload") as answer:
        assert answer.status == 500
        assert await answer.text() == (
            "failed to reload config: routes.toml:3: route: no receiver\n"
            "routes.toml:9: users.x: nothing\n"
        )
    for method in ("GET", "PUT"):
        async with here.http.request(method, "/-/reload") as answer:
            assert answer.status == 405
    assert here.reloads == 2


async def test_metrics_are_in_prometheus_format(here: Site) -> None:
    async with here.http.get("/metrics") as answer:
        assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert await answer.text() == "tocsin_up 1\n"


@pytest.mark.parametrize(
    ("method", "path", "status", "body"),
    [
        ("GET", "/api/v2/x", 404, '{"code":404,"message":"path /api/v2/x was not found"}'),
        ("PUT", "/api/v2/alerts", 405,
         '{"code":405,"message":"method PUT is not allowed, but [POST,GET] are"}'),
        ("HEAD", "/api/v2/alerts", 405, ""),
        ("OPTIONS", "/api/v2/status", 405,
         '{"code":405,"message":"method OPTIONS is not allowed, but [GET] are"}'),
        ("GET", "/", 404, '{"error":"path / was not found"}'),
        ("GET", "/alertmanager/api/v2/status", 404, None),
        ("GET", "/api/v1/alerts", 404, None),
        ("GET", "/a/", 404, None),
        ("GET", "/webhook/prom", 405, None),
        ("DELETE", "/api/v1/incidents", 405,
         '{"error":"method DELETE is not allowed, but [POST,GET] are"}'),
    ],
)  # fmt: skip
async def test_no_page_answers_everything(
    method: str, path: str, status: int, body: str | None, here: Site
) -> None:
    async with here.http.request(method, path) as answer:
        assert answer.status == status
        if body is not None:
            assert await answer.text() == body
        if status == 405:
            assert answer.headers["Allow"]


@pytest.mark.parametrize(
    ("asked", "location"),
    [
        (b"//api/v2/alerts", b"/api/v2/alerts"),
        (b"//api//v2/alerts?filter=a%3Db", b"/api/v2/alerts?filter=a%3Db"),
    ],
)
async def test_doubled_slashes_are_redirected(asked: bytes, location: bytes, here: Site) -> None:
    head = b"GET " + asked + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await raw(here, head)
    assert answer.startswith(b"HTTP/1.1 301 ")
    assert b"\r\nLocation: " + location + b"\r\n" in answer


@pytest.mark.parametrize("asked", [b"//evil.example", b"//evil.example/api/v2/alerts", b"///x"])
async def test_no_redirect_leads_elsewhere(asked: bytes, here: Site) -> None:
    head = b"GET " + asked + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    answer = await raw(here, head)
    assert answer.startswith(b"HTTP/1.1 404 ")
    assert b"Location" not in answer


async def test_every_answer_has_an_id_of_its_own(here: Site) -> None:
    seen = set()
    for path in ("/api/v2/alerts", "/nowhere", "/a/x", "/health/live", "/api/v2/alerts"):
        async with here.http.get(path, headers={"X-Correlation-ID": "mine"}) as answer:
            cid = answer.headers["X-Correlation-ID"]
            assert re.fullmatch("[0-9a-f]{16}", cid)
            seen.add(cid)
            assert answer.headers["Server"] == "tocsin"
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert answer.headers["Cache-Control"] == "no-store"
    assert len(seen) == 5


WAITING = [
    ("GET", "/api/v1/incidents"),
    ("GET", "/api/v1/incidents/1"),
    ("GET", "/api/v1/incidents/99"),
    ("POST", "/api/v1/incidents/1/ack"),
    ("GET", "/api/v1/rejects"),
    ("GET", "/api/v2/alerts"),
    ("GET", "/api/v2/alerts/groups"),
    ("GET", "/api/v2/silences"),
    ("GET", "/api/v2/silence/11111111-2222-4333-8444-555555555555"),
    ("GET", "/a/{token}"),
    ("GET", "/a/wrong"),
    ("POST", "/a/{token}"),
]


@pytest.mark.parametrize(("method", "path"), WAITING)
async def test_what_depends_on_the_state_waits_for_the_disk(
    method: str, path: str, here: Site
) -> None:
    await here.incident()
    here.door.settling = anyio.Event()
    answered = []

    async def ask() -> None:
        async with here.http.request(method, path.replace("{token}", here.token(1))) as answer:
            answered.append(answer.status)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(ask)
        await anyio.sleep(0.05)
        assert answered == []
        here.door.settling.set()
    assert len(answered) == 1


async def test_probes_and_metrics_wait_for_nothing(here: Site) -> None:
    here.door.settling = anyio.Event()
    with anyio.fail_after(2):
        for path in [*PROBES, "/metrics"]:
            async with here.http.get(path) as answer:
                assert answer.status == 200


async def test_a_request_under_way_is_answered_before_the_end(tmp_path: Path) -> None:
    async with site(tmp_path) as here:
        here.door.settling = anyio.Event()
        statuses = []
        rooms = here.rooms(True, here.limits)

        async def ask(port: int) -> None:
            async with aiohttp.request("GET", f"http://127.0.0.1:{port}/api/v2/alerts") as answer:
                statuses.append(answer.status)

        async with anyio.create_task_group() as tasks:
            async with serving(rooms, "127.0.0.1:0") as second:
                tasks.start_soon(ask, second.port)
                await here.until(lambda: second.crowd.open and not second.crowd.waiting)
                here.door.settling.set()
            assert statuses == [200] or await _soon(statuses)
        with pytest.raises(aiohttp.ClientConnectorError):
            await ask(second.port)


async def _soon(statuses: list[int]) -> bool:
    with anyio.fail_after(2):
        while not statuses:  # noqa: ASYNC110 - the client hears of its answer a little later.
            await anyio.sleep(0.01)
    return statuses == [200]


async def test_the_end_does_not_wait_for_who_is_idle_or_stuck(tmp_path: Path) -> None:
    with anyio.fail_after(5):
        async with site(tmp_path) as here:
            idle = await anyio.connect_tcp("127.0.0.1", here.server.port)
            half = await anyio.connect_tcp("127.0.0.1", here.server.port)
            await half.send(b"POST /webhook/any HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{")
            await here.until(lambda: len(here.server.crowd.open) == 2)
        await idle.aclose()
        await half.aclose()


async def test_no_secret_is_ever_said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Tokens that were sent, right or wrong, come back in no answer and no line of the log."""
    said = ""
    async with site(tmp_path, local=False, routes=TOKENS + ROUTES) as here:
        paths = [
            "/api/v2/alerts",
            "/webhook/grafana/tok-grafana",
            "/webhook/x/tok-ingest",
            "/-/reload",
        ]
        for path in paths:
            for headers in (bearer("tok-admin"), bearer("tok-canary"), {"X-Token": "tok-ingest"}):
                async with here.http.post(path, data=b"{", headers=headers) as answer:
                    said += str(answer.headers) + await answer.text()
        said += (
            await raw(here, b"GET /a/tok-admin HTTP/1.1\r\nBad Header: tok-admin\r\n\r\n")
        ).decode()
    captured = capfd.readouterr()
    assert "rejected" in captured.out
    for text in (said, captured.out, captured.err):
        assert "tok-" not in text
