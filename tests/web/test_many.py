"""Reads among very many alerts: found by index, streamed, and never in the way of others."""

from collections.abc import AsyncIterator, Coroutine, Sized
from pathlib import Path
from typing import Any, TypeVar

import pytest
from support.calls import calls_made
from support.site import Site, site

from router.core import event as e
from router.core.alert import Report
from router.core.labels import canonical
from router.core.moment import HOUR
from router.web.v2 import lookup

MANY = 6_000
T = TypeVar("T")


@pytest.fixture
async def crowd(tmp_path: Path) -> AsyncIterator[Site]:
    """A service in which very many alerts fire, in sixty groups."""
    async with site(tmp_path) as here:
        for start in range(0, MANY, 500):
            await here.loop.submit([report(here, n) for n in range(start, start + 500)])
        yield here


def report(here: Site, number: int, *, over: bool = False) -> e.Reported:
    wall = here.clock.now().wall
    labels = {
        "alertname": f"A{number % 60}",
        "instance": f"host-{number}",
        "quoted": f'a,"b":"{number}"',
    }
    ends_at = wall if over else wall + HOUR
    return e.Reported(Report(labels=canonical(labels), starts_at=wall - 1, ends_at=ends_at))


async def found(here: Site, *filters: str, path: str = "/api/v2/alerts") -> list[dict[str, Any]]:
    params = [("filter", each) for each in filters]
    async with here.http.get(path, params=params) as answer:
        assert answer.status == 200, await answer.text()
        listed: list[dict[str, Any]] = await answer.json()
        return listed


async def hosts(here: Site, *filters: str) -> list[str]:
    return sorted(alert["labels"]["instance"] for alert in await found(here, *filters))


async def test_the_answer_is_the_same_with_and_without_an_index(crowd: Site) -> None:
    for _ in range(4):
        assert await hosts(crowd, 'instance="host-77"') == ["host-77"]
        assert await hosts(crowd, 'instance="host-77"', 'alertname="A1"') == []
        assert await hosts(crowd, 'instance="nobody"') == []
        assert len(await hosts(crowd, 'alertname="A7"')) == MANY // 60
        assert await hosts(crowd, 'alertname="A7"', 'instance=~"host-6?7"') == ["host-67", "host-7"]
        assert await hosts(crowd, 'quoted="a,\\"b\\":\\"9\\""') == ["host-9"]


async def test_an_index_knows_what_came_and_went_since(crowd: Site) -> None:
    for _ in range(3):
        assert await hosts(crowd, 'instance="host-6001"') == []
    await crowd.loop.submit([report(crowd, 6001), report(crowd, 6002)])
    assert await hosts(crowd, 'instance="host-6001"') == ["host-6001"]
    await crowd.loop.submit([report(crowd, 6001, over=True)])
    assert await hosts(crowd, 'instance="host-6001"') == []
    assert await hosts(crowd, 'instance="host-6002"') == ["host-6002"]


async def test_groups_are_found_by_the_same_index(crowd: Site) -> None:
    for _ in range(3):
        [group] = await found(crowd, 'instance="host-77"', path="/api/v2/alerts/groups")
        assert [alert["labels"]["instance"] for alert in group["alerts"]] == ["host-77"]
        assert group["labels"] == {"alertname": "A17"}


async def test_only_so_many_names_are_indexed(crowd: Site) -> None:
    for name in ("a", "b", "c", "d", "e", "f", "instance"):
        for _ in range(3):
            assert await found(crowd, f'{name}="host-5"') == [] or name == "instance"
    narrow = lookup.Lookup()
    for name in "abcdefgh":
        for _ in range(3):
            await narrow.narrow(crowd.loop.state, [(name, "x")])
    assert len(narrow._indexes) == lookup.NAMES_MOST


def at_once(looking: Coroutine[Any, Any, T]) -> T:
    """What it comes to; it may not wait for anything."""
    try:
        looking.send(None)
    except StopIteration as done:
        found: T = done.value
        return found
    raise AssertionError("it waits")


async def test_one_among_many_is_found_without_looking_at_the_others(crowd: Site) -> None:
    for _ in range(3):
        await found(crowd, 'instance="host-77"')
    narrow = lookup.Lookup()
    for _ in range(2):
        await narrow.narrow(crowd.loop.state, [("instance", "host-5")])
    asked: list[object] = []
    looking = narrow.narrow(crowd.loop.state, [("instance", "host-5")])
    calls = calls_made(lambda: asked.append(at_once(looking)))
    assert [len(ids) for ids in asked if isinstance(ids, Sized)] == [1]
    assert calls < 100, "a look at all of them makes thousands"


async def test_a_long_list_comes_in_chunks_and_whole(crowd: Site) -> None:
    async with crowd.http.get("/api/v2/alerts") as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert answer.headers["X-Correlation-Id"]
        listed = await answer.json()
    assert len(listed) == MANY
    assert sorted(a["fingerprint"] for a in listed) == [a["fingerprint"] for a in listed]
    async with crowd.http.get("/api/v2/alerts?filter=instance%3Dhost-5") as answer:
        assert "Content-Length" in answer.headers
