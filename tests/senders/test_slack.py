"""What Slack is sent, by token and by webhook, and what its words mean for the delivery."""

from typing import Any

import msgspec
import pytest
from support.channels import bot, slack_hook
from support.outgoing import ACK, alert, incident, outgoing, yes
from support.servers import Answer, SlackServer

from router.core.integration import SlackIntegration
from router.core.secret import Secret
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.senders import Senders


def told(form: dict[str, Any]) -> str:
    """The text of all blocks."""
    return "\n".join(block["text"]["text"] for block in form["blocks"])


async def test_a_page_by_token(senders: Senders, slack: SlackServer) -> None:
    receipt = await senders.send(outgoing(), bot(slack), yes)
    assert receipt.ref == "C0TEST:1700000000.000001"
    request = slack.requests[0]
    assert (request.method, request.path) == ("POST", "/api/chat.postMessage")
    assert request.headers["Authorization"] == f"Bearer {slack.token}"
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    assert request.json() == {
        "text": "*[FIRING] critical: DiskFull*",
        "blocks": [
            {
                "type": "section",
                "text": {
                    "type": "mrkdwn",
                    "text": "*[FIRING] critical: DiskFull*\n"
                    f"<{ACK}|Acknowledge: I am on it>\n"
                    "Disk of db1 is 97 % full\n"
                    "instance=db1\n"
                    "• firing `DiskFull` since 2026-01-05 08:55:00 UTC (5m)"
                    " <http://prometheus.example.com/graph?g0.expr=up|source>\n"
                    "_Incident #7, open for 4m; policy critical (P0), step 2 of round 1_",
                },
            }
        ],
        "unfurl_links": False,
        "unfurl_media": False,
        "channel": "#ops",
        "metadata": {
            "event_type": "tocsin_delivery",
            "event_payload": {"key": "i1/7/0/1/user:ana/sms", "attempt": 1},
        },
    }


async def test_a_page_by_webhook(senders: Senders, slack: SlackServer) -> None:
    receipt = await senders.send(outgoing(), slack_hook(slack), yes)
    assert (receipt.ref, receipt.detail) == ("", "ok")
    request = slack.requests[0]
    assert request.path == "/services/T00000000/B00000000/hooksecretXXXXXXXX"
    assert "Authorization" not in request.headers
    assert set(request.json()) == {"text", "blocks", "unfurl_links", "unfurl_media"}
    assert ACK in told(request.json())


@pytest.mark.parametrize(
    ("kind", "broadcast"), [("page", True), ("acknowledged", False), ("resolved", False)]
)
async def test_a_ref_continues_its_thread(
    kind: str, broadcast: bool, senders: Senders, slack: SlackServer
) -> None:
    """In the channel the ref names, seen there too while it fires, and the ref stays."""
    ref = "C0FIRST:1699999999.000100"
    receipt = await senders.send(outgoing(kind=kind, ref=ref), bot(slack), yes)
    form = slack.requests[0].json()
    assert (form["channel"], form["thread_ts"]) == ("C0FIRST", "1699999999.000100")
    assert form["reply_broadcast"] is broadcast
    assert receipt.ref == ref


@pytest.mark.parametrize("error", ["thread_not_found", "message_not_found"])
async def test_a_thread_that_is_gone_is_begun_anew(
    error: str, senders: Senders, slack: SlackServer
) -> None:
    slack.answers = [slack.refuses(error)]
    receipt = await senders.send(outgoing(ref="C0FIRST:1.2"), bot(slack), yes)
    first, second = (request.json() for request in slack.requests)
    assert "thread_ts" in first
    assert "thread_ts" not in second
    assert second["channel"] == "#ops"
    assert receipt.ref == "C0TEST:1700000000.000002"


@pytest.mark.parametrize("error", ["msg_too_long", "invalid_blocks", "msg_blocks_too_long"])
async def test_blocks_that_are_refused_go_as_plain_text_at_once(
    error: str, senders: Senders, slack: SlackServer
) -> None:
    slack.answers = [slack.refuses(error)]
    await senders.send(outgoing(), bot(slack), yes)
    assert "blocks" not in slack.requests[1].json()
    assert ACK in slack.requests[1].json()["text"]


async def test_a_webhook_too_falls_back_to_plain_text(senders: Senders, slack: SlackServer) -> None:
    slack.answers = [Answer(400, b"invalid_blocks")]
    await senders.send(outgoing(), slack_hook(slack), yes)
    assert [("blocks" in request.json()) for request in slack.requests] == [True, False]


async def test_a_text_refused_in_every_form_is_for_ever(
    senders: Senders, slack: SlackServer
) -> None:
    slack.answers = [slack.refuses("msg_too_long"), slack.refuses("msg_too_long")]
    with pytest.raises(PermanentDeliveryError, match="msg_too_long"):
        await senders.send(outgoing(), bot(slack), yes)
    assert len(slack.requests) == 2


@pytest.mark.parametrize(
    "error",
    [
        *("channel_not_found", "not_in_channel", "is_archived", "invalid_auth"),
        *("account_inactive", "token_revoked", "missing_scope"),
    ],
)
async def test_a_wrong_configuration_is_for_ever(
    error: str, senders: Senders, slack: SlackServer
) -> None:
    slack.answers = [slack.refuses(error)]
    with pytest.raises(PermanentDeliveryError, match=f"slack #ops: refused: {error}"):
        await senders.send(outgoing(), bot(slack), yes)


@pytest.mark.parametrize(
    ("error", "ambiguous"),
    [
        ("ratelimited", False),
        ("some_new_word", False),
        ("internal_error", True),
        ("fatal_error", True),
    ],
)
async def test_other_trouble_may_pass(
    error: str, ambiguous: bool, senders: Senders, slack: SlackServer
) -> None:
    body = f'{{"ok":false,"error":"{error}"}}'.encode()
    slack.answers = [Answer(200, body, {"Retry-After": "3"})]
    with pytest.raises(DeliveryError, match=error) as caught:
        await senders.send(outgoing(), bot(slack), yes)
    assert not isinstance(caught.value, PermanentDeliveryError)
    assert (caught.value.ambiguous, caught.value.retry_after) == (ambiguous, 3)


async def test_a_wrong_token_is_for_ever(senders: Senders, slack: SlackServer) -> None:
    wrong = SlackIntegration(
        channel="#ops", token=Secret("${SLACK_TOKEN}", "xoxb-wrong"), api_url=slack.api_url
    )
    with pytest.raises(PermanentDeliveryError, match="invalid_auth"):
        await senders.send(outgoing(), wrong, yes)


@pytest.mark.parametrize(
    ("status", "body"), [(404, b"no_service"), (403, b"action_prohibited"), (400, b"no_text")]
)
async def test_a_webhook_that_is_gone_is_for_ever(
    status: int, body: bytes, senders: Senders, slack: SlackServer
) -> None:
    slack.answers = [Answer(status, body)]
    with pytest.raises(PermanentDeliveryError, match=body.decode()):
        await senders.send(outgoing(), slack_hook(slack), yes)


async def test_a_url_beats_a_token_that_all_slack_channels_share(
    senders: Senders, slack: SlackServer
) -> None:
    url = Secret("${SLACK_URL}", f"{slack.url}/services/x")
    both = SlackIntegration(webhook_url=url, token=Secret("${SLACK_TOKEN}", slack.token))
    await senders.send(outgoing(), both, yes)
    assert slack.requests[0].path == "/services/x"


async def test_with_neither_token_nor_url_it_says_so(senders: Senders) -> None:
    with pytest.raises(PermanentDeliveryError, match="neither a token nor a webhook_url"):
        await senders.send(outgoing(), SlackIntegration(channel="#ops"), yes)


async def test_no_label_can_call_a_channel_or_fake_a_link(
    senders: Senders, slack: SlackServer
) -> None:
    evil = "<!channel> <@U1> <https://evil.example|ok> & &lt; \" ' @here"
    page = outgoing(
        alert({"alertname": evil, "x": evil}, {"summary": evil}),
        snapshot={
            "group_labels": {"alertname": evil},
            "severity": "<!here>",
            "incident": incident(answered_by="<!everyone>"),
        },
    )
    await senders.send(page, bot(slack), yes)
    form = slack.requests[0].json()
    for text in (form["text"], told(form)):
        assert "<!" not in text
        assert "<@" not in text
        assert "|ok>" not in text
    escaped = (
        "&lt;!channel&gt; &lt;@U1&gt; &lt;https://evil.example|ok&gt; &amp; &amp;lt; \" ' @here"
    )
    assert escaped in told(form)


async def test_a_storm_of_text_keeps_slacks_limits_and_the_answer_link(
    senders: Senders, slack: SlackServer
) -> None:
    alerts = [
        alert({"alertname": f"A{n}", "n": str(n), "long": "&<>" * 300}, {"summary": "<&" * 900})
        for n in range(40)
    ]
    await senders.send(outgoing(*alerts), bot(slack), yes)
    form = slack.requests[0].json()
    sections = [block["text"]["text"] for block in form["blocks"]]
    assert len(sections) <= 50
    assert max(map(len, sections)) <= 3000
    assert len(form["text"]) <= 4000
    assert ACK in sections[0]
    for section in sections:
        assert section.count("<") == section.count(">")
        assert not section.replace("…", "").endswith(("&", "&a", "&am", "&amp"))


async def test_a_page_has_buttons_where_they_are_wanted(
    senders: Senders, slack: SlackServer
) -> None:
    wanted = msgspec.structs.replace(bot(slack), buttons=True)
    await senders.send(outgoing(), wanted, yes)
    await senders.send(outgoing(kind="acknowledged"), wanted, yes)
    page, after = (request.json() for request in slack.requests)
    assert [block["type"] for block in page["blocks"]] == ["section", "actions"]
    assert {button["value"] for button in page["blocks"][1]["elements"]} == {outgoing().subject}
    assert [block["type"] for block in after["blocks"]] == ["section"], "nothing is left to answer"


async def test_without_the_blocks_that_slack_refuses_the_link_answers(
    senders: Senders, slack: SlackServer
) -> None:
    slack.answers = [slack.refuses("invalid_blocks")]
    await senders.send(outgoing(), msgspec.structs.replace(bot(slack), buttons=True), yes)
    again = slack.requests[1].json()
    assert "blocks" not in again
    assert ACK in again["text"]
