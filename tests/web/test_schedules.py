"""Who is on call by API, with the overrides that are made by it."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from support.site import ROUTES, TOKENS, Site, bearer, site

from router.core.moment import HOUR

ROTA = """
[schedules.primary]
timezone = "Europe/Berlin"
[[schedules.primary.layers]]
users = ["ana", "bo"]
rotation = "daily"
start = 2027-01-15T09:00:00
[schedules."on/call"]
allow_gaps = true
[[schedules."on/call".layers]]
users = ["bo"]
restrict = [{ from = "09:00", to = "17:00" }]
"""
FIELDS = {
    "id", "schedule", "kind", "part_of", "state", "from", "to", "users", "add", "remove",
    "replace", "by", "created_at", "comment", "ignored",
}  # fmt: skip
ILL = {"schedule": "primary", "users": ["bo"], "to": "2027-01-15T12:00", "comment": "ana is ill"}


@pytest.fixture
async def rota(tmp_path: Path) -> AsyncIterator[Site]:
    """It is Friday, 2027-01-15, 08:00 UTC: nine in Berlin."""
    async with site(tmp_path, routes=ROUTES + ROTA) as found:
        yield found


async def ask(here: Site, method: str, path: str, status: int = 200, **sent: Any) -> Any:
    async with here.http.request(method, f"/api/v1/{path}", **sent) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def on_call(here: Site, **query: str) -> list[str]:
    told = await ask(here, "GET", "oncall", params={"schedule": "primary", **query})
    found: list[str] = told["schedules"][0]["on_call"]
    return found


async def test_who_is_on_call_until_when_and_who_is_next(rota: Site) -> None:
    told = await ask(rota, "GET", "oncall")
    assert told["at"] == "2027-01-15T08:00:00+00:00"
    assert told["schedules"] == [
        {
            "schedule": "primary",
            "timezone": "Europe/Berlin",
            "on_call": ["ana"],
            "until": "2027-01-16T09:00:00+01:00",
            "next": ["bo"],
        },
        {
            "schedule": "on/call",
            "timezone": "UTC",
            "on_call": [],
            "until": "2027-01-15T09:00:00+00:00",
            "next": ["bo"],
        },
    ]
    assert await on_call(rota, at="2027-01-16T08:00") == ["bo"]
    assert await on_call(rota, at="2027-01-16T07:59:59Z") == ["ana"]


async def test_when_somebody_is_on_call(rota: Site) -> None:
    told = await ask(rota, "GET", "oncall", params={"user": "ana", "schedule": "primary"})
    assert told["user"] == "ana"
    assert told["shifts"][:2] == [
        {
            "schedule": "primary",
            "timezone": "Europe/Berlin",
            "now": True,
            "start": "2027-01-15T09:00:00+01:00",
            "end": "2027-01-16T09:00:00+01:00",
        },
        {
            "schedule": "primary",
            "timezone": "Europe/Berlin",
            "now": False,
            "start": "2027-01-17T09:00:00+01:00",
            "end": "2027-01-18T09:00:00+01:00",
        },
    ]


async def test_the_shifts_and_the_gaps_of_a_schedule(rota: Site) -> None:
    span = {"from": "2027-01-15T08:00", "to": "2027-01-15T18:00"}
    told = await ask(rota, "GET", "schedules/on%2Fcall", params=span)
    assert [shift["users"] for shift in told["shifts"]] == [[], ["bo"], []]
    assert [gap["start"] for gap in told["gaps"]] == [
        "2027-01-15T08:00:00+00:00",
        "2027-01-15T17:00:00+00:00",
    ]
    whole = await ask(rota, "GET", "schedules/primary")
    assert (whole["from"], whole["to"]) == (
        "2027-01-15T00:00:00+01:00",
        "2027-02-12T00:00:00+01:00",
    )
    listed = await ask(rota, "GET", "schedules?days=14")
    assert [(s["schedule"], s["score"], len(s["gaps"])) for s in listed["schedules"]] == [
        ("primary", 100, 0),
        ("on/call", 67, 15),
    ]


async def test_an_override_is_made_listed_kept_and_taken_back(rota: Site) -> None:
    made = await ask(rota, "POST", "overrides", 201, json={**ILL, "by": "Dora"})
    (shown,) = made["overrides"]
    assert made["code"] == "overridden"
    assert made["text"] == f"overridden primary: override {shown['id']}"
    assert set(shown) == FIELDS
    assert (shown["from"], shown["to"]) == (
        "2027-01-15T09:00:00+01:00",
        "2027-01-15T12:00:00+01:00",
    )
    assert (shown["state"], shown["by"], shown["users"]) == ("active", "Dora", ["bo"])
    assert await on_call(rota) == ["bo"]
    assert await on_call(rota, at="2027-01-15T12:00+01:00") == ["ana"]
    assert (await rota.store.load()).overrides == [*rota.loop.state.overrides.values()]

    assert (await ask(rota, "GET", "overrides"))["overrides"] == [shown]
    assert (await ask(rota, "GET", "overrides?schedule=other"))["overrides"] == []
    rota.clock.move(HOUR)
    gone = await ask(rota, "DELETE", f"overrides/{shown['id']}?by=Dora")
    assert gone["code"] == "removed"
    assert await on_call(rota) == ["ana"]
    assert (await ask(rota, "GET", "overrides"))["overrides"] == []
    (over,) = (await ask(rota, "GET", "overrides?all=true"))["overrides"]
    assert (over["state"], over["to"]) == ("over", "2027-01-15T10:00:00+01:00")
    assert (await ask(rota, "DELETE", f"overrides/{shown['id']}"))["code"] == "already"


async def test_a_swap_is_made_and_goes_as_a_whole(rota: Site) -> None:
    asked = {
        "schedule": "primary",
        "user": "ana",
        "taker": "bo",
        "from": "2027-01-15",
        "to": "2027-01-16",
        "back": {"from": "2027-01-16T09:00", "to": "2027-01-17T09:00"},
    }
    made = await ask(rota, "POST", "swaps", 201, json=asked)
    assert made["code"] == "swapped"
    assert [each["replace"] for each in made["overrides"]] == [{"ana": "bo"}, {"bo": "ana"}]
    assert await on_call(rota) == ["bo"]
    assert await on_call(rota, at="2027-01-16T12:00Z") == ["ana"]
    await ask(rota, "DELETE", f"overrides/{made['overrides'][1]['id']}")
    assert await on_call(rota) == ["ana"]
    assert await on_call(rota, at="2027-01-16T12:00Z") == ["bo"]


async def test_a_temporary_schedule_is_made_of_shifts(rota: Site) -> None:
    shifts = [{"from": "2027-01-20T08:00", "to": "2027-01-20T20:00", "users": ["bo"]}]
    asked = {"schedule": "primary", "from": "2027-01-20", "to": "2027-01-22", "shifts": shifts}
    await ask(rota, "POST", "overrides", 201, json=asked)
    assert await on_call(rota, at="2027-01-20T12:00") == ["bo"]
    assert await on_call(rota, at="2027-01-21T12:00") == []
    outside = asked | {"shifts": [shifts[0] | {"to": "2027-01-23T20:00"}]}
    told = await ask(rota, "POST", "overrides", 400, json=outside)
    assert told["error"] == "shifts: the one from '2027-01-20T08:00' is not within the span"


@pytest.mark.parametrize(
    ("path", "status", "said"),
    [
        ("oncall?schedule=primry", 404, "no schedule 'primry'; known: primary, on/call"),
        ("oncall?user=zoe", 404, "no user 'zoe'; known: ana, bo"),
        ("oncall?at=noon", 400, "at: 'noon' is no time; write it like 2026-05-01T12:30"),
        ("schedules/x", 404, "no schedule 'x'; known: primary, on/call"),
        ("schedules?days=0", 400, "days='0' is no whole number from 1 to 800"),
        ("schedules/primary?from=2027-01-02&to=2027-01-01", 400, "to: does not lie after from"),
        ("schedules/primary?to=2037-01-01", 400, "to: lies more than 800 days after from"),
        ("schedules/primary?from=9999-01-01", 400, "from: the year 9999 is not between 1970"),
    ],
)
async def test_a_question_without_an_answer(path: str, status: int, said: str, rota: Site) -> None:
    assert (await ask(rota, "GET", path, status))["error"].startswith(said)


@pytest.mark.parametrize(
    ("changed", "status", "said"),
    [
        ({"schedule": "primry"}, 404, "no schedule 'primry'; known: primary, on/call"),
        ({"users": ["zoe"]}, 404, "no user 'zoe'; known: ana, bo"),
        ({"to": ""}, 400, "to: it needs an end, such as 2026-05-01T12:30"),
        ({"to": "2027-01-15T08:00"}, 400, "it is over already; give an end that is yet to come"),
        ({"users": None}, 400, "it changes nothing; name users, or whom to add or remove"),
        ({"users": None, "add": ["bo"], "remove": ["bo"]}, 400, "it adds and removes 'bo'"),
        ({"user": ["bo"]}, 400, "the body cannot be read: Object contains unknown field `user`"),
        ({"users": "bo"}, 400, "the body cannot be read: Expected `array | null`, got `str`"),
        ({"shifts": [{"users": []}]}, 400, "shifts: they say who is on call; leave out users"),
    ],
)
async def test_an_override_without_sense_changes_nothing(
    changed: dict[str, Any], status: int, said: str, rota: Site
) -> None:
    told = await ask(rota, "POST", "overrides", status, json=ILL | changed)
    assert told["error"].startswith(said)
    assert not rota.loop.state.overrides


async def test_two_that_contradict_each_other_are_a_conflict(rota: Site) -> None:
    added = {"schedule": "primary", "add": ["bo"], "to": "2027-01-15T12:00"}
    await ask(rota, "POST", "overrides", 201, json=added)
    told = await ask(rota, "POST", "overrides", 409, json=added)
    assert told["error"].endswith("adds or removes 'bo' at that time too")


async def test_an_override_that_nobody_made_is_not_there(rota: Site) -> None:
    for name in ("1", "x", "9" * 30, "-1"):
        await ask(rota, "DELETE", f"overrides/{name}", 404)


async def test_each_needs_its_scope(tmp_path: Path) -> None:
    async with site(tmp_path, local=False, routes=TOKENS + ROUTES + ROTA) as abroad:
        for path in ("oncall", "schedules", "schedules/primary", "overrides"):
            await ask(abroad, "GET", path, 401)
            await ask(abroad, "GET", path, 403, headers=bearer("tok-answer"))
            await ask(abroad, "GET", path, headers=bearer("tok-read"))
        for token, status in (("tok-read", 403), ("tok-silence", 403), ("tok-answer", 201)):
            headers = bearer(token)
            await ask(abroad, "POST", "overrides", status, json=ILL, headers=headers)
        (made,) = abroad.loop.state.overrides.values()
        assert made.created_by == "hand", "without a name it is the token's"
        await ask(abroad, "DELETE", f"overrides/{made.id}", 403, headers=bearer("tok-read"))
        swap = {"schedule": "primary", "user": "ana", "taker": "bo", "to": "2027-01-17"}
        await ask(abroad, "POST", "swaps", 401, json=swap)
        await ask(abroad, "DELETE", f"overrides/{made.id}", 200, headers=bearer("tok-answer"))
