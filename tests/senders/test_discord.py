"""What Discord is sent, when a message is edited, and how little of it acts."""

import pytest
from support.chat_servers import DiscordServer
from support.chats import discord
from support.outgoing import ACK, alert, outgoing, yes
from support.servers import Answer

from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.senders import Senders


async def test_a_notification_is_one_embed_of_the_receivers_own_words(senders: Senders) -> None:
    async with DiscordServer.open() as server:
        told = discord(
            server,
            title="Trouble",
            message="See the board.",
            content="<@&42>",
            username="Tocsin",
            avatar_url="https://example.com/bell.png",
        )
        receipt = await senders.send(outgoing(kind="notification"), told, yes)
        (request,) = server.requests
    assert (request.method, request.path) == ("POST", server.path)
    assert request.headers["Content-Type"] == "application/json"
    assert request.json() == {
        "content": "<@&42>",
        "embeds": [{"title": "Trouble", "description": "See the board.", "color": 10038562}],
        "username": "Tocsin",
        "avatar_url": "https://example.com/bell.png",
    }
    assert receipt.ref == ""


@pytest.mark.parametrize(
    ("kind", "color"), [("page", 10038562), ("acknowledged", 9807270), ("resolved", 3066993)]
)
async def test_its_colour_tells_how_it_stands(kind: str, color: int, senders: Senders) -> None:
    async with DiscordServer.open() as server:
        await senders.send(outgoing(kind=kind), discord(server), yes)
        (embed,) = server.requests[0].json()["embeds"]
    assert embed["color"] == color


async def test_texts_are_cut_to_what_discord_takes(senders: Senders) -> None:
    async with DiscordServer.open() as server:
        told = discord(server, title="й" * 300, message="😀" * 5000, content="c" * 2001)
        await senders.send(outgoing(kind="notification"), told, yes)
        sent = server.requests[0].json()
    (embed,) = sent["embeds"]
    assert embed["title"] == "й" * 255 + "…"
    assert embed["description"] == "😀" * 4095 + "…"
    assert sent["content"] == "c" * 1999 + "…"


async def test_labels_cannot_act(senders: Senders) -> None:
    hostile = "**b** [safe](https://evil.example/) <@1> `x` ||y|| # z"
    async with DiscordServer.open() as server:
        await senders.send(outgoing(alert({"a": "b"}, {"summary": hostile})), discord(server), yes)
        (embed,) = server.requests[0].json()["embeds"]
    shown = r"\*\*b\*\* \[safe\](https://evil.example/) \<@1\> \`x\` \|\|y\|\| \# z"
    assert shown in embed["description"]
    assert ACK in embed["description"], "a web address leads where it led"


async def test_a_page_in_ones_own_words_still_has_its_answer_link(senders: Senders) -> None:
    async with DiscordServer.open() as server:
        await senders.send(outgoing(), discord(server, message="Wake up"), yes)
        (embed,) = server.requests[0].json()["embeds"]
    assert embed["description"] == f"Wake up\n\nAcknowledge: {ACK}"


async def test_with_update_message_news_edits_what_was_posted(senders: Senders) -> None:
    async with DiscordServer.open() as server:
        told = discord(server, update_message=True, message="now")
        first = await senders.send(outgoing(kind="notification"), told, yes)
        news = outgoing(alert(firing=False), kind="notification", ref=first.ref)
        second = await senders.send(news, told, yes)
        page = await senders.send(outgoing(ref=first.ref), told, yes)
    paths = [(request.method, request.path) for request in server.requests]
    assert paths[0] == ("POST", f"{server.path}?wait=true")
    assert paths[1] == ("PATCH", f"{server.path}/messages/{first.ref}")
    assert paths[2] == ("POST", f"{server.path}?wait=true"), "an edit would ring nobody"
    assert second.ref == first.ref
    assert page.ref != first.ref
    assert server.messages[first.ref]["embeds"][0]["color"] == 3066993


async def test_a_message_that_is_gone_is_posted_anew(senders: Senders) -> None:
    async with DiscordServer.open() as server:
        told = discord(server, update_message=True)
        receipt = await senders.send(outgoing(kind="notification", ref="999"), told, yes)
        assert list(server.messages) == [receipt.ref]


async def test_it_says_in_the_body_how_long_to_wait(senders: Senders) -> None:
    async with DiscordServer.open() as server:
        server.answers = [Answer(429, b'{"message":"slow down","retry_after":0.65}')]
        with pytest.raises(DeliveryError) as caught:
            await senders.send(outgoing(), discord(server), yes)
    assert caught.value.retry_after == 0.65


async def test_a_deleted_webhook_is_for_ever(senders: Senders) -> None:
    async with DiscordServer.open() as server:
        server.answers = [server.refuses(404, 10015, "Unknown Webhook")]
        with pytest.raises(PermanentDeliveryError, match="Unknown Webhook"):
            await senders.send(outgoing(), discord(server), yes)
