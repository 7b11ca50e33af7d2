"""Buttons in Slack: who may press what, and what comes of it."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from support.servers import Answer, SlackServer
from support.site import ENVIRON, ROUTES, Site, site
from support.slack_request import buttons_of, press, signed

from router.core.incident import Status
from router.core.moment import SECOND
from router.core.slack_buttons import buttons

ANA = "U02ANA"
SECTION = {"type": "section", "text": {"type": "mrkdwn", "text": "*[FIRING] Fire*"}}


@pytest.fixture
async def slack() -> AsyncIterator[SlackServer]:
    async with SlackServer.open() as server:
        yield server


@pytest.fixture
async def manned(tmp_path: Path, slack: SlackServer) -> AsyncIterator[Site]:
    """A site whose Slack is this one."""
    own = f'[channels.slack]\napi_url = "{slack.api_url}"'
    async with site(tmp_path, routes=ROUTES.replace("[channels.slack]", own)) as found:
        yield found


def page(here: Site, number: int) -> dict[str, Any]:
    """The message that told of an incident."""
    subject = f"{here.loop.state.instance}/{number}"
    return {"text": "*[FIRING] Fire*", "blocks": [SECTION, buttons(subject)]}


async def pressed(
    here: Site,
    message: dict[str, Any],
    says: str = "Acknowledge",
    *,
    user: str = ANA,
    reply_to: str = "",
    secret: str = ENVIRON["SIGNING"],
) -> int:
    """The status of the answer to a press."""
    body = press(user, buttons_of(message)[says], message, reply_to)
    return await posted(here, body, secret)


async def posted(here: Site, body: bytes, secret: str = ENVIRON["SIGNING"]) -> int:
    headers = signed(body, str(here.clock.now().wall // SECOND), secret)
    async with here.http.post("/slack/interactive", data=body, headers=headers) as answer:
        return answer.status


async def test_acknowledge_takes_it_and_the_message_says_who(
    manned: Site, slack: SlackServer
) -> None:
    number = await manned.incident()
    message = page(manned, number)
    assert await pressed(manned, message, reply_to=f"{slack.url}/actions/1") == 200
    assert manned.loop.state.incidents[number].answered_by == "ana"
    timeline = await manned.store.timeline(number)
    assert [r.detail for r in timeline if r.kind == "acknowledged"] == [
        {"by": "ana", "via": "slack"}
    ]
    (reply,) = slack.requests
    told = reply.json()
    assert told["replace_original"] is True
    assert told["text"] == message["text"]
    section, context, row = told["blocks"]
    assert section == SECTION
    assert context["elements"][0]["text"] == f"Incident {number} acknowledged by ana."
    assert [each["text"]["text"] for each in row["elements"]] == ["Resolve"]


async def test_pressing_again_tells_the_one_who_pressed_alone(
    manned: Site, slack: SlackServer
) -> None:
    number = await manned.incident()
    message = page(manned, number)
    for _ in range(2):
        await pressed(manned, message, reply_to=f"{slack.url}/actions/1")
    told = slack.requests[1].json()
    assert (told["response_type"], told["replace_original"]) == ("ephemeral", False)
    assert told["text"] == f"Incident {number} was acknowledged by ana."
    timeline = await manned.store.timeline(number)
    assert [r.kind for r in timeline].count("acknowledged") == 1


async def test_resolve_ends_it_and_leaves_no_button(manned: Site, slack: SlackServer) -> None:
    number = await manned.incident()
    message = page(manned, number)
    assert await pressed(manned, message, "Resolve", reply_to=f"{slack.url}/actions/1") == 200
    assert number not in manned.loop.state.incidents
    blocks = slack.requests[0].json()["blocks"]
    assert [block["type"] for block in blocks] == ["section", "context"]
    assert blocks[1]["elements"][0]["text"] == f"Incident {number} resolved by ana."


async def test_to_declare_it_over_is_asked_back_first() -> None:
    resolve = buttons_of({"blocks": [buttons("i/1")]})["Resolve"]
    assert "still fire" in resolve["confirm"]["text"]["text"]


async def test_a_stranger_learns_what_to_add_and_changes_nothing(
    manned: Site, slack: SlackServer
) -> None:
    number = await manned.incident()
    message = page(manned, number)
    assert await pressed(manned, message, user="U0<X>", reply_to=f"{slack.url}/actions/1") == 200
    assert manned.loop.state.incidents[number].status is Status.TRIGGERED
    assert 'Add `slack = "U0&lt;X&gt;"`' in slack.requests[0].json()["text"]


@pytest.mark.parametrize(
    "subject", ["other/1", "1", "", "/1", "other/1/1", "i/९", "i/" + "9" * 30, "i/-1"]
)
async def test_a_button_of_another_installation_does_nothing(
    subject: str, manned: Site, slack: SlackServer
) -> None:
    number = await manned.incident()
    message = page(manned, number) | {"blocks": [SECTION, buttons(subject)]}
    assert await pressed(manned, message, reply_to=f"{slack.url}/actions/1") == 200
    assert manned.loop.state.incidents[number].status is Status.TRIGGERED
    assert slack.requests[0].json()["text"] == "This button does not lead anywhere any more."


async def test_what_slack_did_not_sign_presses_nothing(manned: Site) -> None:
    number = await manned.incident()
    assert await pressed(manned, page(manned, number), secret="guess") == 401
    assert manned.loop.state.incidents[number].status is Status.TRIGGERED


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1:9/actions/1",
        "http://hooks.slack.com/actions/1",
        "https://hooks.slack.com.example.com/actions/1",
        "https://hooks.slack.com@example.com/actions/1",
        "https://[broken/",
        "file:///etc/passwd",
        "//",
        "x",
    ],
)
async def test_nothing_is_posted_to_an_address_that_is_not_slacks(
    address: str, manned: Site, slack: SlackServer
) -> None:
    number = await manned.incident()
    assert await pressed(manned, page(manned, number), reply_to=address) == 200
    assert manned.loop.state.incidents[number].answered_by == "ana", (
        "the answer counts all the same"
    )
    assert not slack.requests


async def test_the_answer_counts_when_slack_does_not_take_the_reply(
    manned: Site, slack: SlackServer
) -> None:
    number = await manned.incident()
    slack.answers = [Answer(status=500, body=b"")]
    message = page(manned, number)
    assert await pressed(manned, message, reply_to=f"{slack.url}/actions/1") == 200
    assert manned.loop.state.incidents[number].answered_by == "ana"


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        (None, 400),
        ("", 400),
        ("{", 400),
        ("[]", 400),
        ('{"type":"block_actions","actions":7}', 400),
        ("[" * 100_000, 400),
        ('{"type":"view_submission"}', 200),
        ('{"type":"block_actions","actions":[]}', 200),
        ('{"type":"block_actions","actions":[{"action_id":"link"}]}', 200),
        ('{"type":"interactive_message","actions":[{"name":"x","value":"y"}]}', 200),
    ],
)
async def test_what_is_no_button_of_ours(payload: str | None, status: int, manned: Site) -> None:
    number = await manned.incident()
    form = {} if payload is None else {"payload": payload}
    assert await posted(manned, urlencode(form).encode()) == status
    assert manned.loop.state.incidents[number].status is Status.TRIGGERED


async def test_a_message_that_was_edited_meanwhile_keeps_what_is_not_ours(
    manned: Site, slack: SlackServer
) -> None:
    number = await manned.incident()
    message = page(manned, number)
    foreign = {"type": "actions", "elements": [{"type": "button", "action_id": "theirs"}]}
    odd = {"type": "actions", "elements": ["no button"]}
    whole = message | {"blocks": [foreign, odd, *message["blocks"]]}
    button = buttons_of(message)["Acknowledge"]
    body = press(ANA, button, whole, f"{slack.url}/actions/1")
    assert await posted(manned, body) == 200
    blocks = slack.requests[0].json()["blocks"]
    assert blocks[:3] == json.loads(json.dumps([foreign, odd, SECTION]))
