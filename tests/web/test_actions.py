"""What people do to an incident beside taking it: by API, from its page, and from Slack."""

import html
from typing import Any

import pytest
from support.site import Site, bearer

from router.core.incident import Status
from router.core.moment import HOUR, MINUTE

INCIDENTS = "/api/v1/incidents"


async def post(here: Site, path: str, status: int = 200, **body: object) -> Any:
    async with here.http.post(path, json=body) as answer:
        assert answer.status == status, await answer.text()
        return await answer.json()


async def press(here: Site, number: int, do: str, status: int = 200, **more: str) -> str:
    form = {"do": do, **more}
    async with here.http.post(f"/a/{here.token(number)}", data=form) as answer:
        assert answer.status == status
        return html.unescape(await answer.text())


async def timeline(here: Site, number: int, kind: str) -> list[dict[str, Any]]:
    return [r.detail for r in await here.store.timeline(number) if r.kind == kind]


@pytest.mark.parametrize(
    "how",
    [{"for": "2h"}, {"until": "2027-01-15T10:00:00Z"}, {"until": "2027-01-15T11:00:00+01:00"}],
)
async def test_an_incident_is_snoozed_for_a_time_or_until_one(
    here: Site, how: dict[str, Any]
) -> None:
    number = await here.incident()
    told = await post(here, f"{INCIDENTS}/{number}/snooze", by="ana", comment="a drill", **how)
    assert told["code"] == "snoozed"
    assert told["text"] == "incident 1 snoozed until 2027-01-15 10:00:00 UTC"
    shown = told["incident"]
    assert (shown["status"], shown["snoozed_by"]) == ("snoozed", "ana")
    assert shown["snoozed_until"] == shown["next_step_at"] == "2027-01-15T10:00:00.000Z"
    async with here.http.get(f"{INCIDENTS}/{number}") as answer:
        lines = (await answer.json())["timeline"]
    (line,) = [line for line in lines if line["kind"] == "snoozed"]
    assert (line["until"], line["comment"]) == ("2027-01-15T10:00:00.000Z", "a drill")
    for query, found in (("snoozed", 1), ("open", 1), ("triggered", 0)):
        async with here.http.get(f"{INCIDENTS}?status={query}") as answer:
            assert len((await answer.json())["incidents"]) == found
    assert (await post(here, f"{INCIDENTS}/{number}/unsnooze"))["code"] == "unsnoozed"
    assert (await post(here, f"{INCIDENTS}/{number}/unsnooze"))["code"] == "already"


@pytest.mark.parametrize(
    ("action", "body", "said"),
    [
        ("snooze", {}, "say how long"),
        ("snooze", {"for": "2h", "until": "2027-01-15T10:00:00Z"}, "say how long"),
        ("snooze", {"for": "soon"}, "'soon' is no duration"),
        ("snooze", {"for": "8d"}, "up to 7 days"),
        ("snooze", {"for": "0"}, "for some time"),
        ("snooze", {"until": "2027-01-15T07:59:00Z"}, "is over"),
        ("snooze", {"until": "2027-01-15T10:00:00"}, "no time with an offset"),
        ("snooze", {"until": "9" * 5000}, "no time with an offset"),
        ("snooze", {"for": 2}, "cannot be read"),
        ("escalate", {"version": "x"}, "cannot be read"),
        ("reassign", {}, "name 1 to 20"),
        ("reassign", {"to": "anna"}, "did you mean 'ana'?"),
        ("reassign", {"to": ["a"] * 21}, "name 1 to 20"),
        ("reassign", {"to": ["x" * 5000]}, "no name is longer than 200"),
        ("responders", {"to": ["policy:critical"]}, "a policy is no responder"),
        ("note", {}, "a note needs some text"),
        ("note", {"comment": " \u200b "}, "a note needs some text"),
    ],
)
async def test_what_cannot_be_meant_is_said(
    here: Site, action: str, body: dict[str, Any], said: str
) -> None:
    number = await here.incident()
    before = here.loop.state.incidents[number]
    told = await post(here, f"{INCIDENTS}/{number}/{action}", 400, **body)
    assert said in told["error"]
    assert here.loop.state.incidents[number] == before


async def test_of_two_who_escalate_the_same_version_one_does(here: Site) -> None:
    number = await here.incident()
    await here.until(lambda: here.loop.state.incidents[number].ran == 1)
    seen = here.loop.state.incidents[number].version
    first = await post(here, f"{INCIDENTS}/{number}/escalate", version=seen, by="ana")
    second = await post(here, f"{INCIDENTS}/{number}/escalate", version=seen, by="bo")
    assert (first["code"], second["code"]) == ("escalated", "already")
    assert second["text"] == "incident 1 has escalated already; nothing was done"
    await here.until(lambda: here.loop.state.incidents[number].ran == 2)
    assert [line["by"] for line in await timeline(here, number, "forced")] == ["ana"]


async def test_an_incident_goes_to_others_and_others_are_asked(here: Site) -> None:
    number = await here.incident()
    told = await post(here, f"{INCIDENTS}/{number}/responders", to="bo", by="ana")
    assert told["code"] == "summoned"
    assert told["incident"]["responders"] == ["user:bo"]
    told = await post(here, f"{INCIDENTS}/{number}/reassign", to=["user:bo"], by="ana")
    assert told["text"] == "incident 1 is with user:bo now"
    assert told["incident"]["assigned_to"] == ["user:bo"]
    an_hour: dict[str, Any] = {"for": "1h"}
    await post(here, f"{INCIDENTS}/{number}/snooze", **an_hour)
    refused = await post(here, f"{INCIDENTS}/{number}/responders", 409, to="bo")
    assert refused["text"] == "incident 1 is snoozed; unsnooze it first"


async def test_words_are_kept_with_what_was_done_and_alone(here: Site) -> None:
    number = await here.incident()
    path = f"{INCIDENTS}/{number}"
    await post(here, f"{path}/ack", by="ana", comment="on my\nway\x1b[31m")
    await post(here, f"{path}/note", by="ana", comment="it was the disk")
    await post(here, f"{path}/resolve", by="ana", comment="replaced")
    await post(here, f"{path}/note", by="bo", comment="thanks")
    comments = [
        r.detail["comment"] for r in await here.store.timeline(number) if "comment" in r.detail
    ]
    assert comments == ["on my way[31m", "it was the disk", "replaced", "thanks"]
    await post(here, f"{INCIDENTS}/9/note", 404, comment="who?")


async def test_somebody_is_paged_by_hand_and_a_repeated_request_pages_nobody_again(
    here: Site,
) -> None:
    body = {"to": "ana", "text": "the freezer\nis open", "by": "bo"}
    headers = {"Idempotency-Key": "k1"}
    async with here.http.post(INCIDENTS, json=body, headers=headers) as answer:
        assert answer.status == 201, await answer.text()
        made = (await answer.json())["incident"]
    assert (made["number"], made["title"], made["by_hand"]) == (1, "the freezer is open", True)
    assert made["answer_due_at"] == "2027-01-15T08:15:00.000Z"
    async with here.http.post(INCIDENTS, json=body, headers=headers) as answer:
        assert (answer.status, (await answer.json())["code"]) == (200, "repeated")
    async with here.http.post(INCIDENTS, json=body | {"to": "bo"}, headers=headers) as answer:
        assert answer.status == 409
    assert list(here.loop.state.incidents) == [1]
    assert "the freezer is open" in await press(here, 1, "ack")
    assert (await post(here, f"{INCIDENTS}/1/resolve"))["incident"]["status"] == "resolved"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({}, "say what it is about"),
        ({"to": "ana"}, "say what it is about"),
        ({"to": "nobody", "text": "x"}, "there is no user, policy, team or schedule 'nobody'"),
        ({"to": "ana", "text": "x", "key": "k" * 201}, "at most 200"),
        ({"to": 7}, "cannot be read"),
    ],
)
async def test_a_page_that_means_nobody_or_nothing_is_refused(
    here: Site, body: dict[str, Any], said: str
) -> None:
    assert said in (await post(here, INCIDENTS, 400, **body))["error"]
    assert not here.loop.state.incidents


async def test_to_page_needs_a_token_that_may_answer(abroad: Site) -> None:
    for token, status in (("tok-read", 403), ("tok-answer", 201), ("", 401)):
        headers = bearer(token) if token else {}
        body = {"to": "ana", "text": "x"}
        async with abroad.http.post(INCIDENTS, json=body, headers=headers) as answer:
            assert answer.status == status


async def test_the_page_of_an_incident_puts_it_off(here: Site) -> None:
    number = await here.incident()
    text = await press(here, number, "snooze-1h")
    assert "Snoozed by Ana Lima until 2027-01-15 09:00:00 UTC." in text
    assert "End the snooze" in text
    await press(here, number, "snooze-4h")
    assert here.loop.state.incidents[number].next_due == here.clock.now().service + 4 * HOUR
    await press(here, number, "snooze-tomorrow")
    assert here.loop.state.incidents[number].next_due == here.clock.now().service + 25 * HOUR
    assert "Nobody has answered" in await press(here, number, "unsnooze")
    assert here.loop.state.incidents[number].status is Status.TRIGGERED


async def test_the_page_of_an_incident_escalates_what_it_shows(here: Site) -> None:
    number = await here.incident()
    await here.until(lambda: here.loop.state.incidents[number].ran == 1)
    seen = str(here.loop.state.incidents[number].version)
    await press(here, number, "escalate", version=seen)
    await here.until(lambda: here.loop.state.incidents[number].ran == 2)
    text = await press(here, number, "escalate", version=seen)
    assert "has escalated already; nothing was done." in text
    assert here.loop.state.incidents[number].ran == 2
    for version in ("", "x", "٣", "-1"):
        text = await press(here, number, "escalate", 400, version=version)
        assert "There is no such button." in text
    await press(here, number, "resolve", 400)
    assert here.loop.state.incidents[number].status is Status.TRIGGERED


async def test_what_is_overdue_is_shown_and_counted(here: Site) -> None:
    number = (await post(here, INCIDENTS, 201, to="ana", text="come"))["incident"]["number"]
    here.clock.move(16 * MINUTE)
    await here.until(lambda: here.loop.state.incidents[number].late)
    async with here.http.get(f"{INCIDENTS}/{number}") as answer:
        shown = await answer.json()
    assert shown["answer_overdue"]
    assert "answer_overdue" in [line["kind"] for line in shown["timeline"]]
