"""Silences by API: made, changed, ended, listed, and refused in Alertmanager's shapes."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace
from support.site import ROUTES, Site, rfc3339, site

from router.core.moment import HOUR, MINUTE
from router.errors import DiskFull

UNKNOWN = "11111111-2222-4333-8444-555555555555"


def posted(here: Site, **changed: Any) -> dict[str, Any]:
    wall = here.clock.now().wall
    made: dict[str, Any] = {
        "matchers": [{"name": "alertname", "value": "A", "isRegex": False, "isEqual": True}],
        "startsAt": rfc3339(wall),
        "endsAt": rfc3339(wall + HOUR),
        "createdBy": "ana",
        "comment": "a test",
    }
    return {name: value for name, value in (made | changed).items() if value is not ...}


async def post(here: Site, silence: Any, status: int = 200) -> Any:
    async with here.http.post("/api/v2/silences", json=silence) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def get(here: Site, path: str, status: int = 200) -> Any:
    async with here.http.get(path) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def make(here: Site, **changed: Any) -> str:
    return str((await post(here, posted(here, **changed)))["silenceID"])


async def delete(here: Site, silence_id: str) -> int:
    async with here.http.delete(f"/api/v2/silence/{silence_id}") as answer:
        assert await answer.text() == "" or answer.status == 422
        return answer.status


async def test_a_silence_is_on_disk_when_its_id_is_told(here: Site) -> None:
    made = await make(here)
    assert uuid.UUID(made).version == 4
    [stored] = (await here.store.load()).silences
    assert (stored.id, stored.created_by) == (made, "ana")
    shown = {
        "id": made,
        "status": {"state": "active"},
        "updatedAt": "2027-01-15T08:00:00.000Z",
        "annotations": {},
        "comment": "a test",
        "createdBy": "ana",
        "endsAt": "2027-01-15T09:00:00.000Z",
        "matchers": [{"isEqual": True, "isRegex": False, "name": "alertname", "value": "A"}],
        "startsAt": "2027-01-15T08:00:00.000Z",
    }
    assert await get(here, f"/api/v2/silence/{made}") == shown
    assert await get(here, "/api/v2/silences") == [shown]


async def test_a_change_of_the_end_keeps_the_id_and_any_other_does_not(here: Site) -> None:
    first = await make(here)
    later = rfc3339(here.clock.now().wall + 2 * HOUR)
    assert await make(here, id=first, endsAt=later, comment="longer") == first
    assert (await get(here, f"/api/v2/silence/{first}"))["comment"] == "longer"
    other = [{"name": "alertname", "value": "B", "isRegex": False}]
    second = await make(here, id=first, matchers=other)
    assert second != first
    here.clock.move(1)
    assert (await get(here, f"/api/v2/silence/{first}"))["status"]["state"] == "expired"
    assert (await get(here, f"/api/v2/silence/{second}"))["status"]["state"] == "active"


async def test_a_silence_is_ended_once_and_stays_known(here: Site) -> None:
    made = await make(here)
    here.clock.move(MINUTE)
    assert await delete(here, made) == 200
    shown = await get(here, f"/api/v2/silence/{made}")
    assert (shown["status"]["state"], shown["endsAt"]) == ("expired", "2027-01-15T08:01:00.000Z")
    events = len(here.door.events)
    assert await delete(here, made) == 200
    assert len(here.door.events) == events, "ending it again changes nothing"
    [stored] = (await here.store.load()).silences
    assert stored.ends_at == here.clock.now().wall


async def test_a_silence_nobody_knows(here: Site) -> None:
    assert await delete(here, UNKNOWN) == 404
    async with here.http.get(f"/api/v2/silence/{UNKNOWN}") as answer:
        assert (answer.status, await answer.text()) == (404, "")
    assert await post(here, posted(here, id=UNKNOWN), 404) == "silence not found"
    assert await post(here, posted(here, id="no uuid"), 404) == "silence not found"


@pytest.mark.parametrize("bad", ["x", UNKNOWN[:-1], UNKNOWN + "0", UNKNOWN.replace("-", "_")])
async def test_an_id_that_is_no_uuid_is_422(bad: str, here: Site) -> None:
    assert (await get(here, f"/api/v2/silence/{bad}", 422))["code"] == 601
    assert await delete(here, bad) == 422


async def test_every_kind_of_matcher_survives_the_round_trip(here: Site) -> None:
    matchers = [
        {"name": "a", "value": "1", "isRegex": False, "isEqual": True},
        {"name": "b", "value": "2", "isRegex": False, "isEqual": False},
        {"name": "c", "value": "x|y", "isRegex": True, "isEqual": True},
        {"name": "d", "value": ".+", "isRegex": True, "isEqual": False},
    ]
    made = await make(here, matchers=matchers, annotations={"ticket": "OPS-1"})
    shown = await get(here, f"/api/v2/silence/{made}")
    assert shown["matchers"] == matchers
    assert shown["annotations"] == {"ticket": "OPS-1"}


MATCHER = {"name": "a", "value": "b", "isRegex": False}


@pytest.mark.parametrize(
    ("changed", "status", "code"),
    [
        pytest.param({"matchers": ...}, 422, 602, id="no matchers"),
        pytest.param({"matchers": []}, 422, 612, id="too few matchers"),
        pytest.param({"startsAt": ...}, 422, 602, id="no start"),
        pytest.param({"endsAt": ...}, 422, 602, id="no end"),
        pytest.param({"createdBy": ...}, 422, 602, id="no author"),
        pytest.param({"comment": ...}, 422, 602, id="no comment"),
        pytest.param({"matchers": [{"name": "a", "value": "b"}]}, 422, 602, id="half a matcher"),
        pytest.param({"matchers": 1}, 400, 400, id="a number for matchers"),
        pytest.param({"startsAt": "soon"}, 400, 400, id="no time"),
        pytest.param({"endsAt": 1}, 400, 400, id="a number for a time"),
        pytest.param({"endsAt": "2001-01-01T00:00:00Z"}, 400, None, id="an end in the past"),
        pytest.param({"endsAt": "0001-01-01T00:00:00Z"}, 400, None, id="an end that is not set"),
        pytest.param({"startsAt": "2099-01-01T00:00:00Z"}, 400, None, id="a start after the end"),
        pytest.param({"matchers": [MATCHER | {"name": ""}]}, 400, None, id="no label"),
        pytest.param({"matchers": [MATCHER | {"value": ""}]}, 400, None, id="it matches all"),
        pytest.param(
            {"matchers": [MATCHER | {"value": "(", "isRegex": True}]}, 400, None, id="no regex"
        ),
    ],
)
async def test_a_silence_that_cannot_be(
    changed: dict[str, Any], status: int, code: int | None, here: Site
) -> None:
    told = await post(here, posted(here, **changed), status)
    if code is None:
        assert isinstance(told, str)
    else:
        assert told["code"] == code
    assert here.door.events == []


async def test_a_start_that_is_past_or_not_set_is_now(here: Site) -> None:
    for start in ("0001-01-01T00:00:00.000Z", "2001-01-01T00:00:00Z", "2027-01-15T08:30:00+01:00"):
        made = await make(here, startsAt=start)
        shown = await get(here, f"/api/v2/silence/{made}")
        assert shown["startsAt"] == "2027-01-15T08:00:00.000Z"


@pytest.mark.parametrize("body", [b"", b"  "])
async def test_no_silence_at_all_is_422(body: bytes, here: Site) -> None:
    headers = {"Content-Type": "application/json"}
    async with here.http.post("/api/v2/silences", data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (422, 602)


async def test_what_is_not_called_json_is_415(here: Site) -> None:
    async with here.http.post("/api/v2/silences", data=b"{}") as answer:
        assert (answer.status, (await answer.json())["code"]) == (415, 415)


async def test_the_list_is_in_order_and_may_be_narrowed(here: Site) -> None:
    wall = here.clock.now().wall
    late = await make(here, endsAt=rfc3339(wall + 3 * HOUR))
    soon = await make(here)
    pending = await make(here, startsAt=rfc3339(wall + MINUTE), comment="to come")
    over = await make(here, matchers=[MATCHER])
    await delete(here, over)
    here.clock.move(1)

    async def ids(query: str = "") -> list[str]:
        return [shown["id"] for shown in await get(here, f"/api/v2/silences?{query}")]

    assert await ids() == [soon, late, pending, over]
    assert await ids("filter=a%3Db") == [over]
    assert await ids("filter=alertname%3DA") == [soon, late, pending]
    assert await ids("filter=alertname%3D~A") == [], "a filter is a matcher, not a question"
    assert await ids("expired=false&pending=false") == [soon, late]
    assert isinstance(await get(here, "/api/v2/silences?filter=x", 400), str)


async def test_what_could_not_be_kept_has_no_id(here: Site) -> None:
    here.door.raises = DiskFull("the disk is full")
    assert await post(here, posted(here), 503) == "the disk is full"
    here.door.raises, here.door.error = None, "AssertionError: a bug"
    assert "a bug" in await post(here, posted(here), 500)


async def test_a_silence_of_another_clock_is_read_as_it_is_stored(here: Site) -> None:
    made = await make(here)
    known = here.loop.state.silences.get(made)
    assert known is not None
    assert replace(known, updated_at=0) == replace(
        (await here.store.load()).silences[0], updated_at=0
    )


async def test_there_may_be_a_limit_to_their_number_and_size(tmp_path: Path) -> None:
    limits = "[api]\nmax_silences = 2\nmax_silence_bytes = 400\n"
    async with site(tmp_path, routes=ROUTES + limits) as here:
        first = await make(here)
        await make(here, comment="another")
        refused = await post(here, posted(here, comment="a third"), 400)
        assert "exceeded maximum number of silences: 2 (limit: 2" in refused
        own = {"matchers": posted(here)["matchers"], "for_seconds": 60}
        async with here.http.post("/api/v1/silences", json=own) as answer:
            assert answer.status == 400
        later = rfc3339(here.clock.now().wall + 2 * HOUR)
        assert await make(here, id=first, endsAt=later) == first, "it is there already"
        large = await post(here, posted(here, id=first, comment="x" * 400), 400)
        assert "silence exceeded maximum size: " in large
        assert len(await get(here, "/api/v2/silences")) == 2
