"""What Mattermost is sent."""

from typing import Any

import pytest
from support.chat_servers import MattermostServer
from support.chats import mattermost
from support.outgoing import outgoing, yes

from router.core.chat import Attachment, Field, Priority
from router.senders.senders import Senders

NOTIFICATION = outgoing(kind="notification")


async def sent(senders: Senders, **fields: Any) -> Any:
    async with MattermostServer.open() as server:
        await senders.send(NOTIFICATION, mattermost(server, **fields), yes)
        return server.requests[0].json()


async def test_one_attachment_holds_the_text(senders: Senders) -> None:
    found = await sent(
        senders,
        channel="ops",
        username="bell",
        icon_emoji=":bell:",
        title="Trouble",
        text="See the board.",
        color="#123456",
        attachment=Attachment(
            fallback="f", title_link="https://a/", fields=(Field(title="t", value="v", short=True),)
        ),
        card="| a | b |",
    )
    assert found == {
        "channel": "ops",
        "username": "bell",
        "icon_emoji": ":bell:",
        "attachments": [
            {
                "fallback": "f",
                "color": "#123456",
                "text": "See the board.",
                "title": "Trouble",
                "title_link": "https://a/",
                "fields": [{"title": "t", "value": "v", "short": True}],
            }
        ],
        "props": {"card": "| a | b |"},
    }


async def test_beside_attachments_of_ones_own_the_text_is_the_posts(senders: Senders) -> None:
    found = await sent(
        senders, text="x", attachments=(Attachment(text="one"), Attachment(author_name="two"))
    )
    assert found == {"text": "x", "attachments": [{"text": "one"}, {"author_name": "two"}]}


async def test_a_text_is_cut_to_16383_characters(senders: Senders) -> None:
    found = await sent(senders, text="й" * 20_000)
    assert found["attachments"][0]["text"] == "й" * 16_382 + "…"


@pytest.mark.parametrize(
    ("wanted", "told"),
    [
        (
            Priority(priority="Urgent", requested_ack=True, persistent_notifications=True),
            {"priority": "urgent", "requested_ack": True, "persistent_notifications": True},
        ),
        (
            Priority(priority="important", requested_ack=True, persistent_notifications=True),
            {"priority": "important", "requested_ack": True},
        ),
        (
            Priority(priority="loud", requested_ack=True, persistent_notifications=True),
            {"priority": "standard"},
        ),
        (Priority(requested_ack=True), None),
    ],
)
async def test_a_priority_asks_only_what_it_may(
    wanted: Priority, told: dict[str, Any] | None, senders: Senders
) -> None:
    assert (await sent(senders, priority=wanted)).get("priority") == told
