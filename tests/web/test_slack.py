"""Slack's door: signed by Slack or refused, and the slash command itself."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import pytest
from support.site import ENVIRON, ROUTES, Site, decoded, secret, site
from support.slack_request import signature

from router.core.incident import Status
from router.core.moment import SECOND
from router.web.slack import is_signed

SECRET = ENVIRON["SIGNING"]
FORM = {
    "token": "deprecated",
    "team_id": "T1",
    "channel_id": "C1",
    "user_id": "U02ANA",
    "user_name": "ana",
    "command": "/tocsin",
    "text": "list",
    "response_url": "https://hooks.slack.com/commands/T1/1/a b",
    "trigger_id": "1.2.3",
}


def sign(body: bytes, stamp: str, key: str = SECRET) -> str:
    return signature(body, stamp, key)


def now_of(here: Site) -> int:
    return here.clock.now().wall // SECOND


async def command(
    here: Site, text: str = "list", headers: dict[str, str] | None = None, **form: str
) -> tuple[int, Any]:
    body = urlencode(FORM | {"text": text} | form).encode()
    stamp = str(now_of(here))
    signed = {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": sign(body, stamp)}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    sent = kind | (signed if headers is None else headers)
    async with here.http.post("/slack/command", data=body, headers=sent) as answer:
        told = await answer.text()
        return answer.status, decoded(told) if told else None


BODY = urlencode(FORM).encode()
NOW = 1_800_000_000
STAMP = str(NOW)
GOOD = sign(BODY, STAMP)


@pytest.mark.parametrize(
    ("body", "stamp", "signature", "wanted"),
    [
        pytest.param(BODY, STAMP, GOOD, True, id="good"),
        pytest.param(BODY, str(NOW - 300), sign(BODY, str(NOW - 300)), True, id="5 minutes old"),
        pytest.param(BODY, str(NOW + 300), sign(BODY, str(NOW + 300)), True, id="5 minutes early"),
        pytest.param(BODY, str(NOW - 301), sign(BODY, str(NOW - 301)), False, id="stale"),
        pytest.param(BODY, str(NOW + 301), sign(BODY, str(NOW + 301)), False, id="of the future"),
        pytest.param(BODY + b"&x=1", STAMP, GOOD, False, id="with a field more"),
        pytest.param(BODY.replace(b"list", b"ack+7"), STAMP, GOOD, False, id="tampered"),
        pytest.param(
            urlencode(parse_qsl(BODY.decode()), safe="/:").encode(),
            STAMP,
            GOOD,
            False,
            id="parsed and written again",
        ),
        pytest.param(BODY, str(NOW - 1), GOOD, False, id="another time than was signed"),
        pytest.param(BODY, STAMP, sign(BODY, STAMP, "guess"), False, id="another secret"),
        pytest.param(BODY, STAMP, "", False, id="no signature"),
        pytest.param(BODY, "", GOOD, False, id="no time"),
        pytest.param(BODY, "soon", GOOD, False, id="no number"),
        pytest.param(BODY, "1e9", GOOD, False, id="another kind of number"),
        pytest.param(BODY, "-1", GOOD, False, id="negative"),
        pytest.param(BODY, "9" * 5000, GOOD, False, id="endless"),
        pytest.param(BODY, "١٢٣", GOOD, False, id="digits of another script"),
        pytest.param(BODY, STAMP, GOOD.removeprefix("v0="), False, id="without its version"),
        pytest.param(BODY, STAMP, GOOD.replace("v0", "v1"), False, id="of another version"),
        pytest.param(BODY, STAMP, GOOD[:-1], False, id="cut"),
        pytest.param(BODY, STAMP, GOOD.upper(), False, id="in capitals"),
        pytest.param(BODY, STAMP, GOOD[:-1] + "ä", False, id="not ASCII"),
        pytest.param(b"", STAMP, GOOD, False, id="without the body"),
    ],
)
def test_a_request_is_slacks(body: bytes, stamp: str, signature: str, wanted: bool) -> None:
    assert is_signed(body, stamp, signature, [secret(SECRET)], NOW * SECOND) is wanted


def test_two_secrets_may_sign_while_one_replaces_the_other() -> None:
    both = [secret("the new one"), secret(SECRET)]
    assert is_signed(BODY, STAMP, GOOD, both, NOW * SECOND)
    assert is_signed(BODY, STAMP, sign(BODY, STAMP, "the new one"), both, NOW * SECOND)


async def test_what_slack_did_not_sign_is_not_even_read(here: Site) -> None:
    number = await here.incident()
    for headers in ({}, {"X-Slack-Signature": GOOD}, {"X-Slack-Request-Timestamp": STAMP}):
        status, told = await command(here, f"ack {number}", headers)
        assert status == 401
        assert "error" in told
    assert here.loop.state.incidents[number].status is Status.TRIGGERED


async def test_slacks_probe_of_our_certificate_is_answered(here: Site) -> None:
    assert await command(here, "", ssl_check="1") == (200, None)


async def test_without_a_signing_secret_there_is_no_such_door(tmp_path: Path) -> None:
    async with site(tmp_path, routes=ROUTES.replace('signing_secret = "${SIGNING}"', "")) as here:
        assert (await command(here))[0] == 404
    (tmp_path / "b").mkdir()
    async with site(tmp_path / "b", environ={}) as here:
        body = urlencode(FORM).encode()
        stamp = str(now_of(here))
        forged = {
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": sign(body, stamp, ""),
        }
        assert (await command(here, headers=forged))[0] == 404, "an empty secret signs nothing"


async def test_list_tells_what_is_open(here: Site) -> None:
    assert await command(here) == (
        200,
        {"response_type": "ephemeral", "text": "Nothing is open."},
    )
    number = await here.incident(alertname="Fire")
    here.clock.move(65 * 60 * SECOND)
    _, told = await command(here, "list")
    assert told["response_type"] == "ephemeral"
    assert told["text"].startswith(f"*#{number}* P2 Fire (triggered, 1 h 5 min)")


async def test_ack_takes_it_and_tells_the_channel(here: Site) -> None:
    number = await here.incident()
    status, told = await command(here, f"ack {number}")
    assert (status, told["response_type"]) == (200, "in_channel")
    assert told["text"] == f"Incident {number} acknowledged by ana."
    assert here.loop.state.incidents[number].answered_by == "ana"
    timeline = await here.store.timeline(number)
    assert [r.detail for r in timeline if r.kind == "acknowledged"] == [
        {"by": "ana", "via": "slack"}
    ]
    _, again = await command(here, f"ack #{number}")
    assert again["response_type"] == "ephemeral"
    assert again["text"] == f"Incident {number} was acknowledged by ana."
    assert "acknowledged by Ana Lima" in (await command(here, "list"))[1]["text"]


async def test_an_incident_is_put_off_escalated_and_written_on(here: Site) -> None:
    number = await here.incident()
    _, told = await command(here, f"snooze {number} 2h")
    assert told["response_type"] == "in_channel"
    assert told["text"] == f"Incident {number} snoozed until 2027-01-15 10:00:00 UTC."
    assert "(snoozed by Ana Lima," in (await command(here, "list"))[1]["text"]
    assert (await command(here, f"escalate {number}"))[1]["response_type"] == "in_channel"
    assert here.loop.state.incidents[number].status is Status.TRIGGERED
    _, told = await command(here, f"note {number} it is <the> disk")
    assert told == {"response_type": "ephemeral", "text": f"Noted on incident {number}."}
    timeline = await here.store.timeline(number)
    assert [r.detail["comment"] for r in timeline if r.kind == "noted"] == ["it is <the> disk"]
    await command(here, f"ack {number}")
    assert (await command(here, f"unack {number}"))[1]["text"].endswith("rings again.")
    for words, said in (
        ("", "For how long?"),
        (" x", "'x' is no duration"),
        (" 8d", "An incident"),
    ):
        assert (await command(here, f"snooze {number}{words}"))[1]["text"].startswith(said)


async def test_resolve_ends_it_and_tells_the_channel(here: Site) -> None:
    number = await here.incident()
    _, told = await command(here, f"  RESOLVE   {number} ")
    assert told == {"response_type": "in_channel", "text": f"Incident {number} resolved by ana."}
    assert number not in here.loop.state.incidents
    _, again = await command(here, f"resolve {number}")
    assert again == {"response_type": "ephemeral", "text": f"Incident {number} is resolved."}


async def test_show_tells_one(here: Site) -> None:
    number = await here.incident(alertname="Fire", host="<!channel> & <https://x|y>")
    _, told = await command(here, f"show {number}")
    assert f"*#{number}*" in told["text"]
    assert "&lt;!channel&gt; &amp; &lt;https://x|y&gt;" in told["text"]
    assert "<" not in told["text"]
    assert (await command(here, "show 99"))[1]["text"] == "There is no incident 99."
    await command(here, f"resolve {number}")
    assert (await command(here, f"show {number}"))[1]["text"] == f"Incident {number} is over."


async def test_a_stranger_learns_what_to_add_and_nothing_else(here: Site) -> None:
    number = await here.incident()
    for text in ("list", f"show {number}", f"ack {number}", f"resolve {number}"):
        status, told = await command(here, text, user_id="U0<STRANGER>")
        assert status == 200
        assert told["response_type"] == "ephemeral"
        assert 'Add `slack = "U0&lt;STRANGER&gt;"`' in told["text"]
        assert "Fire" not in told["text"]
    assert here.loop.state.incidents[number].status is Status.TRIGGERED


async def test_nobody_is_the_user_without_a_slack_id(here: Site) -> None:
    number = await here.incident()
    await command(here, f"ack {number}", user_id="")
    assert here.loop.state.incidents[number].status is Status.TRIGGERED


@pytest.mark.parametrize("text", ["", "help", "  Help me"])
async def test_help_tells_what_can_be_said(text: str, here: Site) -> None:
    _, told = await command(here, text)
    assert told["response_type"] == "ephemeral"
    assert "/tocsin ack 7" in told["text"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ack", "Which incident?"),
        ("ack seven", "Which incident?"),
        ("ack 9999999999999999999999", "Which incident?"),
        ("ack ٣", "Which incident?"),
        ("ack 99", "Incident 99 does not exist."),
        ("<@U1> 7", "I do not know `&lt;@u1&gt;`."),
    ],
)
async def test_what_cannot_be_done_is_said(text: str, said: str, here: Site) -> None:
    status, told = await command(here, text)
    assert status == 200
    assert told["response_type"] == "ephemeral"
    assert told["text"].startswith(said)


async def test_a_rule_that_fails_is_said_to_have_failed(here: Site) -> None:
    number = await here.incident()
    here.door.error = "AssertionError: a bug"
    _, told = await command(here, f"ack {number}")
    assert told == {
        "response_type": "ephemeral",
        "text": "That could not be recorded. Please answer in another way.",
    }
