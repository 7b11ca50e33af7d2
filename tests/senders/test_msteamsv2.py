"""What Microsoft Teams is sent: a card that is never too large to be shown."""

import pytest
from support.chat_servers import TeamsServer
from support.chats import teams
from support.outgoing import ACK, alert, outgoing, yes

from router.senders.msteamsv2 import BODY_MAX
from router.senders.senders import Senders


async def test_a_notification_is_the_card_of_its_title_and_text(senders: Senders) -> None:
    async with TeamsServer.open() as server:
        told = teams(server, title="Trouble", text="See *here*.")
        await senders.send(outgoing(kind="notification"), told, yes)
        (request,) = server.requests
    assert request.path == "/workflows/abc/triggers/manual/paths/invoke?sig=teamssecret42"
    assert request.json() == {
        "type": "message",
        "attachments": [
            {
                "contentType": "application/vnd.microsoft.card.adaptive",
                "contentUrl": None,
                "content": {
                    "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
                    "type": "AdaptiveCard",
                    "version": "1.2",
                    "body": [
                        {
                            "type": "TextBlock",
                            "text": "Trouble",
                            "weight": "Bolder",
                            "size": "Medium",
                            "wrap": True,
                            "style": "heading",
                            "color": "Attention",
                        },
                        {"type": "TextBlock", "text": "See *here*.", "wrap": True},
                    ],
                    "msteams": {"width": "full"},
                },
            }
        ],
    }


@pytest.mark.parametrize(
    ("kind", "color"), [("page", "Attention"), ("acknowledged", "Warning"), ("resolved", "Good")]
)
async def test_its_colour_tells_how_it_stands(kind: str, color: str, senders: Senders) -> None:
    async with TeamsServer.open() as server:
        await senders.send(outgoing(kind=kind), teams(server), yes)
        (attachment,) = server.requests[0].json()["attachments"]
    assert attachment["content"]["body"][0]["color"] == color


@pytest.mark.parametrize("letter", ["x", "й", "\x07", '"', "😀"])
async def test_a_card_never_is_larger_than_teams_shows(letter: str, senders: Senders) -> None:
    async with TeamsServer.open() as server:
        told = teams(server, title=letter * 9000, text=letter * 40_000)
        await senders.send(outgoing(kind="notification"), told, yes)
        (request,) = server.requests
    assert BODY_MAX - 10 < len(request.body) <= BODY_MAX, "as much of it as there is room for"
    _, text = request.json()["attachments"][0]["content"]["body"]
    assert text["text"].endswith("…")


async def test_our_own_text_keeps_its_lines_and_its_link(senders: Senders) -> None:
    told = outgoing(alert({"a": "b"}, {"summary": "one\n[two](https://evil.example)"}))
    async with TeamsServer.open() as server:
        await senders.send(told, teams(server), yes)
        _, text = server.requests[0].json()["attachments"][0]["content"]["body"]
    assert f"Acknowledge: {ACK}\n\n" in text["text"]
    assert r"one" + "\n\n" + r"\[two\](" in text["text"]
