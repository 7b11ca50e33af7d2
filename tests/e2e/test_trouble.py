"""One channel in trouble: it is tried again as it should be, and delays no other."""

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from support.eventually import eventually
from support.inbox import Inbox
from support.outside import CHANNELS, ENVIRON, SHARED, Outside
from support.servers import Answer, HttpServer, TwilioServer
from support.service import Service
from support.smtp import SmtpServer
from support.talk import fire, incident, records

PROMPT = 1.5  # Seconds within which whoever is not in trouble must have heard.
ROUTE = """
[route]
receiver = "warm"
group_by = ["alertname"]
group_wait = "0s"
"""
BROKEN = """
[policies.{channel}]
[[policies.{channel}.steps]]
notify = ["receiver:{channel}"]
wait = "1h"
[[route.routes]]
matchers = ['alertname="Broken{channel}"']
policy = "{channel}"
"""
BUSY = Answer(429, b"", {"Retry-After": "1"})
DOWN = Answer(503, b"")
SILENT = Answer(hang=60)
PORTAL = Answer(200, b"<html>Welcome to the wireless network of this hotel</html>")
NO_HTTP = Answer(raw=b"\x00\x01\x02\r\n\r\n")
TROUBLE: dict[str, dict[str, Answer | str]] = {
    "busy": {**dict.fromkeys(CHANNELS, BUSY), "email": "451 4.7.0 too many"},
    "down": {**dict.fromkeys(CHANNELS, DOWN), "email": "421 4.3.2 shutting down"},
    "silent": {**dict.fromkeys(CHANNELS, SILENT), "email": "hang"},
    "nonsense": {
        **dict.fromkeys(CHANNELS, PORTAL),
        "email": "drop",
        "webhook": NO_HTTP,
        "apprise": NO_HTTP,
    },
}
# Whose message may have arrived, so that the next says that it may be a repeat.
IN_DOUBT = {
    "busy": {"apprise"},
    "down": {"apprise"},
    "silent": {*CHANNELS},
    "nonsense": {*CHANNELS},
}
# These wait longer for an answer than this test wants to.
PATIENT = {"silent": {"email", "apprise"}}


@pytest.mark.parametrize("trouble", TROUBLE)
async def test_a_channel_in_trouble_is_tried_again_and_delays_no_other(
    trouble: str, tmp_path: Path
) -> None:
    async with (
        Outside.open() as good,
        Outside.open() as bad,
        Service(tmp_path, routes(good, bad), environ=ENVIRON) as service,
    ):
        await fire(service, alertname="Warm")
        for channel in CHANNELS:
            await eventually(channel, partial(good.messages, channel, "Warm"))
        for channel, answer in TROUBLE[trouble].items():
            script(getattr(bad, channel), answer)
        begun = time.monotonic()
        for channel in CHANNELS:
            await fire(service, alertname=f"Broken{channel}")
        for word, channel in ((w, c) for w in CHANNELS for c in CHANNELS if c != w):
            await eventually(
                f"Broken{word} by {channel}", partial(good.messages, channel, f"Broken{word}")
            )
        assert time.monotonic() - begun < PROMPT, "those without trouble heard at once"
        for number, channel in enumerate(CHANNELS, 1):
            if channel not in PATIENT.get(trouble, ()):
                await delivered_at_the_second_attempt(service, number, channel, trouble)
                check_pause(bad, channel, trouble)
        service.kill()  # What hangs would be waited for.
    check_keys(bad)
    assert not [name for name, secret in ENVIRON.items() if secret in service.stderr]
    slack = bad.slack.requests[1].json()
    said = any("repeat" in block["text"]["text"] for block in slack["blocks"])
    assert said == ("slack" in IN_DOUBT[trouble])


def routes(good: Outside, bad: Outside) -> str:
    """For each channel a receiver in which it alone leads to where trouble is."""
    text = SHARED + good.receiver("warm") + ROUTE
    for number, channel in enumerate(CHANNELS):
        there = good.but(channel, bad)
        text += there.receiver(channel, f"+1555555020{number}") + BROKEN.format(channel=channel)
    return text


def script(server: HttpServer | SmtpServer, answer: Answer | str) -> None:
    """Let the next attempt meet trouble, and the one after it succeed."""
    if isinstance(answer, str):
        assert isinstance(server, SmtpServer)
        server.data.append(answer)
    else:
        assert isinstance(server, HttpServer)
        server.answers.append(answer)


async def delivered_at_the_second_attempt(
    service: Service, number: int, channel: str, trouble: str
) -> None:
    """What the incident's timeline says of the channel in trouble."""

    async def sent() -> list[dict[str, Any]]:
        found = records(await incident(service, number), "sent")
        return [record for record in found if f"/{channel}/" in record["target"]]

    (record,) = await eventually(f"{channel} has taken it", sent, seconds=15)
    assert record["attempt"] == 2
    kind = "unknown" if channel in IN_DOUBT[trouble] else "failed"
    (failure,) = records(await incident(service, number), kind)
    assert (failure["attempt"], failure["key"]) == (1, record["key"])
    assert failure["target"] == record["target"]


def check_pause(bad: Outside, channel: str, trouble: str) -> None:
    """No attempt is made before the time that was asked for, or without a pause."""
    if channel != "email":
        first, second = (request.at for request in getattr(bad, channel).requests)
        asked = trouble == "busy" and channel != "apprise"  # It keeps the answer to itself.
        assert second - first >= (1.0 if asked else 0.25)


def check_keys(bad: Outside) -> None:
    """Whatever can tell a repeat by its key was given the same one."""
    keys = [request.headers["Idempotency-Key"] for request in bad.webhook.requests]
    attempts = [request.headers["X-Tocsin-Attempt"] for request in bad.webhook.requests]
    assert (keys, attempts) == ([keys[0]] * 2, ["1", "2"])
    assert len({request.json()["dedup_key"] for request in bad.pagerduty.requests}) == 1
    told = [request.json()["metadata"]["event_payload"] for request in bad.slack.requests]
    assert [each["attempt"] for each in told] == [1, 2]
    assert told[0]["key"] == told[1]["key"]
    assert len({str(mail.message["Message-ID"]) for mail in bad.email.mails}) <= 1


CONTACTS = """
[channels.sms]
provider = "twilio"
account = "${{TWILIO_SID}}"
token = "${{TWILIO_TOKEN}}"
from = "+15555550100"
api_url = "{twilio}"
[users.ana]
phone = "+15555550101"
webhook = "{inbox}/ana"
[users.ana.contact]
urgent = [{{ via = "sms" }}, {{ via = "webhook", after = "1h" }}]
[policies.critical]
[[policies.critical.steps]]
notify = ["user:ana"]
wait = "1h"
[[policies.critical.steps]]
notify = ["receiver:next"]
wait = "1h"
[receivers.next]
webhook = [{{ url = "{inbox}/next" }}]
[route]
policy = "critical"
group_wait = "0s"
"""


@pytest.mark.parametrize(
    "answers",
    [
        pytest.param([TwilioServer.refuses(21211, "Invalid 'To'")], id="refused for good"),
        pytest.param([DOWN] * 3, id="refused three times"),
    ],
)
async def test_a_contact_method_that_fails_gives_way_to_the_persons_next(
    answers: list[Answer], tmp_path: Path
) -> None:
    async with TwilioServer.open() as twilio, Inbox() as inbox:
        twilio.answers += answers
        text = CONTACTS.format(twilio=twilio.url, inbox=inbox.url)
        async with Service(tmp_path, text, environ=ENVIRON) as service:
            await fire(service, alertname="A")
            await inbox.wait("/ana", event="page")
            assert len(twilio.requests) >= len(answers)
            assert not inbox.to("/next"), "she was reached: it is not the next one's turn"
            failures = records(await incident(service, 1), "failed")
            assert [failure["target"] for failure in failures] == ["user:ana/sms"] * len(answers)
