"""Silences that are wider than was meant, and silences that end by themselves."""

from typing import Any

import pytest
from support.site import ROUTES, Site, rfc3339, site

from router.core.moment import HOUR, MINUTE

ALL = {"name": "alertname", "value": "A.*", "isRegex": True}
MINE = {"name": "host", "value": "h1", "isRegex": False}
NOT = {"name": "host", "value": "nobody", "isRegex": False, "isEqual": False}


async def fire(here: Site, count: int) -> None:
    wall = here.clock.now().wall
    alerts = [
        {"labels": {"alertname": f"A{n}", "host": f"h{n}"}, "endsAt": rfc3339(wall + 99 * HOUR)}
        for n in range(count)
    ]
    async with here.http.post("/api/v2/alerts", json=alerts) as answer:
        assert answer.status == 200


async def end(here: Site, number: int) -> None:
    wall = here.clock.now().wall
    alert = {"labels": {"alertname": f"A{number}", "host": f"h{number}"}, "endsAt": rfc3339(wall)}
    async with here.http.post("/api/v2/alerts", json=[alert]) as answer:
        assert answer.status == 200


async def post(here: Site, path: str, status: int, *matchers: Any, **more: Any) -> Any:
    wall = here.clock.now().wall
    if path.startswith("/api/v2"):
        more |= {"startsAt": rfc3339(wall), "endsAt": rfc3339(wall + HOUR), "createdBy": "ana"}
        more.setdefault("comment", "")
    async with here.http.post(path, json={"matchers": [*matchers], **more}) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


V2 = "/api/v2/silences"
OURS = "/api/v1/silences"


@pytest.mark.parametrize("matcher", [ALL, NOT])
async def test_among_many_alerts_a_broad_silence_must_be_meant(here: Site, matcher: Any) -> None:
    await fire(here, 20)
    assert 'begin the comment with "force:"' in await post(here, V2, 400, matcher)
    told = await post(here, OURS, 409, matcher, for_seconds=60)
    assert "say force if that is meant" in told["error"]
    assert here.loop.state.silences.all() == ()
    await post(here, V2, 200, MINE)
    await post(here, V2, 200, matcher, comment="force: everything is on fire")
    await post(here, f"{V2}?force=true", 200, matcher)
    assert (await post(here, OURS, 200, matcher, for_seconds=60, force=True))["matched"] == 20


async def test_among_few_alerts_alertmanagers_clients_are_not_surprised(here: Site) -> None:
    await fire(here, 19)
    await post(here, V2, 200, ALL)
    await post(here, V2, 200, NOT)
    assert (await post(here, OURS, 200, ALL, for_seconds=60))["warnings"]
    await post(here, OURS, 409, NOT, for_seconds=60)


async def test_a_silence_whose_matchers_stay_is_changed_without_asking_again(here: Site) -> None:
    made = (await post(here, V2, 200, ALL))["silenceID"]
    await fire(here, 30)
    told = await post(here, V2, 200, ALL, id=made, comment="longer")
    assert told["silenceID"] == made


async def test_who_allows_broad_silences_is_not_asked(tmp_path: Any) -> None:
    routes = '[api]\nbroad_silences = "allow"\n' + ROUTES
    async with site(tmp_path, routes=routes) as here:
        await fire(here, 30)
        await post(here, V2, 200, ALL)
        await post(here, OURS, 200, NOT, for_seconds=60)


async def test_until_resolved_ends_with_the_last_of_what_it_hit(here: Site) -> None:
    await fire(here, 3)
    both = {"name": "host", "value": "h0|h1", "isRegex": True}
    told = await post(here, OURS, 200, both, until="resolved")
    async with here.http.get(f"/api/v2/silence/{told['id']}") as answer:
        shown = await answer.json()
    assert shown["annotations"] == {"tocsin.until": "resolved"}
    assert shown["endsAt"] == told["ends_at"]
    await end(here, 0)
    wall = here.clock.now().wall
    assert here.loop.state.silences.silenced_by({"alertname": "A1", "host": "h1"}, wall)
    here.clock.move(MINUTE)
    await end(here, 1)
    [silence] = here.loop.state.silences.all()
    assert silence.ends_at == here.clock.now().wall


async def test_it_is_remembered_over_a_restart(tmp_path: Any) -> None:
    async with site(tmp_path) as here:
        await fire(here, 1)
        told = await post(here, OURS, 200, ALL, until="resolved")
    async with site(tmp_path) as here:
        assert here.loop.state.silences.get(told["id"]) is not None
        await end(here, 0)
        kept = here.loop.state.silences.get(told["id"])
        assert kept is not None
        assert kept.state(here.clock.now().wall) == "expired"


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({}, "say for how long"),
        ({"for_seconds": 60, "until": "resolved"}, "say for how long"),
        ({"until": "later"}, "is not known"),
        ({"until": "resolved"}, "matches nothing that fires now"),
        ({"for_seconds": -1}, "more than nothing"),
        ({"for_seconds": 1e300}, "less than ten years"),
        ({"ends_at": "soon"}, "is no time"),
        ({"ends_at": "2026-01-01T00:00:00Z"}, "end time"),
    ],
)
async def test_a_silence_without_a_sound_end_is_refused(
    here: Site, more: dict[str, Any], said: str
) -> None:
    assert said in (await post(here, OURS, 400, MINE, **more))["error"]
