"""What Slack is sent when a receiver words its messages itself."""

import msgspec
import pytest
from support.channels import bot, slack_hook
from support.outgoing import ACK, alert, outgoing, yes
from support.servers import Answer, SlackServer

from router.core.integration import SlackIntegration
from router.core.slack_attachment import SlackAction, SlackAttachment, SlackConfirm, SlackField
from router.senders.senders import Senders

NEWS = outgoing(kind="notification")
PLAIN = SlackAttachment(title="Trouble", text="See.", fallback="f", color="good")


def worded(of: SlackIntegration, attachment: SlackAttachment, **fields: object) -> SlackIntegration:
    return msgspec.structs.replace(of, attachment=attachment, **fields)


async def test_every_field_is_where_slack_looks_for_it(
    senders: Senders, slack: SlackServer
) -> None:
    attachment = SlackAttachment(
        title="Trouble",
        title_link="https://a/",
        pretext="p",
        text="See.",
        fallback="f",
        callback_id="c",
        image_url="i",
        thumb_url="t",
        footer="foot",
        color="#123456",
        username="bell",
        icon_emoji=":bell:",
        icon_url="https://icon/",
        message_text="above",
        link_names=True,
        short_fields=True,
        fields=(SlackField(title="a", value="b"), SlackField(title="c", value="d", short=False)),
        actions=(
            SlackAction(
                type="button", text="Go", url="https://b/", confirm=SlackConfirm(text="Sure?")
            ),
        ),
        mrkdwn_in=("text",),
    )
    integration = worded(slack_hook(slack), attachment, channel="#ops")
    await senders.send(NEWS, integration, yes)
    assert slack.requests[0].json() == {
        "channel": "#ops",
        "username": "bell",
        "icon_emoji": ":bell:",
        "icon_url": "https://icon/",
        "link_names": True,
        "text": "above",
        "attachments": [
            {
                "title": "Trouble",
                "title_link": "https://a/",
                "pretext": "p",
                "text": "See.",
                "fallback": "f",
                "callback_id": "c",
                "image_url": "i",
                "thumb_url": "t",
                "footer": "foot",
                "color": "#123456",
                "mrkdwn_in": ["text"],
                "fields": [
                    {"title": "a", "value": "b", "short": True},
                    {"title": "c", "value": "d", "short": False},
                ],
                "actions": [
                    {
                        "type": "button",
                        "text": "Go",
                        "url": "https://b/",
                        "confirm": {"text": "Sure?"},
                    }
                ],
            }
        ],
    }


async def test_a_title_is_cut_to_1024_characters(senders: Senders, slack: SlackServer) -> None:
    long = msgspec.structs.replace(PLAIN, title="й" * 2000)
    await senders.send(NEWS, worded(bot(slack), long), yes)
    (attachment,) = slack.requests[0].json()["attachments"]
    assert attachment["title"] == "й" * 1023 + "…"


async def test_a_page_has_its_answer_link_and_our_texts_cannot_act(
    senders: Senders, slack: SlackServer
) -> None:
    page = outgoing(alert({}, {"summary": "<!channel> & co"}))
    await senders.send(page, worded(bot(slack), SlackAttachment(pretext="p")), yes)
    await senders.send(page, worded(bot(slack), PLAIN), yes)
    ours, own = (request.json()["attachments"][0] for request in slack.requests)
    assert "&lt;!channel&gt; &amp; co" in ours["text"]
    assert ACK in ours["text"]
    assert own["text"] == f"See.\n\nAcknowledge: {ACK}"


async def test_a_group_is_told_in_messages_of_their_own(
    senders: Senders, slack: SlackServer
) -> None:
    again = msgspec.structs.replace(NEWS, ref="C0TEST:1.2")
    await senders.send(again, worded(bot(slack), PLAIN), yes)
    assert slack.requests[0].path == "/api/chat.postMessage"
    assert "thread_ts" not in slack.requests[0].json()


async def test_update_message_edits_what_was_posted(senders: Senders, slack: SlackServer) -> None:
    integration = worded(bot(slack), PLAIN, update_message=True)
    first = await senders.send(NEWS, integration, yes)
    again = msgspec.structs.replace(NEWS, ref=first.ref)
    second = await senders.send(again, integration, yes)
    request = slack.requests[1]
    assert request.path == "/api/chat.update"
    assert f"{request.json()['channel']}:{request.json()['ts']}" == first.ref == second.ref
    await senders.send(outgoing(ref=first.ref), integration, yes)
    assert slack.requests[2].path == "/api/chat.postMessage", "an edit would ring nobody"


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message"])
async def test_what_cannot_be_edited_is_posted_anew(
    error: str, senders: Senders, slack: SlackServer
) -> None:
    slack.answers = [slack.refuses(error)]
    again = msgspec.structs.replace(NEWS, ref="C0TEST:1.2")
    receipt = await senders.send(again, worded(bot(slack), PLAIN, update_message=True), yes)
    assert [request.path for request in slack.requests] == [
        "/api/chat.update",
        "/api/chat.postMessage",
    ]
    assert receipt.ref != "C0TEST:1.2"


async def test_what_slack_refuses_is_said_in_plain_text(
    senders: Senders, slack: SlackServer
) -> None:
    slack.answers = [slack.refuses("invalid_attachments")]
    await senders.send(NEWS, worded(bot(slack), PLAIN), yes)
    assert "attachments" not in slack.requests[1].json()
    assert "DiskFull" in slack.requests[1].json()["text"]


async def test_its_own_timeout_counts(senders: Senders, slack: SlackServer) -> None:
    slack.answers = [Answer(hang=5)]
    with pytest.raises(Exception, match=r"no answer within 0\.2 s"):
        await senders.send(NEWS, worded(bot(slack), PLAIN, timeout=200_000), yes)
