"""Answer links: looking changes nothing, pressing acknowledges, a wrong link says nothing."""

import html
import re
from pathlib import Path

import aiohttp
import pytest
from support.site import ROUTES, Site, site

from router.core.incident import Status
from router.core.moment import MINUTE
from router.errors import DiskFull, Overloaded
from router.runtime.compose import compose
from router.runtime.links import Signer
from router.web.answers import ALERTS_SHOWN

NOTHING = "This link does not lead anywhere."
OVER = "This incident is over."


async def page(here: Site, token: str, method: str = "GET", **sent: object) -> tuple[int, str]:
    async with here.http.request(method, f"/a/{token}", **sent) as answer:  # type: ignore[arg-type]
        return answer.status, html.unescape(await answer.text())


async def records(here: Site, number: int) -> list[str]:
    return [record.kind for record in await here.store.timeline(number)]


async def test_looking_a_thousand_times_changes_nothing(here: Site) -> None:
    number = await here.incident()
    token, before = here.token(number), await records(here, number)
    submitted = len(here.door.events)
    for _ in range(1000):
        status, text = await page(here, token)
        assert status == 200
        assert "Nobody has answered since" in text
    for method in ("HEAD", "OPTIONS"):
        async with here.http.request(method, f"/a/{token}") as answer:
            assert answer.status in (200, 204)
            assert await answer.read() == b""
    for method in ("PUT", "DELETE", "PATCH"):
        assert (await page(here, token, method))[0] == 405
    assert here.loop.state.incidents[number].status is Status.TRIGGERED
    assert len(here.door.events) == submitted
    assert await records(here, number) == before


async def test_pressing_the_button_acknowledges(here: Site) -> None:
    number = await here.incident()
    status, text = await page(here, here.token(number), "POST")
    assert status == 200
    assert "Acknowledged by Ana Lima at" in text
    assert "Acknowledge</button>" not in text
    incident = here.loop.state.incidents[number]
    assert (incident.status, incident.answered_by) == (Status.ACKNOWLEDGED, "ana")
    last = (await here.store.timeline(number))[-1]
    stored = [r for r in await here.store.timeline(number) if r.kind == "acknowledged"]
    assert stored[0].detail == {"by": "ana", "via": "link"}, last


async def test_a_person_reads_times_by_her_own_clock_and_a_channel_in_utc(tmp_path: Path) -> None:
    routes = ROUTES.replace('name = "Ana Lima"', 'name = "Ana Lima"\ntimezone = "Asia/Kolkata"')
    async with site(tmp_path, routes=routes) as here:
        number = await here.incident()
        assert "since 2027-01-15 13:30:00 IST" in (await page(here, here.token(number)))[1]
        shared = here.token(number, target="receiver:ops/console/0")
        assert "since 2027-01-15 08:00:00 UTC" in (await page(here, shared))[1]
        (row,) = (r for r in here.loop.state.deliveries.values() if r.target == "user:ana/webhook")
        told = compose(row, here.loop.state, Signer(here.keys), here.address, here.clock.now())
        assert told.timezone == "Asia/Kolkata"


async def test_pressing_again_shows_the_same_and_changes_nothing(here: Site) -> None:
    number = await here.incident()
    first = await page(here, here.token(number), "POST")
    before = await records(here, number)
    assert await page(here, here.token(number), "POST") == first
    assert await records(here, number) == before


async def test_who_comes_second_sees_who_was_first(here: Site) -> None:
    number = await here.incident()
    await page(here, here.token(number), "POST")
    status, text = await page(here, here.token(number, target="user:bo/webhook"), "POST")
    assert status == 200
    assert "Acknowledged by Ana Lima" in text
    assert here.loop.state.incidents[number].answered_by == "ana"


SHARED = "receiver:ops/console/0"


async def test_a_link_in_a_shared_channel_names_it_and_asks_who_answers(here: Site) -> None:
    number = await here.incident()
    token = here.token(number, target=SHARED)
    _, text = await page(here, token)
    assert "sent to <bdi>ops</bdi>" in text
    assert re.search(r'<input id="who" name="who" required maxlength="80"', text)
    for sent in ({}, {"who": ""}, {"who": "  \u200b\u202e "}, {"other": "Bo"}):
        status, text = await page(here, token, "POST", data=sent)
        assert status == 400
        assert "Please say who you are." in text
    assert here.loop.state.incidents[number].status is Status.TRIGGERED
    status, text = await page(here, token, "POST", data={"who": "Bo\n Chen\u202e"})
    assert status == 200
    assert "Acknowledged by Bo Chen (via ops) at" in text
    assert here.loop.state.incidents[number].answered_by == "Bo Chen (via ops)"


async def test_a_name_typed_in_cannot_pass_for_a_user(here: Site) -> None:
    number = await here.incident()
    await page(here, here.token(number, target=SHARED), "POST", data={"who": "ana"})
    assert here.loop.state.incidents[number].answered_by == "ana (via ops)"


async def test_a_name_typed_in_has_a_length(here: Site) -> None:
    number = await here.incident()
    await page(here, here.token(number, target=SHARED), "POST", data={"who": "x" * 5000})
    assert here.loop.state.incidents[number].answered_by == "x" * 80 + " (via ops)"


@pytest.mark.parametrize("body", [b"\xff\xfe", b"&" * 50, b"who", b"%ZZ=%", b"{}"])
async def test_a_body_that_is_no_form_is_nobody(body: bytes, here: Site) -> None:
    number = await here.incident()
    assert (await page(here, here.token(number, target=SHARED), "POST", data=body))[0] == 400
    assert here.loop.state.incidents[number].status is Status.TRIGGERED


async def test_whatever_is_wrong_with_a_link_the_page_is_the_same(here: Site) -> None:
    number = await here.incident()
    good = here.token(number)
    here.keys = [b"another key that is long enough"]
    other_key = here.token(number)
    here.keys = [b"a key that is long enough for anyone"]
    wrong = [
        good[:-1],
        good[:-2] + "AA",
        other_key,
        "x",
        "a.b",
        "%00",
        here.token(number, expires_at=here.clock.now().wall),
        here.token(number, instance="another-store"),
        here.token(number, action="resolve"),
    ]
    for method in ("GET", "POST"):
        pages = {await page(here, token, method) for token in wrong}
        assert len(pages) == 1
        status, text = pages.pop()
        assert status == 404
        assert NOTHING in text
    assert here.loop.state.incidents[number].status is Status.TRIGGERED


async def test_keys_can_be_rotated(here: Site) -> None:
    number = await here.incident()
    old = here.token(number)
    here.keys = [b"the new key, which signs from now on", *here.keys]
    assert (await page(here, old))[0] == 200
    assert (await page(here, here.token(number)))[0] == 200
    here.keys = here.keys[:1]
    assert (await page(here, old))[0] == 404


async def test_a_link_of_an_incident_that_is_over_touches_no_newer_one(here: Site) -> None:
    first = await here.incident()
    group, token = here.loop.state.incidents[first].group, here.token(first)
    async with here.http.post(f"/api/v1/incidents/{first}/resolve") as answer:
        assert answer.status == 200
    here.clock.move(MINUTE)
    await here.fire(alertname="Fire", severity="critical", host="another")
    here.clock.move(5 * MINUTE)
    second = await here.incident(host="another")
    assert second != first
    assert here.loop.state.incidents[second].group == group
    for method in ("GET", "POST"):
        status, text = await page(here, token, method)
        assert status == 410
        assert OVER in text
    assert here.loop.state.incidents[second].status is Status.TRIGGERED


async def test_a_link_of_an_incident_that_never_was_touches_nothing(here: Site) -> None:
    number = await here.incident()
    for method in ("GET", "POST"):
        assert (await page(here, here.token(number + 1), method))[0] == 410


async def test_a_great_many_alerts_are_counted_not_shown(here: Site) -> None:
    for index in range(ALERTS_SHOWN + 5):
        await here.fire(alertname="Fire", severity="critical", n=str(index))
    await here.until(lambda: here.loop.state.incidents)
    _, text = await page(here, here.token(1))
    assert text.count("<li>") == ALERTS_SHOWN
    assert "And 5 more." in text


@pytest.mark.parametrize(
    "trouble",
    [DiskFull("the disk is full"), Overloaded("too much waits")],
    ids=["the disk is full", "too much waits"],
)
async def test_what_could_not_be_kept_is_not_said_to_be(
    trouble: DiskFull | Overloaded, here: Site
) -> None:
    number = await here.incident()
    here.door.raises = trouble
    async with here.http.post(f"/a/{here.token(number)}") as answer:
        assert answer.status == 503
        assert 5 <= int(answer.headers["Retry-After"]) <= 10
        assert "Acknowledged" not in await answer.text()


async def test_a_rule_that_fails_is_said_to_have_failed(here: Site) -> None:
    number = await here.incident()
    here.door.error = "AssertionError: a bug"
    status, text = await page(here, here.token(number), "POST")
    assert status == 500
    assert "could not be recorded" in text
    assert "AssertionError" not in text


async def test_a_person_gone_from_routes_toml_can_still_answer(here: Site) -> None:
    number = await here.incident()
    token = here.token(number, target="user:gone/sms")
    assert "sent to <bdi>gone</bdi>" in (await page(here, token))[1]
    assert (await page(here, token, "POST"))[0] == 200
    assert here.loop.state.incidents[number].answered_by == "gone"


async def test_a_link_answers_without_any_api_token(abroad: Site) -> None:
    headers = {"Authorization": "Bearer tok-ingest"}
    alert = [{"labels": {"alertname": "Fire", "severity": "critical"}}]
    async with abroad.http.post("/api/v2/alerts", json=alert, headers=headers) as answer:
        assert answer.status == 200
    await abroad.until(lambda: abroad.loop.state.incidents)
    async with aiohttp.ClientSession(abroad.address) as stranger:
        headers = {"Origin": "null"}  # What browsers send, as the page allows no referrer.
        async with stranger.post(f"/a/{abroad.token(1)}", headers=headers) as answer:
            assert answer.status == 200
    assert abroad.loop.state.incidents[1].status is Status.ACKNOWLEDGED
