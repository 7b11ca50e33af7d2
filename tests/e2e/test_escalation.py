"""From person to person until somebody answers: by link, by Slack, by API."""

import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from support.eventually import steadily
from support.inbox import Inbox, Letter
from support.servers import PagerdutyServer, SlackServer
from support.service import Reply, Service
from support.slack_request import buttons_of, press, signed
from support.talk import answer, end, fire, incident, incidents, records

ROUTES = """
[service]
timezone = "UTC"
fallback = ["receiver:last"]
fallback_every = "1s"
[users.ana]
name = "Ana Lima"
webhook = "{inbox}/ana"
[users.bo]
name = "Bo Chen"
slack = "U02BO"
webhook = "{inbox}/bo"
[users.cy]
webhook = "{inbox}/cy"
[channels.slack]
signing_secret = "${{SIGNING}}"
[receivers.ops]
webhook = [{{ url = "{inbox}/ops" }}]
pagerduty = [{{ routing_key = "${{ROUTING_KEY}}", api_url = "{pagerduty}" }}]
[receivers.last]
webhook = [{{ url = "{inbox}/last" }}]
[policies.critical]
priority = "P0"
[[policies.critical.steps]]
notify = ["user:ana", "receiver:ops"]
wait = "1s"
[[policies.critical.steps]]
notify = ["user:bo"]
wait = "1s"
[[policies.critical.steps]]
notify = ["user:cy"]
wait = "1s"
[policies.calm]
[[policies.calm.steps]]
notify = ["user:ana"]
wait = "1h"
[[policies.calm.steps]]
notify = ["user:bo"]
wait = "1h"
[policies.short]
[[policies.short.steps]]
notify = ["user:cy"]
wait = "500ms"
[route]
policy = "calm"
group_by = ["alertname"]
group_wait = "0s"
group_interval = "300ms"
[[route.routes]]
matchers = ['severity="critical"']
policy = "critical"
[[route.routes]]
matchers = ['severity="minor"']
policy = "short"
"""
SIGNING = "8f742231b10e8888abcd99yyyzzz85a5"


@pytest.fixture
async def inbox() -> AsyncIterator[Inbox]:
    """Where everything that leaves arrives."""
    async with Inbox() as inbox:
        yield inbox


@pytest.fixture
async def pagerduty() -> AsyncIterator[PagerdutyServer]:
    """What speaks PagerDuty's Events API."""
    async with PagerdutyServer.open() as server:
        yield server


@pytest.fixture
async def service(
    inbox: Inbox, pagerduty: PagerdutyServer, tmp_path: Path
) -> AsyncIterator[Service]:
    """A service that pages the inbox."""
    environ = {"SIGNING": SIGNING, "ROUTING_KEY": "R0UT1NG"}
    routes = ROUTES.format(inbox=inbox.url, pagerduty=pagerduty.url)
    async with Service(tmp_path, routes, environ=environ) as service:
        yield service


def link(letter: Letter) -> str:
    """The answer link of a page."""
    found: str = letter.json()["incident"]["ackURL"]
    return found


async def test_it_climbs_from_person_to_person_until_a_link_is_pressed(
    service: Service, inbox: Inbox, pagerduty: PagerdutyServer
) -> None:
    await fire(service, alertname="DiskFull", severity="critical", summary="Disk full")
    (ana,) = await inbox.wait("/ana", event="page")
    (bo,) = await inbox.wait("/bo", event="page")
    assert 0.9 <= bo.at - ana.at < 1.9, "the second person is called one wait after the first"
    assert not inbox.to("/cy")

    for _ in range(2):
        shown = await service.get(link(bo))
        assert shown.status == 200
        assert "Disk full" in shown.text
        assert "<button" in shown.text
    assert (await incident(service, 1))["status"] == "triggered", "looking changes nothing"
    pressed = await service.post(link(bo))
    assert pressed.status == 200, pressed
    assert "Acknowledged by Bo Chen" in pressed.text
    assert (await service.post(link(bo))).status == 200, "pressing again is harmless"
    assert (await service.post(link(ana))).status == 200, "and so is pressing after somebody else"

    await inbox.wait("/ops", event="acknowledged")
    await steadily("nobody is called after the answer", lambda: not inbox.to("/cy"), seconds=1.5)
    await end(service, alertname="DiskFull", severity="critical")
    for path in ("/ana", "/bo", "/ops"):
        (over,) = await inbox.wait(path, event="resolved")
        assert over.json()["status"] == "resolved"
        assert not over.json()["incident"]["ackURL"]
    assert not inbox.to("/cy"), "who was not paged does not hear of the end"
    assert not inbox.to("/last")
    assert (await service.post(link(bo))).status == 410, "the link of an incident that is over"

    events = [request.json() for request in await pagerduty.received(3)]
    assert [event["event_action"] for event in events] == ["trigger", "acknowledge", "resolve"]
    assert pagerduty.alerts == {events[0]["dedup_key"]: "resolved"}


async def test_the_timeline_tells_what_came_what_was_sent_and_who_answered(
    service: Service, inbox: Inbox, pagerduty: PagerdutyServer
) -> None:
    await fire(service, alertname="DiskFull", severity="critical")
    (page,) = await inbox.wait("/ana", event="page")
    await pagerduty.received(1)
    await service.post(link(page))
    await inbox.wait("/ops", event="acknowledged")
    await end(service, alertname="DiskFull", severity="critical")
    await inbox.wait("/ana", event="resolved")
    shown = await incident(service, 1)
    assert (shown["status"], shown["answered_by"]) == ("resolved", "ana")
    expected = ["fired", "opened", "escalated", "sent", "acknowledged", "resolved", "held"]
    order = iter(record["kind"] for record in shown["timeline"])
    assert all(kind in order for kind in [*expected, "resolved"]), shown["timeline"]
    (escalated,) = records(shown, "escalated")
    targets = {"user:ana/webhook", "receiver:ops/webhook/0", "receiver:ops/pagerduty/0"}
    assert set(escalated["targets"]) == targets
    pages = [r for r in records(shown, "sent") if r["delivery"] == "page"]
    assert {record["target"] for record in pages} == targets
    (taken,) = records(shown, "acknowledged")
    assert (taken["by"], taken["via"]) == ("ana", "link")


async def test_a_link_in_a_shared_channel_asks_who_answers(service: Service, inbox: Inbox) -> None:
    await fire(service, alertname="DiskFull", severity="critical")
    (page,) = await inbox.wait("/ops", event="page")
    assert "ops" in (await service.get(link(page))).text
    nameless = await service.post(link(page))
    assert nameless.status == 400
    assert "who you are" in nameless.text
    assert (await incident(service, 1))["status"] == "triggered"
    form = urlencode({"who": "Dee <b>"}).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    named = await service.post(link(page), form, headers=kind)
    assert named.status == 200, named
    assert "Dee &lt;b&gt;" in named.text
    assert (await incident(service, 1))["answered_by"] == "Dee <b> (via ops)"


async def test_a_forged_link_answers_nothing(service: Service, inbox: Inbox) -> None:
    await fire(service, alertname="DiskFull")
    (page,) = await inbox.wait("/ana", event="page")
    address = link(page)
    swapped = address[:-1] + ("A" if address[-1] != "A" else "B")
    for wrong in (swapped, address[:-5], f"{service.url}/a/x.y", f"{service.url}/a/%00"):
        assert (await service.get(wrong)).status == 404
        assert (await service.post(wrong)).status == 404
    assert (await incident(service, 1))["status"] == "triggered"


async def test_a_link_of_an_old_incident_does_not_touch_a_new_one(
    service: Service, inbox: Inbox
) -> None:
    await fire(service, alertname="DiskFull")
    (old,) = await inbox.wait("/ana", event="page")
    await end(service, alertname="DiskFull")
    await inbox.wait("/ana", event="resolved")
    await fire(service, alertname="DiskFull")
    await inbox.wait("/ana", 2, event="page")
    assert (await service.post(link(old))).status == 410
    assert [i["status"] for i in await incidents(service)] == ["triggered", "resolved"]


async def test_a_signed_slash_command_answers(service: Service, inbox: Inbox) -> None:
    await fire(service, alertname="DiskFull")
    await inbox.wait("/ana", event="page")
    assert (await slash(service, "ack 1", secret="not Slack's")).status == 401
    assert (await slash(service, "ack 1", age=301)).status == 401
    assert (await incident(service, 1))["status"] == "triggered"
    stranger = (await slash(service, "ack 1", user="U0STRANGER")).json()
    assert "I do not know you" in stranger["text"]
    assert "DiskFull" in (await slash(service, "list")).json()["text"]
    assert "DiskFull" in (await slash(service, "show 1")).json()["text"]
    taken = (await slash(service, "ack 1")).json()
    assert taken["response_type"] == "in_channel", taken
    shown = await incident(service, 1)
    assert (shown["status"], shown["answered_by"]) == ("acknowledged", "bo")
    assert records(shown, "acknowledged")[0]["via"] == "slack"
    await slash(service, "resolve 1")
    assert (await incident(service, 1))["status"] == "resolved"


async def slash(
    service: Service, text: str, *, user: str = "U02BO", secret: str = SIGNING, age: int = 0
) -> Reply:
    """Post a slash command as Slack does, signed v0 over the raw body."""
    body = urlencode({"command": "/tocsin", "text": text, "user_id": user, "team_id": "T1"})
    stamp = str(int(time.time()) - age)
    headers = signed(body.encode(), stamp, secret)
    return await service.post("/slack/command", body.encode(), headers=headers)


async def test_a_button_in_slack_answers_and_the_message_shows_it(
    inbox: Inbox, tmp_path: Path
) -> None:
    async with SlackServer.open() as slack:
        channel = f"""[channels.slack]
token = "${{SLACK_TOKEN}}"
api_url = "{slack.api_url}"
buttons = true"""
        routes = ROUTES.replace("pagerduty = ", "# ").format(inbox=inbox.url, pagerduty="")
        routes = routes.replace("[channels.slack]", channel)
        routes = routes.replace(
            "[receivers.last]", 'slack = [{ channel = "#ops" }]\n[receivers.last]'
        )
        environ = {"SIGNING": SIGNING, "SLACK_TOKEN": slack.token}
        async with Service(tmp_path, routes, environ=environ) as service:
            await fire(service, alertname="DiskFull", severity="critical")
            page = (await slack.received(1))[0].json()
            await pressing(service, page, "U0STRANGER", f"{slack.url}/actions/T1/1/abc")
            assert (await incident(service, 1))["status"] == "triggered"
            await pressing(service, page, "U02BO", f"{slack.url}/actions/T1/2/abc")
            shown = await incident(service, 1)
            assert (shown["status"], shown["answered_by"]) == ("acknowledged", "bo")
            replies = [r for r in slack.requests if r.path.startswith("/actions/")]
            refused, taken = (reply.json() for reply in replies)
    assert refused["response_type"] == "ephemeral"
    assert "I do not know you yet" in refused["text"]
    assert taken["replace_original"] is True
    assert list(buttons_of(taken)) == ["Resolve"], "what was pressed is gone"
    assert "Incident 1 acknowledged by bo." in str(taken["blocks"])
    assert taken["blocks"][0] == page["blocks"][0], "the page still says what it said"


async def pressing(service: Service, page: dict[str, Any], user: str, reply_to: str) -> None:
    """Press the button that acknowledges, as this Slack user."""
    body = press(user, buttons_of(page)["Acknowledge"], page, reply_to)
    headers = signed(body, str(int(time.time())), SIGNING)
    reply = await service.post("/slack/interactive", body, headers=headers)
    assert (reply.status, reply.body) == (200, b"")


async def test_the_api_takes_gives_back_and_resolves(service: Service, inbox: Inbox) -> None:
    await fire(service, alertname="DiskFull")
    await inbox.wait("/ana", event="page")
    taken = await answer(service, 1, "ack", by="dee")
    assert taken.status == 200, taken
    assert taken.json()["incident"]["answered_by"] == "dee"
    assert (await answer(service, 1, "ack", by="dee")).json()["code"] == "already"
    given = await answer(service, 1, "unack", by="dee")
    assert given.json()["incident"]["status"] == "triggered"
    (bo,) = await inbox.wait("/bo", event="page")
    assert bo.json()["incident"]["number"] == 1, "escalation goes on with the next person at once"
    assert (await answer(service, 1, "resolve", by="dee")).json()["code"] == "resolved"
    await inbox.wait("/ana", event="resolved")
    await inbox.wait("/bo", event="resolved")
    assert (await answer(service, 1, "ack", by="dee")).status == 409
    assert (await answer(service, 2, "ack", by="dee")).status == 404
    assert [i["status"] for i in await incidents(service, status="open")] == []


async def test_when_nobody_answers_the_fallback_rings_until_somebody_does(
    service: Service, inbox: Inbox
) -> None:
    await fire(service, alertname="DiskFull", severity="minor")
    (cy,) = await inbox.wait("/cy", event="page")
    first, second = (await inbox.wait("/last", 2, event="page"))[:2]
    assert first.at - cy.at >= 0.4
    assert 0.9 <= second.at - first.at < 1.9
    assert (await incident(service, 1))["exhausted"]
    await answer(service, 1, "ack", by="cy")
    rung = len(inbox.to("/last", event="page"))
    await steadily(
        "the fallback is quiet after the answer",
        lambda: len(inbox.to("/last", event="page")) == rung,
        seconds=1.3,
    )


async def test_a_silence_keeps_it_quiet_and_the_timeline_says_which(
    service: Service, inbox: Inbox
) -> None:
    now = datetime.now(UTC)
    silence = {
        "matchers": [{"name": "alertname", "value": "DiskFull", "isRegex": False}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(hours=1)).isoformat(),
        "createdBy": "ana",
        "comment": "known",
    }
    made = (await service.post("/api/v2/silences", silence)).json()["silenceID"]
    await fire(service, alertname="DiskFull")
    await fire(service, alertname="DiskSlow")
    (page,) = await inbox.wait("/ana", event="page")
    assert page.json()["commonLabels"] == {"alertname": "DiskSlow"}
    assert len(await incidents(service)) == 1, "a silenced alert opens no incident"
    assert (await service.request("DELETE", f"/api/v2/silence/{made}")).status == 200
    await inbox.wait("/ana", 2, event="page")
    shown = await incident(service, 2)
    (muted,) = records(shown, "muted")
    assert made in str(muted["by"])
    order = iter(record["kind"] for record in shown["timeline"])
    assert all(kind in order for kind in ("fired", "muted", "unmuted", "opened", "sent"))
