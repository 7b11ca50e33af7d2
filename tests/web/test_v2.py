"""Alertmanager's API v2: what fires, by alert and by group, and who we say we are."""

import threading
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from msgspec.structs import replace
from support.site import ROUTES, Site, rfc3339, site

from router.core.configuration import Configuration
from router.core.event import Reconfigured
from router.core.moment import HOUR, MINUTE
from router.web.v2 import status as status_module
from router.web.v2.original import original


async def get(here: Site, path: str, status: int = 200, **headers: str) -> Any:
    async with here.http.get(path, headers=headers) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def names(here: Site, query: str) -> list[str]:
    found = await get(here, f"/api/v2/alerts?{query}")
    return sorted(alert["labels"]["alertname"] for alert in found)


async def silence(here: Site, **labels: str) -> str:
    wall = here.clock.now().wall
    posted = {
        "matchers": [{"name": n, "value": v, "isRegex": False} for n, v in labels.items()],
        "startsAt": rfc3339(wall),
        "endsAt": rfc3339(wall + HOUR),
        "createdBy": "ana",
        "comment": "a test",
    }
    async with here.http.post("/api/v2/silences", json=posted) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["silenceID"])


@pytest.fixture
async def busy(here: Site) -> Site:
    """Down inhibits Slow of the same host; Quiet is silenced; Lone and Down are active."""
    await here.fire(alertname="Down", host="a")
    await here.fire(alertname="Slow", host="a")
    await here.fire(alertname="Lone", host="b", severity="critical")
    await here.fire(alertname="Quiet")
    await silence(here, alertname="Quiet")
    return here


async def test_an_alert_has_the_shape_clients_know(here: Site) -> None:
    wall = here.clock.now().wall
    alert = {
        "labels": {"alertname": "A", "job": "x"},
        "annotations": {"summary": "ü"},
        "startsAt": rfc3339(wall - MINUTE),
        "endsAt": rfc3339(wall + HOUR),
        "generatorURL": "http://prom.example/g?x=1",
    }
    async with here.http.post("/api/v2/alerts", json=[alert]) as answer:
        assert answer.status == 200
    assert await get(here, "/api/v2/alerts") == [
        {
            "annotations": {"summary": "ü"},
            "endsAt": "2027-01-15T09:00:00.000Z",
            "fingerprint": "593b3fc30668dd0a",
            "receivers": [{"name": "ops"}],
            "startsAt": "2027-01-15T07:59:00.000Z",
            "status": {"inhibitedBy": [], "mutedBy": [], "silencedBy": [], "state": "active"},
            "updatedAt": "2027-01-15T08:00:00.000Z",
            "generatorURL": "http://prom.example/g?x=1",
            "labels": {"alertname": "A", "job": "x"},
        }
    ]


async def test_what_holds_an_alert_back_is_judged_at_the_moment_of_the_question(
    busy: Site,
) -> None:
    shown = {a["labels"]["alertname"]: a for a in await get(busy, "/api/v2/alerts")}
    assert shown["Slow"]["status"] == {
        "inhibitedBy": [shown["Down"]["fingerprint"]],
        "mutedBy": [],
        "silencedBy": [],
        "state": "suppressed",
    }
    assert len(shown["Quiet"]["status"]["silencedBy"]) == 1
    assert shown["Quiet"]["status"]["state"] == "suppressed"
    assert shown["Lone"]["status"]["state"] == "active"
    busy.clock.move(HOUR)  # The silence ends, and nothing else happens.
    shown = {a["labels"]["alertname"]: a for a in await get(busy, "/api/v2/alerts")}
    if "Quiet" in shown:
        assert shown["Quiet"]["status"]["silencedBy"] == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Down", "Lone", "Quiet", "Slow"]),
        ("active=false", ["Quiet", "Slow"]),
        ("active=true&silenced=false&inhibited=false&unprocessed=false", ["Down", "Lone"]),
        ("silenced=false", ["Down", "Lone", "Slow"]),
        ("inhibited=false", ["Down", "Lone", "Quiet"]),
        ("inhibited=", ["Down", "Lone", "Quiet", "Slow"]),
        ("inhibited=TRUE&silenced=x", ["Down", "Lone", "Slow"]),
        ("filter=alertname%3DDown", ["Down"]),
        ("filter=alertname%3D~%22D.*%7CS.*%22", ["Down", "Slow"]),
        ("filter=host%3Da&filter=alertname!%3DSlow", ["Down"]),
        ("filter=host%3D%22%22", ["Quiet"]),
        ("filter=host!%3D%22%22", ["Down", "Lone", "Slow"]),
        ("filter=alertname%3D%22a,b%22", []),
        ("receiver=critical", ["Lone"]),
        ("receiver=crit", []),
        ("receiver=o.s%7Cx", ["Down", "Quiet", "Slow"]),
        ("unknown=1", ["Down", "Lone", "Quiet", "Slow"]),
    ],
)
async def test_a_question_may_be_narrowed(query: str, found: list[str], busy: Site) -> None:
    assert await names(busy, query) == found


@pytest.mark.parametrize(
    "query",
    ["filter=x", "filter=a%3D%22b", "filter=%7Ba%3Db%7D", "filter=", "filter=a%3D~(", "receiver=("],
)
@pytest.mark.parametrize("path", ["/api/v2/alerts", "/api/v2/alerts/groups"])
async def test_a_question_that_makes_no_sense_is_400_with_a_string(
    path: str, query: str, here: Site
) -> None:
    assert isinstance(await get(here, f"{path}?{query}", 400), str)


async def test_what_is_over_is_not_listed(here: Site) -> None:
    await here.fire(alertname="A")
    over = {"labels": {"alertname": "A"}, "endsAt": rfc3339(here.clock.now().wall)}
    async with here.http.post("/api/v2/alerts", json=[over]) as answer:
        assert answer.status == 200
    assert await get(here, "/api/v2/alerts") == []
    assert await get(here, "/api/v2/alerts/groups") == []


async def test_alerts_are_sorted_by_fingerprint(busy: Site) -> None:
    prints = [alert["fingerprint"] for alert in await get(busy, "/api/v2/alerts")]
    assert prints == sorted(prints)


async def test_a_great_many_alerts_are_all_listed(here: Site) -> None:
    alerts = [{"labels": {"alertname": "A", "n": str(n)}} for n in range(1500)]
    async with here.http.post("/api/v2/alerts", json=alerts) as answer:
        assert answer.status == 200
    assert len(await get(here, "/api/v2/alerts")) == 1500
    [group] = await get(here, "/api/v2/alerts/groups")
    assert len(group["alerts"]) == 1500


async def test_groups_are_sorted_and_named_by_receiver_or_policy(busy: Site) -> None:
    found = await get(busy, "/api/v2/alerts/groups")
    assert [(g["labels"], g["receiver"]) for g in found] == [
        ({"alertname": "Down"}, {"name": "ops"}),
        ({"alertname": "Lone"}, {"name": "critical"}),
        ({"alertname": "Quiet"}, {"name": "ops"}),
        ({"alertname": "Slow"}, {"name": "ops"}),
    ]
    assert found[1]["alerts"][0]["labels"]["host"] == "b"
    found = await get(busy, "/api/v2/alerts/groups?inhibited=false&silenced=false&receiver=ops")
    assert [g["labels"]["alertname"] for g in found] == ["Down"]


async def test_who_we_are(here: Site) -> None:
    status = await get(here, "/api/v2/status")
    assert status["cluster"] == {"peers": [], "status": "disabled"}
    assert status["versionInfo"]["version"] == "0.34.0"
    assert status["versionInfo"]["revision"] == "tocsin 0.1.0"
    assert status["uptime"] == "2027-01-15T08:00:00.000Z"
    assert "receiver: ops" in status["config"]["original"]
    assert "secret" not in status["config"]["original"].lower()
    assert await get(here, "/api/v2/receivers") == [
        {"name": "ops", "labels": {"name": "ops"}},
        {"name": "critical", "labels": {"name": "critical"}},
    ]


async def test_the_configuration_is_written_once_and_the_loop_goes_on_meanwhile(
    here: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    threads: list[threading.Thread] = []

    def written(configuration: Configuration) -> str:
        threads.append(threading.current_thread())
        return original(configuration)

    monkeypatch.setattr(status_module, "original", written)
    first = await get(here, "/api/v2/status")
    assert await get(here, "/api/v2/status") == first
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread(), "thousands of routes take seconds"
    edited = replace(here.loop.state.configuration, resolve_timeout=7 * MINUTE)
    await here.loop.submit([Reconfigured(edited, b"")], urgent=True)
    again = await get(here, "/api/v2/status")
    assert again["config"]["original"].startswith("global:\n  resolve_timeout: 7m\n")


@pytest.mark.parametrize(
    ("accept", "status"),
    [
        ("application/json", 200),
        ("*/*", 200),
        ("text/html, application/*;q=0.5", 200),
        ("", 200),
        ("text/html", 406),
        ("application/xml, text/plain", 406),
    ],
)
async def test_who_takes_no_json_gets_none(accept: str, status: int, here: Site) -> None:
    told = await get(here, "/api/v2/status", status, Accept=accept)
    assert (told.get("code") == 406) == (status == 406)


async def test_pages_of_any_origin_may_read(here: Site) -> None:
    for path, status in (("/api/v2/status", 200), ("/api/v2/x", 404)):
        async with here.http.get(path, headers={"Origin": "https://karma.example"}) as answer:
            assert answer.status == status
            assert answer.headers["Access-Control-Allow-Origin"] == "*"
            assert answer.headers["Vary"] == "Origin"
        async with here.http.get(path) as answer:
            assert "Access-Control-Allow-Origin" not in answer.headers
            assert answer.headers["Vary"] == "Origin"
    async with here.http.get("/api/v1/incidents", headers={"Origin": "https://x"}) as answer:
        assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize(
    ("method", "asked", "allowed"),
    [
        ("GET", "", True),
        ("POST", "Content-Type", True),
        ("POST", "content-type, accept", True),
        ("DELETE", "", False),
        ("POST", "Authorization", False),
    ],
)
async def test_a_browser_asks_beforehand(
    method: str, asked: str, allowed: bool, here: Site
) -> None:
    headers = {"Origin": "https://karma.example", "Access-Control-Request-Method": method}
    if asked:
        headers["Access-Control-Request-Headers"] = asked
    async with here.http.options("/api/v2/silences", headers=headers) as answer:
        assert answer.status == 204
        assert ("Access-Control-Allow-Origin" in answer.headers) == allowed
        assert answer.headers.get("Access-Control-Allow-Methods") == (method if allowed else None)
        assert "Access-Control-Request-Method" in answer.headers["Vary"]
    assert here.door.events == []


async def test_an_alert_in_maintenance_is_suppressed_and_says_by_what(tmp_path: Path) -> None:
    window = """
[maintenance.database]
matchers = ['service="db"']
from = 2027-01-15T07:00:00Z
to = 2027-01-15T09:00:00Z
"""
    async with site(tmp_path, routes=ROUTES + window) as here:
        await here.fire(alertname="Slow", service="db")
        await here.fire(alertname="Up", service="web")
        [shown] = await get(here, "/api/v2/alerts?filter=service=db")
        assert shown["status"] == {
            "inhibitedBy": [],
            "mutedBy": ["maintenance:database"],
            "silencedBy": [],
            "state": "suppressed",
        }
        assert await names(here, "silenced=false") == ["Up"]
        assert await names(here, "active=false") == ["Slow"]
        groups = await get(here, "/api/v2/alerts/groups")
        by = {a["labels"]["alertname"]: a["status"] for g in groups for a in g["alerts"]}
        assert by["Slow"]["mutedBy"] == ["maintenance:database"]
        assert by["Up"]["state"] == "active"


RETURNING = """
[sources.prom]
kind = "alertmanager"
alertmanager_api = true
[receivers.first]
console = [{}]
[receivers.second]
console = [{}]
[route]
receiver = "first"
group_wait = "0s"
[[route.routes]]
matchers = ['job="db"']
receiver = "first"
group_interval = "1s"
continue = true
[[route.routes]]
matchers = ['job="db"']
receiver = "second"
group_interval = "1h"
"""


async def test_who_is_told_is_named_in_the_order_of_the_routes(tmp_path: Path) -> None:
    """Also when the group of the first came to its end meanwhile, and was opened anew."""
    async with site(tmp_path, routes=RETURNING) as here:
        await here.fire(alertname="Slow", job="db")
        [alert] = here.loop.state.alerts.values()
        (first, second) = alert.groups
        await here.until(lambda: all(g.flushes for g in here.loop.state.groups.values()))
        wall = here.clock.now().wall
        over = [{"labels": {"alertname": "Slow", "job": "db"}, "endsAt": rfc3339(wall)}]
        async with here.http.post("/api/v2/alerts", json=over) as answer:
            assert answer.status == 200
        here.clock.move(5 * MINUTE)
        await here.until(lambda: first not in here.loop.state.groups)
        assert second in here.loop.state.groups
        await here.fire(alertname="Slow", job="db")
        [shown] = await get(here, "/api/v2/alerts")
        assert [each["name"] for each in shown["receivers"]] == ["first", "second"]


async def test_receivers_are_asked_for_by_their_labels(tmp_path: Path) -> None:
    labelled = RETURNING.replace("[receivers.first]", '[receivers.first]\nlabels = { team = "db" }')
    async with site(tmp_path, routes=labelled) as here:
        await here.fire(alertname="Slow", job="db")
        shown = await get(here, "/api/v2/receivers")
        assert shown[0] == {"name": "first", "labels": {"name": "first", "team": "db"}}

        async def found(path: str, *matchers: str) -> int:
            asked = "&".join(f"receiver_matchers={quote(each)}" for each in matchers)
            return len(await get(here, f"/api/v2/{path}?{asked}"))

        assert [await found(path, 'team="db"') for path in EVERYWHERE] == [1, 1, 1]
        assert [await found(path, 'name="second"') for path in EVERYWHERE] == [1, 1, 1]
        assert [await found(path, 'team!="db"', "name=first") for path in EVERYWHERE] == [0, 0, 0]
        assert [await found(path, 'team=~"x.*"') for path in EVERYWHERE] == [0, 0, 0]
        for path in EVERYWHERE:
            await get(here, f"/api/v2/{path}?receiver_matchers=x", 400)


async def test_groups_tell_the_labels_of_their_route_filled_in(tmp_path: Path) -> None:
    labels = 'labels = { team = "db", host = "{{ data.CommonLabels.host }}", bad = "{{ 1 // 0 }}" }'
    routes = RETURNING.replace('receiver = "second"', f'receiver = "second"\n{labels}')
    async with site(tmp_path, routes=routes) as here:
        await here.fire(alertname="Slow", job="db", host="<b>")
        first, second = await get(here, "/api/v2/alerts/groups")
        assert "routeLabels" not in first
        assert second["routeLabels"] == {"team": "db", "host": "<b>", "bad": ""}


EVERYWHERE = ("receivers", "alerts", "alerts/groups")
