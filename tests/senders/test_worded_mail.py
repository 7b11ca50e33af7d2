"""What a mail is like when a receiver words it itself, and how it logs in."""

import hashlib

import msgspec
import pytest
from support.channels import email
from support.outgoing import ACK, outgoing, yes
from support.smtp import SmtpServer
from support.told import Told

from router.core.integration import EmailIntegration
from router.core.outgoing import Outgoing
from router.core.secret import Secret
from router.senders.mail import compose
from router.senders.senders import Senders

NEWS = outgoing(kind="notification")
GROUP = hashlib.sha256(b'{}:{alertname="DiskFull"}').hexdigest()


def worded(**fields: object) -> EmailIntegration:
    return msgspec.structs.replace(email("mx:25"), **fields)


async def test_own_headers_text_and_html_are_sent(senders: Senders, smtp: SmtpServer) -> None:
    told = msgspec.structs.replace(
        email(smtp.smarthost),
        headers={"subject": "Störung\r\nBcc: x@y", "X-Team": "dba", "To": "Ops <ops@example.com>"},
        html="<p>über</p>",
        text="plain",
    )
    await senders.send(NEWS, told, yes)
    (mail,) = smtp.mails
    message = mail.message
    assert mail.recipients == ["ana@example.com"]
    assert message["Subject"] == "Störung Bcc: x@y"
    assert b"=?utf-8?q?" in mail.raw
    assert (message["X-Team"], message["To"]) == ("dba", "Ops <ops@example.com>")
    assert message["From"] == "Tocsin <tocsin@example.com>"
    assert message["Message-ID"]
    assert message["MIME-Version"] == "1.0"
    assert message["Bcc"] is None
    assert message.get_content_type() == "multipart/alternative"
    parts = list(message.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part["Content-Transfer-Encoding"] for part in parts] == ["quoted-printable"] * 2
    assert [part.get_content().strip() for part in parts] == ["plain", "<p>über</p>"]


def parts(told: Told, delivery: Outgoing, **fields: object) -> dict[str, str]:
    mail = compose(delivery, worded(**fields), told.messages)
    return {part.get_content_subtype(): str(part.get_content()) for part in mail.iter_parts()}


def test_a_part_that_says_nothing_is_left_out(told: Told) -> None:
    assert list(parts(told, NEWS, html="<p>x</p>")) == ["html"]
    assert list(parts(told, NEWS, html="", text="x")) == ["plain"]
    assert "DiskFull" in parts(told, NEWS, html="", text="")["plain"], "a mail says something"


def test_a_page_says_where_to_answer_whatever_the_words(told: Told) -> None:
    assert f'<a href="{ACK}">' in parts(told, outgoing(), html="<p>x</p>")["html"]
    assert parts(told, outgoing(), text="x")["plain"].strip() == f"x\n\nAcknowledge: {ACK}"


@pytest.mark.parametrize(("threading", "day"), [("none", ""), ("daily", "2026-01-05"), ("", None)])
def test_a_groups_mails_are_one_thread(threading: str, day: str | None, told: Told) -> None:
    mail = compose(NEWS, worded(text="x", threading=threading), told.messages)
    root = None if day is None else f"<alert-{GROUP[:16]}-{day}@alertmanager>"
    assert (mail["References"], mail["In-Reply-To"]) == (root, root)


@pytest.mark.parametrize(
    ("fields", "way"),
    [
        ({"password": Secret("p", "smtp-test-password")}, b"AUTH LOGIN"),
        ({"auth_secret": Secret("s", "x")}, b"AUTH CRAM-MD5"),
    ],
)
async def test_it_logs_in_by_what_the_server_offers_and_it_has(
    fields: dict[str, Secret], way: bytes, senders: Senders
) -> None:
    async with SmtpServer.open(login=True) as server:
        told = msgspec.structs.replace(
            email(server.smarthost, tls="none"), username="tocsin", **fields
        )
        if way == b"AUTH CRAM-MD5":
            with pytest.raises(Exception, match="no way to log in"):
                await senders.send(NEWS, told, yes)
            assert b"AUTH" not in server.received
        else:
            await senders.send(NEWS, told, yes)
            assert way in bytes(server.received)
            assert server.mails[0].login == "tocsin"
