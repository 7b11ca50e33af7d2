"""Alerts come in: what is taken, what is refused and how, and what is kept of it."""

import gzip
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from structlog.testing import capture_logs
from support.site import Site, bearer, decoded

from router.core.event import Reconfigured, Rejected, Reported
from router.errors import DiskFull, Overloaded, StoreError

GOOD = {"labels": {"alertname": "A"}}
JSON = {"Content-Type": "application/json"}


async def post(here: Site, path: str, **sent: Any) -> tuple[int, str, dict[str, str]]:
    async with here.http.post(path, **sent) as answer:
        return answer.status, await answer.text(), dict(answer.headers)


async def rejects(here: Site) -> list[tuple[str, str, bytes]]:
    return [(kept.source, kept.reason, kept.body) for kept in await here.store.rejects(100)]


async def test_200_is_empty_and_means_it_is_on_disk(here: Site) -> None:
    status, text, headers = await post(here, "/api/v2/alerts", json=[GOOD, GOOD])
    assert (status, text) == (200, "")
    assert headers["Content-Length"] == "0"
    assert "Content-Type" not in headers
    stored = await here.store.load()
    assert [alert.labels for alert in stored.alerts] == [b'{"alertname":"A"}']
    assert stored.alerts[0].source == "prom"
    assert stored.alerts[0].cid == headers["X-Correlation-ID"]


async def test_all_alerts_of_a_request_are_one_submit(here: Site) -> None:
    alerts = [{"labels": {"alertname": "A", "n": str(n)}} for n in range(100)]
    await post(here, "/api/v2/alerts", json=alerts)
    assert [type(event) for event in here.door.events] == [Reported] * 100
    assert len(here.loop.state.alerts) == 100


@pytest.mark.parametrize("body", [b"[]", b"null", b" [ ] "])
async def test_no_alerts_are_no_mistake(body: bytes, here: Site) -> None:
    status, text, _ = await post(here, "/api/v2/alerts", data=body, headers=JSON)
    assert (status, text) == (200, "")


async def test_the_good_ones_of_a_batch_are_taken_and_the_others_named(here: Site) -> None:
    batch = [GOOD, {"labels": {}}, {"labels": {"alertname": "B"}}]
    status, text, _ = await post(here, "/api/v2/alerts", json=batch)
    assert status == 400
    assert decoded(text) == "at least one label pair required"
    assert set(here.loop.state.alerts) == {b'{"alertname":"A"}', b'{"alertname":"B"}'}
    kept = await rejects(here)
    assert [(source, reason) for source, reason, _ in kept] == [("prom", decoded(text))]
    assert decoded(kept[0][2].decode()) == batch


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"", 422, 602, id="nothing"),
        pytest.param(b"{", 400, 400, id="broken JSON"),
        pytest.param(b'{"labels":{}}', 400, 400, id="an object for a list"),
        pytest.param(b'[{"labels":{"a":1}}]', 400, 400, id="a number for a value"),
        pytest.param(b"[{}]", 422, 602, id="no labels"),
        pytest.param(b'[{"labels":{"a":"b"},"generatorURL":"x y"}]', 422, 601, id="no address"),
        pytest.param(b"[" * 100_000, 400, 400, id="nested without end"),
        pytest.param(b"\xff\xfe\x00", 400, 400, id="no text"),
    ],
)
async def test_what_cannot_be_read_is_refused_as_alertmanager_does_and_kept(
    body: bytes, status: int, code: int, here: Site
) -> None:
    found, text, _ = await post(here, "/api/v2/alerts", data=body, headers=JSON)
    told = decoded(text)
    assert (found, told["code"]) == (status, code)
    assert await rejects(here) == [("prom", told["message"], body[: 16 * 1024])]
    assert not here.loop.state.alerts


@pytest.mark.parametrize(
    "kind", [None, "text/plain", "application/x-www-form-urlencoded", "application/jsonx", ""]
)
async def test_the_api_takes_nothing_that_is_not_called_json(kind: str | None, here: Site) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    skip = ["Content-Type"] if kind is None else []
    status, text, _ = await post(
        here, "/api/v2/alerts", data=b"[]", headers=headers, skip_auto_headers=skip
    )
    assert status == 415
    assert decoded(text)["code"] == 415
    assert await rejects(here) == []


async def test_a_charset_does_no_harm(here: Site) -> None:
    headers = {"Content-Type": "Application/JSON; charset=utf-8"}
    assert (await post(here, "/api/v2/alerts", data=b"[]", headers=headers))[0] == 200


WEBHOOK = {
    "version": "4",
    "alerts": [
        {"status": "firing", "labels": {"alertname": "A"}, "startsAt": "2027-01-15T08:00:00Z"},
        {"status": "firing", "labels": {"alertname": "B"}, "startsAt": "2027-01-15T08:00:00Z"},
    ],
}


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/mixed", "x"])
async def test_a_webhook_is_taken_whatever_it_calls_itself(kind: str, here: Site) -> None:
    body = msgspec.json.encode(WEBHOOK)
    headers = {"Content-Type": kind}
    status, text, _ = await post(here, "/webhook/prom", data=body, headers=headers)
    assert (status, decoded(text)) == (200, {"accepted": 2})
    assert len(here.loop.state.alerts) == 2


async def test_a_webhook_may_be_put(here: Site) -> None:
    async with here.http.put("/webhook/any", data=b'{"title": "Backup failed"}') as answer:
        assert (answer.status, await answer.json()) == (200, {"accepted": 1})
    assert any(b"Backup failed" in labels for labels in here.loop.state.alerts)


async def test_a_webhook_that_cannot_be_read_is_kept_with_the_reason(here: Site) -> None:
    status, text, _ = await post(here, "/webhook/prom", data=b'{"hello": 1}')
    assert status == 400
    assert [kept[::2] for kept in await rejects(here)] == [("prom", b'{"hello": 1}')]
    assert (await rejects(here))[0][1] == decoded(text)["error"]


async def test_of_a_rejected_body_16_kilobytes_are_kept(here: Site) -> None:
    await post(here, "/webhook/prom", data=b"x" * 100_000)
    [event] = here.door.events
    assert isinstance(event, Rejected)
    assert event.body == b"x" * 16 * 1024
    assert len((await rejects(here))[0][2]) == 16 * 1024


async def test_a_stranger_leaves_nothing_behind(abroad: Site) -> None:
    for headers in ({}, bearer("tok-wrong"), bearer("tok-read")):
        for path in ("/api/v2/alerts", "/webhook/prom", "/webhook/grafana", "/webhook/nowhere"):
            status, _, _ = await post(abroad, path, data=b"{", headers=headers | JSON)
            assert status in (401, 403)
    assert abroad.door.events == []


async def test_an_unknown_source_is_named_with_its_nearest_neighbour(here: Site) -> None:
    status, text, _ = await post(here, "/webhook/promm", json=WEBHOOK)
    assert status == 404
    assert decoded(text) == {
        "error": "routes.toml has no source 'promm' that posts here; did you mean 'prom'?"
    }


async def test_gzip_is_taken(here: Site) -> None:
    body = gzip.compress(msgspec.json.encode([GOOD]))
    headers = JSON | {"Content-Encoding": "gzip"}
    assert (await post(here, "/api/v2/alerts", data=body, headers=headers))[0] == 200
    assert len(here.loop.state.alerts) == 1


TROUBLES = [
    pytest.param(DiskFull("the disk is full"), 5, 10, id="the disk is full"),
    pytest.param(StoreError("the disk failed"), 5, 10, id="the disk failed"),
    pytest.param(Overloaded("too much waits", retry_after=7), 7, 14, id="too much waits"),
]


@pytest.mark.parametrize(("trouble", "least", "most"), TROUBLES)
@pytest.mark.parametrize("path", ["/api/v2/alerts", "/webhook/prom"])
async def test_what_was_not_kept_is_503_and_when_to_come_again(
    path: str, trouble: Overloaded | StoreError, least: int, most: int, here: Site
) -> None:
    here.door.raises = trouble
    body: Any = [GOOD] if path == "/api/v2/alerts" else WEBHOOK
    waits = set()
    for _ in range(30):
        status, text, headers = await post(here, path, json=body)
        assert status == 503
        assert str(trouble) in text
        waits.add(int(headers["Retry-After"]))
    assert least <= min(waits) < max(waits) <= most, "with jitter, so they do not all come at once"


@pytest.mark.parametrize(
    ("path", "insists"),
    [("/api/v2/alerts", False), ("/webhook/prom", False), ("/webhook/any", True)],
)
async def test_only_who_comes_again_is_asked_to(path: str, insists: bool, here: Site) -> None:
    body: Any = {"/api/v2/alerts": [GOOD], "/webhook/prom": WEBHOOK}.get(path, {"title": "Down"})
    assert (await post(here, path, json=body))[0] == 200
    assert here.door.insisted is insists


@pytest.mark.parametrize(("path", "kept"), [("/webhook/prom", 0), ("/webhook/any", 1)])
async def test_what_finds_no_room_is_503_and_kept_where_nobody_comes_again(
    path: str, kept: int, here: Site
) -> None:
    one = replace(here.loop.state.configuration, max_alerts=1)
    await here.loop.submit([Reconfigured(one, b"")], urgent=True)
    with capture_logs() as lines:
        for title, expected in (("A", 200), ("A", 200), ("B", 503)):
            body = {**WEBHOOK, "alerts": [{"status": "firing", "labels": {"alertname": title}}]}
            sent: Any = {"title": title} if kept else body
            status, text, headers = await post(here, path, json=sent)
            assert status == expected, text
    assert [line["event"] for line in lines].count("rejected") == kept
    assert "1 of 1 alerts were not taken" in text
    assert 30 <= int(headers["Retry-After"]) <= 60
    assert len(here.loop.state.alerts) == 1
    assert len(await rejects(here)) == kept


async def test_what_found_no_room_is_503_though_there_is_room_again(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = here.loop.state.configuration
    one = replace(before, max_alerts=1)
    await here.loop.submit([Reconfigured(one, b"")], urgent=True)
    submit = here.door.submit

    async def then_there_is_room(*events: Any, **options: Any) -> Any:
        outcomes = await submit(*events, **options)
        await here.loop.submit([Reconfigured(before, b"")], urgent=True)
        return outcomes

    monkeypatch.setattr(here.door, "submit", then_there_is_room)
    status, text, _ = await post(here, "/webhook/prom", json=WEBHOOK)
    assert (status, len(here.loop.state.alerts)) == (503, 1)
    assert "1 of 2 alerts were not taken" in text


async def test_while_nothing_can_be_kept_nothing_is_even_decided(here: Site) -> None:
    here.door.closed = True
    for path in ("/api/v2/alerts", "/webhook/prom"):
        status, _, headers = await post(here, path, data=b"{", headers=JSON)
        assert status == 503
        assert int(headers["Retry-After"]) > 0
    assert here.door.events == []


async def test_a_rule_that_fails_on_an_alert_is_500(here: Site) -> None:
    here.door.error = "AssertionError: a bug"
    status, text, _ = await post(here, "/api/v2/alerts", json=[GOOD])
    assert status == 500
    assert decoded(text) == "an alert could not be decided on: AssertionError: a bug"
    status, text, _ = await post(here, "/webhook/prom", json=WEBHOOK)
    assert status == 500
    assert "a bug" in decoded(text)["error"]


async def test_a_reject_is_submitted_with_the_alerts_it_came_with(here: Site) -> None:
    await post(here, "/api/v2/alerts", json=[GOOD, {"labels": {}}])
    assert [type(event) for event in here.door.events] == [Reported, Rejected]
