"""Who may do what: every endpoint against every kind of credentials."""

import base64
from pathlib import Path
from typing import Any

import pytest
from support.site import ROUTES, TOKENS, Site, bearer, decoded, site

from router.web.rooms import Limits
from router.web.table import endpoints

SILENCE_ID = "11111111-2222-4333-8444-555555555555"
ACTION = "{action:ack|unack|resolve|snooze|unsnooze|escalate|reassign|responders|note}"
ACT = f"/api/v1/incidents/{{number}}/{ACTION}"
ENDPOINTS = [  # What a token must allow for each; written down apart from the table itself.
    ("GET", "/api/v2/alerts", "read"),
    ("GET", "/api/v2/alerts/groups", "read"),
    ("GET", "/api/v2/receivers", "read"),
    ("GET", "/api/v2/status", "read"),
    ("GET", "/api/v2/silences", "read"),
    ("POST", "/api/v2/silences", "silence"),
    ("GET", "/api/v2/silence/{id}", "read"),
    ("DELETE", "/api/v2/silence/{id}", "silence"),
    ("GET", "/api/v1/incidents", "read"),
    ("GET", "/api/v1/incidents/{number}", "read"),
    ("POST", "/api/v1/incidents", "answer"),
    ("POST", ACT, "answer"),
    ("GET", "/api/v1/rejects", "read"),
    ("GET", "/api/v1/heartbeats", "read"),
    ("GET", "/api/v1/alerts/search", "read"),
    ("GET", "/api/v1/alerts/{fingerprint}/history", "read"),
    ("POST", "/api/v1/routes/test", "read"),
    ("POST", "/api/v1/receivers/test", "admin"),
    ("GET", "/api/v1/oncall", "read"),
    ("GET", "/api/v1/schedules", "read"),
    ("GET", "/api/v1/schedules/{name}", "read"),
    ("GET", "/api/v1/overrides", "read"),
    ("POST", "/api/v1/overrides", "answer"),
    ("DELETE", "/api/v1/overrides/{id}", "answer"),
    ("POST", "/api/v1/swaps", "answer"),
    ("GET", "/api/v1/ical", "read"),
    ("POST", "/api/v1/silences", "silence"),
    ("POST", "/api/v1/silences/preview", "read"),
    ("POST", "/api/v1/templates/render", "read"),
    ("POST", "/-/reload", "admin"),
    ("POST", "/-/resume", "admin"),
    ("GET", "/metrics", "read"),
]
TOKEN_OF = {
    "ingest": "tok-ingest",
    "read": "tok-read",
    "answer": "tok-answer",
    "silence": "tok-silence",
    "admin": "tok-admin",
}


def basic(pair: str) -> dict[str, str]:
    return {"Authorization": f"Basic {base64.b64encode(pair.encode()).decode()}"}


def filled(path: str) -> str:
    return (
        path.replace("{id}", SILENCE_ID)
        .replace("{name}", "primary")
        .replace("{number}", "7")
        .replace("{fingerprint}", "0123456789abcdef")
        .replace(ACTION, "ack")
    )


async def status(here: Site, method: str, path: str, headers: dict[str, str], **sent: Any) -> int:
    async with here.http.request(method, path, headers=headers, **sent) as answer:
        await answer.read()
        if answer.status == 401:
            assert answer.headers["WWW-Authenticate"].startswith("Basic ")
        return answer.status


async def test_the_list_here_is_the_table(here: Site) -> None:
    rooms = here.rooms(False, Limits())
    known = {(e.method, e.path, e.scope) for e in endpoints(rooms) if e.scope is not None}
    assert known == set(ENDPOINTS)


async def test_each_scope_opens_its_endpoints_and_no_others(abroad: Site) -> None:
    for method, path, scope in ENDPOINTS:
        for has, token in TOKEN_OF.items():
            found = await status(abroad, method, filled(path), bearer(token))
            where = f"{method} {path} with {has}"
            if has == scope:
                assert found not in (401, 403), where
            else:
                assert found == 403, where
    assert abroad.reloads == 1


async def test_nothing_opens_without_a_token_that_is_known(abroad: Site) -> None:
    strangers: list[dict[str, str]] = [
        {},
        bearer(""),
        bearer("tok-rea"),
        bearer("tok-read "[:-1] + "x"),
        bearer("TOK-READ"),
        bearer("***"),
        basic("tok-wrong:"),
        basic(":"),
        basic("tok-read:wrong"),
        {"Authorization": "Basic %%%"},
        {"Authorization": "Basic"},
        {"Authorization": "Digest tok-read"},
        {"Authorization": "tok-read"},
        {"X-Token": "nope"},
        {"Cookie": "token=tok-read"},
    ]
    for method, path, _ in ENDPOINTS:
        for headers in strangers:
            found = await status(abroad, method, filled(path), headers)
            assert found == 401, f"{method} {path} with {headers}"


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param(bearer("tok-read"), id="bearer"),
        pytest.param({"Authorization": "bearer tok-read"}, id="bearer in lower case"),
        pytest.param(basic("anyone:tok-read"), id="basic, as password"),
        pytest.param(basic("tok-read:"), id="basic, as user without password"),
        pytest.param({"X-Token": "tok-read"}, id="a header of its own"),
    ],
)
async def test_a_token_may_be_shown_as(headers: dict[str, str], abroad: Site) -> None:
    assert await status(abroad, "GET", "/api/v2/alerts", headers) == 200


async def test_a_token_in_the_query_opens_nothing(abroad: Site) -> None:
    assert await status(abroad, "GET", "/api/v2/alerts?token=tok-read", {}) == 401


async def test_the_refusal_has_the_shape_of_its_part_of_the_api(abroad: Site) -> None:
    async with abroad.http.get("/api/v2/alerts") as answer:
        assert decoded(await answer.text())["code"] == 401
    async with abroad.http.get("/api/v1/incidents", headers=bearer("tok-answer")) as answer:
        assert decoded(await answer.text()) == {"error": "the token 'hand' may not read"}
    async with abroad.http.post("/-/reload") as answer:
        assert await answer.text() == "this needs a token that may admin\n"


ALERT = [{"labels": {"alertname": "A"}}]
WEBHOOK = {"version": "4", "alerts": [{"status": "firing", "labels": {"alertname": "A"}}]}
INGEST = [
    # source,   credentials,          in the path,   what comes of it
    ("prom", {}, "", 401),
    ("prom", bearer("tok-ingest"), "", 200),
    ("prom", {}, "tok-ingest", 200),
    ("prom", {}, "tok-wrong", 401),
    ("prom", bearer("tok-read"), "", 403),
    ("prom", bearer("tok-grafana"), "", 401),
    ("grafana", {}, "", 401),
    ("grafana", bearer("tok-grafana"), "", 200),
    ("grafana", {}, "tok-grafana", 200),
    ("grafana", basic("sns:tok-grafana"), "", 200),
    ("grafana", {"X-Token": "tok-grafana"}, "", 200),
    ("grafana", bearer("tok-ingest"), "", 200),
    ("grafana", bearer("tok-read"), "", 403),
    ("grafana", {}, "tok-grafanax", 401),
    ("nowhere", {}, "", 401),
    ("nowhere", bearer("tok-grafana"), "", 401),
    ("nowhere", bearer("tok-ingest"), "", 404),
]


async def test_ingest_needs_the_sources_token_or_one_that_may_ingest(abroad: Site) -> None:
    for source, headers, in_path, wanted in INGEST:
        path = f"/webhook/{source}" + (f"/{in_path}" if in_path else "")
        for method in ("POST", "PUT"):
            found = await status(abroad, method, path, headers, json=WEBHOOK)
            assert found == wanted, f"{method} {path} {headers}"


async def test_prometheus_needs_a_token_that_may_ingest(abroad: Site) -> None:
    assert await status(abroad, "POST", "/api/v2/alerts", {}, json=ALERT) == 401
    assert await status(abroad, "POST", "/api/v2/alerts", bearer("tok-read"), json=ALERT) == 403
    assert await status(abroad, "POST", "/api/v2/alerts", bearer("tok-ingest"), json=ALERT) == 200
    assert len(abroad.loop.state.alerts) == 1


async def test_on_loopback_only_a_sources_own_token_is_asked_for(here: Site) -> None:
    for method, path, _ in ENDPOINTS:
        assert await status(here, method, filled(path), {}) not in (401, 403), path
    assert await status(here, "POST", "/api/v2/alerts", {}, json=ALERT) == 200
    assert await status(here, "POST", "/webhook/prom", {}, json=WEBHOOK) == 200
    assert await status(here, "POST", "/webhook/grafana", {}, json=WEBHOOK) == 401
    assert await status(here, "POST", "/webhook/grafana/tok-grafana", {}, json=WEBHOOK) == 200
    assert await status(here, "POST", "/webhook/nowhere", {}, json=WEBHOOK) == 404


async def test_open_asks_nobody_wherever_it_listens(tmp_path: Path) -> None:
    async with site(tmp_path, local=False, routes="[api]\nopen = true\n" + ROUTES) as here:
        for method, path, _ in ENDPOINTS:
            assert await status(here, method, filled(path), {}) not in (401, 403), path
        assert await status(here, "POST", "/webhook/grafana", {}, json=WEBHOOK) == 401


async def test_a_source_whose_token_is_missing_takes_nothing(tmp_path: Path) -> None:
    async with site(tmp_path, environ={}, routes=TOKENS + ROUTES) as here:
        for headers in ({}, bearer(""), basic(":"), {"X-Token": ""}):
            assert await status(here, "POST", "/webhook/grafana", headers, json=WEBHOOK) == 401
        for in_path in ("", "/", "/%20"):
            path = f"/webhook/grafana{in_path}"
            assert await status(here, "POST", path, {}, json=WEBHOOK) in (401, 404)
        assert not here.loop.state.alerts


@pytest.mark.parametrize(
    ("origin", "wanted"),
    [
        pytest.param("https://evil.example", 403, id="another site"),
        pytest.param("null", 403, id="a page without an origin"),
        pytest.param("http://localhost.evil.example", 403, id="a name that only begins alike"),
        pytest.param("http://[::", 403, id="no address at all"),
        pytest.param("http://127.0.0.1:3000", 200, id="another port of this machine"),
        pytest.param("https://alerts.example.com", 200, id="our public address"),
    ],
)
async def test_without_tokens_no_foreign_page_acts_through_a_browser(
    origin: str, wanted: int, here: Site
) -> None:
    headers = {"Origin": origin}
    assert await status(here, "POST", "/-/reload", headers) == wanted
    assert here.reloads == (1 if wanted == 200 else 0)


async def test_a_name_rebound_to_loopback_is_a_foreign_page(here: Site) -> None:
    headers = {"Origin": "http://evil.example", "Host": "evil.example"}
    assert await status(here, "POST", "/-/reload", headers) == 403


async def test_where_it_is_open_its_own_pages_may_act(tmp_path: Path) -> None:
    async with site(tmp_path, local=False, routes="[api]\nopen = true\n" + ROUTES) as here:
        headers = {"Origin": "http://tocsin.lan:9093", "Host": "tocsin.lan:9093"}
        assert await status(here, "POST", "/-/reload", headers) == 200
        headers = {"Origin": "http://evil.example", "Host": "tocsin.lan:9093"}
        assert await status(here, "POST", "/-/reload", headers) == 403


async def test_a_token_lets_a_foreign_page_act(abroad: Site) -> None:
    headers = bearer("tok-admin") | {"Origin": "https://karma.example"}
    assert await status(abroad, "POST", "/-/reload", headers) == 200
