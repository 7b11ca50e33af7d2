"""Why somebody was paged or not, by API: of alerts that fire, that ended, and that never were."""

from typing import Any

import pytest
from support.site import Site, rfc3339

from router.core.labels import fingerprint
from router.core.moment import HOUR, MINUTE

FIRE = {"alertname": "Fire", "severity": "critical"}
SLOW = {"alertname": "Slow", "host": "db1"}


async def get(here: Site, path: str, status: int = 200, **query: Any) -> Any:
    async with here.http.get(path, params=query) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def history(here: Site, labels: dict[str, str], **query: Any) -> Any:
    return await get(here, f"/api/v1/alerts/{fingerprint(labels)}/history", **query)


async def texts(here: Site, labels: dict[str, str]) -> list[str]:
    return [event["text"] for event in (await history(here, labels))["events"]]


async def end(here: Site, **labels: str) -> None:
    wall = here.clock.now().wall
    alert = {"labels": labels, "startsAt": rfc3339(wall - HOUR), "endsAt": rfc3339(wall)}
    async with here.http.post("/api/v2/alerts", json=[alert]) as answer:
        assert answer.status == 200, await answer.text()


async def silence(here: Site, name: str, value: str) -> str:
    wall = here.clock.now().wall
    posted = {
        "matchers": [{"name": name, "value": value, "isRegex": False}],
        "startsAt": rfc3339(wall),
        "endsAt": rfc3339(wall + HOUR),
        "createdBy": "ana",
        "comment": "a deploy",
    }
    async with here.http.post("/api/v2/silences", json=posted) as answer:
        assert answer.status == 200, await answer.text()
        return str((await answer.json())["silenceID"])


async def test_a_page_is_told_from_the_report_to_the_answer(here: Site) -> None:
    number = await here.incident()
    await here.http.post(f"/api/v1/incidents/{number}/ack", json={"by": "bo"})
    told = await history(here, FIRE)
    assert told["labels"] == FIRE
    assert told["fingerprint"] == fingerprint(FIRE)
    assert (told["status"], told["ends_at"], told["truncated"]) == ("firing", None, False)
    assert [event["text"] for event in told["events"]] == [
        "reported firing by prom, in group 1",
        "incident 1 opened, policy critical",
        "incident 1, step 1: pages ana by webhook, ops (console)",
        "incident 1 was acknowledged by bo (api): it rings nobody more",
    ]
    assert told["groups"]["1"]["policy"] == "critical"
    assert any("was acknowledged by Bo Chen" in line for line in told["now"])


async def test_repeats_are_counted_and_what_changed_is_told(here: Site) -> None:
    for _ in range(4):
        await here.fire(**SLOW)
        here.clock.move(1_000_000)
    assert (await history(here, SLOW))["repeats"] == 3
    await end(here, **SLOW)
    told = await texts(here, SLOW)
    assert told[0] == "reported firing by prom, in group 1"
    assert told[-1] == "reported as over; repeated 3 times before"


async def test_quiet_has_its_reason_told_once_and_its_end(here: Site) -> None:
    made = await silence(here, "host", "db1")
    await here.fire(**SLOW)
    await here.until(lambda: here.loop.state.hushed.get(1))
    for _ in range(3):
        here.clock.move(5 * MINUTE)
        flushes = here.loop.state.groups[1].flushes
        await here.fire(**SLOW)
        await here.until(lambda seen=flushes: here.loop.state.groups[1].flushes > seen)
    told = await history(here, SLOW)
    quiet = [event for event in told["events"] if event["kind"] == "muted"]
    assert [e["text"] for e in quiet] == [f"nobody is told: silenced by {made} (ana: a deploy)"]
    assert f"nobody is told now: silenced by {made} (ana: a deploy)" in told["now"]
    await here.http.delete(f"/api/v2/silence/{made}")
    here.clock.move(5 * MINUTE)
    await here.fire(**SLOW)
    await here.until(lambda: not here.loop.state.hushed.get(1))
    assert "it may be told again" in await texts(here, SLOW)


async def test_an_inhibited_alert_names_the_one_that_holds_it_back(here: Site) -> None:
    await here.fire(alertname="Down", host="db1")
    await here.fire(**SLOW)
    await here.until(lambda: here.loop.state.hushed)
    told = await texts(here, SLOW)
    assert 'nobody is told: inhibited by the alert {alertname="Down", host="db1"}' in told


async def test_what_is_told_of_others_in_the_group_is_marked_so(here: Site) -> None:
    await silence(here, "host", "db1")
    await here.fire(alertname="Slow", host="db1")
    await here.until(lambda: here.loop.state.hushed.get(1))
    await here.fire(alertname="Slow", host="db2")
    here.clock.move(5 * MINUTE)
    await here.fire(alertname="Slow", host="db2")
    await here.until(lambda: here.loop.state.deliveries)
    [planned] = [t for t in await texts(here, SLOW) if t.startswith("to be told")]
    assert planned.endswith(
        "(about others of its group: this one is quiet, unless it had been told)"
    )
    other = await texts(here, {"alertname": "Slow", "host": "db2"})
    assert "to be told to ops (console): first notification" in other
    assert not [text for text in other if "silenced" in text]


async def test_what_was_forgotten_is_told_still_and_its_next_life_after_it(here: Site) -> None:
    for _ in range(2):
        await silence(here, "host", "db1")
        await here.fire(**SLOW)
        await here.until(lambda: here.loop.state.groups)
        await end(here, **SLOW)
        here.clock.move(6 * MINUTE)
        await here.fire(alertname="Other")
        await here.until(lambda: SLOW["host"] not in str([*here.loop.state.alerts]))
    told = await history(here, SLOW)
    assert told["status"] == "forgotten"
    assert told["now"] == []
    kinds = [event["kind"] for event in told["events"]]
    assert kinds.count("fired") == kinds.count("resolved") == 2
    assert all(place["route"] for place in told["groups"].values())
    found = (await get(here, "/api/v1/alerts/search", filter='host="db1"'))["alerts"]
    assert [(f["labels"], f["status"]) for f in found] == [(SLOW, "forgotten")]


async def test_of_a_long_history_the_newest_lines_are_told(here: Site) -> None:
    await here.incident()
    whole = (await history(here, FIRE))["events"]
    short = await history(here, FIRE, limit=2)
    assert short["truncated"]
    assert short["events"] == whole[-2:]


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("/api/v1/alerts/0123456789abcdef/history", 404, "is remembered"),
        ("/api/v1/alerts/db1/history", 400, "has 16 hex digits"),
        ("/api/v1/alerts/0123456789abcdef/history?limit=0", 400, "no whole number"),
        ("/api/v1/alerts/search", 400, "at least one filter"),
        ("/api/v1/alerts/search?filter=a!=b", 400, "at least one filter"),
        ("/api/v1/alerts/search?filter=a=%7E(", 400, ""),
    ],
)
async def test_what_cannot_be_told_is_refused_with_a_sentence(
    here: Site, path: str, status: int, said: str
) -> None:
    assert said in (await get(here, path, status))["error"]


async def test_a_search_finds_by_any_matchers_beside_an_equality(here: Site) -> None:
    for host in ("db1", "db2", "web1"):
        await here.fire(alertname="Slow", host=host)
    found = await get(here, '/api/v1/alerts/search?filter=alertname="Slow"&filter=host=~"db.*"')
    assert [alert["labels"]["host"] for alert in found["alerts"]] == ["db2", "db1"]


async def test_routes_are_tried_out_with_the_mutes_in_force(here: Site) -> None:
    made = await silence(here, "host", "db1")
    asked = {"labels": FIRE | {"host": "db1"}, "for_seconds": 360}
    async with here.http.post("/api/v1/routes/test", json=asked) as answer:
        assert answer.status == 200, await answer.text()
        told = await answer.json()
    assert told["muted_now"] == [f"silenced by {made} (ana: a deploy)"]
    assert [route["policy"] for route in told["routes"]] == ["critical"]
    pages = [(e["after_seconds"], e["target"]) for e in told["timeline"] if e["kind"] == "page"]
    assert pages[:2] == [(0, "user:ana/webhook"), (0, "receiver:ops/console/0")]
    assert not here.loop.state.alerts


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"labels": {}},
        {"labels": {"a": ""}},
        {"labels": {"a": "b"}, "at": "soon"},
        {"labels": {"a": "b"}, "for_seconds": 0},
        {"labels": {"a": "b"}, "for_seconds": 1e9},
        {"labels": {f"l{n}": "x" for n in range(201)}},
    ],
)
async def test_routes_are_not_tried_out_for_nonsense(here: Site, asked: Any) -> None:
    async with here.http.post("/api/v1/routes/test", json=asked) as answer:
        assert answer.status == 400
        assert (await answer.json())["error"]
