"""What Telegram is sent, and that what it cannot parse is said in plain text."""

import pytest
from support.chat_servers import TelegramServer
from support.chats import CHAT, telegram
from support.outgoing import ACK, alert, outgoing, yes

from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.senders import Senders


async def test_a_notification_in_the_receivers_own_words(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        told = telegram(
            server, message="<b>Down</b>", message_thread_id=7, disable_notifications=True
        )
        receipt = await senders.send(outgoing(kind="notification"), told, yes)
        (request,) = server.requests
    assert request.path == f"/bot{server.token}/sendMessage"
    assert request.json() == {
        "chat_id": CHAT,
        "text": "<b>Down</b>",
        "parse_mode": "HTML",
        "message_thread_id": "7",
        "disable_notification": "true",
        "disable_web_page_preview": "true",
    }
    assert receipt.ref == f"{CHAT}:40"


@pytest.mark.parametrize(
    ("mode", "shown"),
    [
        ("HTML", "&lt;b&gt; a_b &amp; [x](y)!"),
        ("MarkdownV2", r"<b\> a\_b & \[x\]\(y\)\!"),
        ("Markdown", r"<b> a\_b & \[x](y)!"),
        ("", "<b> a_b & [x](y)!"),
    ],
)
async def test_labels_cannot_act(mode: str, shown: str, senders: Senders) -> None:
    async with TelegramServer.open() as server:
        told = telegram(server, parse_mode=mode)
        await senders.send(outgoing(alert({}, {"summary": "<b> a_b & [x](y)!"})), told, yes)
        sent = server.requests[0].json()
    assert shown in sent["text"]
    assert sent.get("parse_mode", "") == mode


async def test_a_page_says_what_and_where_to_answer(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        await senders.send(outgoing(), telegram(server), yes)
        text = server.requests[0].json()["text"]
    assert text.startswith("[FIRING] critical: DiskFull")
    assert ACK in text


async def test_too_long_a_text_is_cut_and_no_tag_is(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        notification = outgoing(kind="notification")
        await senders.send(notification, telegram(server, message="<b>й&amp;</b>" * 2000), yes)
        await senders.send(notification, telegram(server, message="й" * 5000, parse_mode=""), yes)
        html, plain = (request.json() for request in server.requests)
    assert html["text"] == "й&" * 2000
    assert "parse_mode" not in html
    assert plain["text"] == "й" * 4095 + "…"


async def test_what_telegram_cannot_parse_is_sent_as_plain_text(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        told = telegram(server, message="<b>Down</b> 1 < 2 &amp; up")
        await senders.send(outgoing(kind="notification"), told, yes)
        first, second = (request.json() for request in server.requests)
    assert first["parse_mode"] == "HTML"
    assert "parse_mode" not in second
    assert second["text"] == "Down 1 < 2 & up"


async def test_a_group_that_became_a_supergroup_is_followed(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        server.moved = {CHAT: -1009999}
        receipt = await senders.send(outgoing(), telegram(server), yes)
        assert [request.json()["chat_id"] for request in server.requests] == [CHAT, "-1009999"]
    assert receipt.ref.startswith("-1009999:")


async def test_with_update_message_news_edits_what_was_sent(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        told = telegram(server, update_message=True)
        first = await senders.send(outgoing(kind="notification"), told, yes)
        news = outgoing(alert(firing=False), kind="notification", ref=first.ref)
        second = await senders.send(news, told, yes)
        again = await senders.send(news, told, yes)
        assert second.ref == again.ref == first.ref
        assert len(server.messages) == 1
        await senders.send(outgoing(ref=first.ref), told, yes)
        assert len(server.messages) == 2, "a page is a new message: an edit would ring nobody"


async def test_a_message_that_is_gone_is_sent_anew(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        told = telegram(server, update_message=True)
        receipt = await senders.send(outgoing(kind="notification", ref=f"{CHAT}:9"), told, yes)
        assert receipt.ref == f"{CHAT}:40"


async def test_it_says_in_the_body_how_long_to_wait(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        server.answers = [server.refuses(429, "Too Many Requests: retry after 31", retry_after=31)]
        with pytest.raises(DeliveryError, match="Too Many Requests") as caught:
            await senders.send(outgoing(), telegram(server), yes)
    assert caught.value.retry_after == 31


async def test_a_bot_that_was_thrown_out_is_for_ever(senders: Senders) -> None:
    async with TelegramServer.open() as server:
        server.answers = [server.refuses(403, "Forbidden: bot was kicked from the group chat")]
        with pytest.raises(PermanentDeliveryError, match="bot was kicked"):
            await senders.send(outgoing(), telegram(server), yes)
