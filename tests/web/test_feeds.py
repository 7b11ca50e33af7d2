"""Calendars by a secret address: whoever has it reads, and nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.site import KEY, ROUTES, TOKENS, Site, bearer, site

from router.runtime.feeds import Feed, FeedSigner

ROTA = """
[schedules.primary]
[[schedules.primary.layers]]
users = ["ana", "bo"]
rotation = "daily"
start = 2027-01-15T08:00:00
"""


@pytest.fixture
async def rota(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, local=False, routes=TOKENS + ROUTES + ROTA) as found:
        yield found


async def address(here: Site, query: str) -> str:
    async with here.http.get(f"/api/v1/ical?{query}", headers=bearer("tok-read")) as answer:
        assert answer.status == 200, await answer.text()
        url: str = (await answer.json())["url"]
    assert url.startswith("https://alerts.example.com/ical/")
    return url.removeprefix("https://alerts.example.com")


async def status(here: Site, path: str) -> int:
    async with here.http.get(path) as answer:
        await answer.read()
        return answer.status


async def test_the_address_alone_opens_the_calendar_of_a_schedule(rota: Site) -> None:
    path = await address(rota, "schedule=primary")
    assert path == await address(rota, "schedule=primary"), "it is the same each time"
    async with rota.http.get(path) as answer:
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
        assert answer.headers["Cache-Control"] == "private, max-age=300"
        text = await answer.text()
    assert text.startswith("BEGIN:VCALENDAR\r\n")
    assert "DTSTART:20270115T080000Z\r\nDTEND:20270116T080000Z\r\nSUMMARY:primary: Ana Lima" in text
    async with rota.http.head(path) as answer:
        assert answer.status == 200


async def test_a_person_has_a_calendar_of_her_own(rota: Site) -> None:
    async with rota.http.get(await address(rota, "user=ana")) as answer:
        text = await answer.text()
    assert "X-WR-CALNAME:On call: Ana Lima\r\n" in text
    assert "DTSTART:20270115T080000Z" in text
    assert "DTSTART:20270116T080000Z" not in text


async def test_another_version_or_another_key_makes_it_void(rota: Site) -> None:
    assert await status(rota, f"/ical/{token(Feed('user', 'ana', 1))}.ics") == 404
    path = await address(rota, "user=ana")
    rota.keys = [b"another key that is long enough too", KEY]
    assert await status(rota, path) == 200, "an old key that is still listed opens it"
    rota.keys = [b"another key that is long enough too"]
    assert await status(rota, path) == 404


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "x.y",
        "..",
        "%00",
        "%ff",
        "a" * 5000,
        "".join(reversed(FeedSigner([KEY]).token(Feed("user", "ana")))),
    ],
)
async def test_whatever_else_stands_there_is_not_found(name: str, rota: Site) -> None:
    assert await status(rota, f"/ical/{name}.ics") == 404


async def test_not_one_character_of_it_may_differ(rota: Site) -> None:
    good = token(Feed("user", "ana"))
    for place in range(0, len(good), 7):
        other = "A" if good[place] != "A" else "B"
        forged = good[:place] + other + good[place + 1 :]
        assert await status(rota, f"/ical/{forged}.ics") == 404, forged


async def test_an_answer_link_is_no_calendar_and_a_calendar_no_answer_link(rota: Site) -> None:
    number = await incident(rota)
    assert await status(rota, f"/ical/{rota.token(number)}.ics") == 404
    assert await status(rota, f"/a/{token(Feed('user', 'ana'))}") in (404, 410)


async def test_whose_is_gone_has_none(rota: Site) -> None:
    assert await status(rota, f"/ical/{token(Feed('user', 'zoe'))}.ics") == 404
    assert await status(rota, f"/ical/{token(Feed('schedule', 'ana'))}.ics") == 404


@pytest.mark.parametrize(
    ("query", "code"), [("", 400), ("user=ana&schedule=primary", 400), ("user=zoe", 404)]
)
async def test_a_question_without_an_answer(query: str, code: int, rota: Site) -> None:
    async with rota.http.get(f"/api/v1/ical?{query}", headers=bearer("tok-read")) as answer:
        assert answer.status == code


def token(feed: Feed) -> str:
    return FeedSigner([KEY]).token(feed)


async def incident(here: Site) -> int:
    labels = {"alertname": "Fire", "severity": "critical"}
    headers = bearer("tok-ingest")
    async with here.http.post("/api/v2/alerts", json=[{"labels": labels}], headers=headers) as sent:
        assert sent.status == 200
    await here.until(lambda: bool(here.loop.state.incidents))
    return max(here.loop.state.incidents)
