"""What a mail server is sent, and what becomes of a mail that it does not take."""

import asyncio
import socket
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest
from support.channels import email
from support.outgoing import ACK, alert, no, outgoing, yes
from support.smtp import SmtpServer

from router.core.integration import EmailIntegration
from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.senders.senders import Senders


async def test_a_page_arrives(senders: Senders, smtp: SmtpServer) -> None:
    receipt = await senders.send(outgoing(), email(smtp.smarthost), yes)
    mail = smtp.mails[0]
    assert (mail.sender, mail.recipients) == ("tocsin@example.com", ["ana@example.com"])
    message = mail.message
    assert message["Subject"] == "[FIRING] critical: DiskFull (incident #7)"
    assert message["From"] == "Tocsin <tocsin@example.com>"
    assert message["To"] == "Ana Lima <ana@example.com>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(message["Date"]).isoformat() == "2026-01-05T09:00:00+00:00"
    assert message.get_content_type() == "multipart/alternative"
    kinds = [part.get_content_type() for part in message.iter_parts()]
    assert kinds == ["text/plain", "text/html"]
    assert mail.part("plain").startswith(
        "[FIRING] critical: DiskFull\n\n"
        f"Acknowledge (I am on it): {ACK}\n\n"
        "Disk of db1 is 97 % full\n\n"
        "- firing: DiskFull\n  since 2026-01-05 08:55:00 UTC (5m)\n"
        "  labels: alertname=DiskFull instance=db1"
    )
    assert f'<a href="{ACK}"' in mail.part("html")
    assert receipt.ref == message["Message-ID"]


async def test_a_repeat_has_the_same_message_id(senders: Senders, smtp: SmtpServer) -> None:
    for attempt in (1, 2):
        await senders.send(outgoing(attempt=attempt), email(smtp.smarthost), yes)
    await senders.send(outgoing(key="another"), email(smtp.smarthost), yes)
    first, second, other = (mail.message["Message-ID"] for mail in smtp.mails)
    assert first == second != other


async def test_mails_of_one_subject_form_a_thread(senders: Senders, smtp: SmtpServer) -> None:
    for kind in ("page", "acknowledged", "resolved"):
        await senders.send(outgoing(kind=kind, key=kind), email(smtp.smarthost), yes)
    await senders.send(outgoing(key="o", subject="i1/incident/8"), email(smtp.smarthost), yes)
    threads = [mail.message["References"] for mail in smtp.mails]
    assert threads[0] == threads[1] == threads[2] != threads[3]
    assert threads == [mail.message["In-Reply-To"] for mail in smtp.mails]
    assert [mail.message["Subject"] for mail in smtp.mails[1:3]] == [
        "[ACKNOWLEDGED] critical: DiskFull (incident #7)",
        "[RESOLVED] critical: DiskFull (incident #7)",
    ]


async def test_several_people_get_one_mail(senders: Senders, smtp: SmtpServer) -> None:
    several = email(smtp.smarthost, "a@example.com", "B <b@example.com>", "a@example.com")
    await senders.send(outgoing(), several, yes)
    assert [mail.recipients for mail in smtp.mails] == [["a@example.com", "b@example.com"]]


@pytest.mark.parametrize(
    ("reply", "permanent"),
    [
        pytest.param("451 4.3.0 try later", False, id="451 may pass"),
        pytest.param("452 4.2.2 full", False, id="452 may pass"),
        pytest.param("550 5.7.1 spam", True, id="550 is for ever"),
        pytest.param("554 5.6.0 no", True, id="554 is for ever"),
    ],
)
@pytest.mark.parametrize("where", ["rcpt", "data"])
async def test_a_refusal(
    where: str, reply: str, permanent: bool, senders: Senders, smtp: SmtpServer
) -> None:
    if where == "rcpt":
        smtp.rcpt["ana@example.com"] = reply
    else:
        smtp.data = [reply]
    with pytest.raises(DeliveryError, match=reply[:3]) as caught:
        await senders.send(outgoing(), email(smtp.smarthost), yes)
    assert isinstance(caught.value, PermanentDeliveryError) is permanent
    assert caught.value.ambiguous is False
    assert smtp.mails == []


async def test_a_connection_lost_after_the_mail_leaves_it_open(
    senders: Senders, smtp: SmtpServer
) -> None:
    smtp.data = ["drop"]
    with pytest.raises(DeliveryError, match="broke while sending") as caught:
        await senders.send(outgoing(), email(smtp.smarthost), yes)
    assert caught.value.ambiguous is True


async def test_no_answer_after_the_mail_leaves_it_open(hasty: Senders, smtp: SmtpServer) -> None:
    smtp.data = ["hang"]
    with pytest.raises(DeliveryError, match="no answer") as caught:
        await hasty.send(outgoing(), email(smtp.smarthost), yes)
    assert caught.value.ambiguous is True


async def test_a_server_that_never_greets_is_certain(hasty: Senders, smtp: SmtpServer) -> None:
    smtp.greeting_delay = 5
    with pytest.raises(DeliveryError, match=r"no answer within 0\.25 s") as caught:
        await hasty.send(outgoing(), email(smtp.smarthost), yes)
    assert caught.value.ambiguous is False
    assert b"DATA" not in smtp.received


async def test_a_server_that_is_not_there_is_certain(senders: Senders) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        smarthost = f"127.0.0.1:{gone.getsockname()[1]}"
    with pytest.raises(DeliveryError) as caught:
        await senders.send(outgoing(), email(smarthost), yes)
    assert not isinstance(caught.value, PermanentDeliveryError)
    assert caught.value.ambiguous is False


async def test_a_withdrawn_page_stops_before_data(senders: Senders, smtp: SmtpServer) -> None:
    with pytest.raises(Withdrawn):
        await senders.send(outgoing(), email(smtp.smarthost), no)
    await asyncio.sleep(0.02)
    assert smtp.received.endswith(b"RCPT TO:<ana@example.com>\r\nQUIT\r\n")
    assert smtp.mails == []


async def test_a_page_answered_while_the_server_greets_stops_before_data(
    senders: Senders, smtp: SmtpServer
) -> None:
    wanted = True

    def answered() -> None:
        nonlocal wanted
        wanted = False

    smtp.greeting_delay = 0.2
    asyncio.get_running_loop().call_later(0.1, answered)
    with pytest.raises(Withdrawn):
        await senders.send(outgoing(), email(smtp.smarthost), lambda: wanted)
    assert b"RCPT" in smtp.received
    assert b"DATA" not in smtp.received


async def test_who_is_put_off_gets_it_later_and_nobody_twice(
    senders: Senders, smtp: SmtpServer
) -> None:
    smtp.rcpt = {"b@example.com": "450 4.2.0 greylisted", "c@example.com": "550 5.1.1 unknown"}
    three = email(smtp.smarthost, "a@example.com", "b@example.com", "c@example.com")
    for _ in range(2):
        with pytest.raises(DeliveryError, match=r"put off for b@example\.com") as caught:
            await senders.send(outgoing(), three, yes)
        assert not isinstance(caught.value, PermanentDeliveryError)
    smtp.rcpt.clear()
    await senders.send(outgoing(), three, yes)
    assert [mail.recipients for mail in smtp.mails] == [["a@example.com"], ["b@example.com"]]


async def test_one_wrong_address_does_not_stop_the_others(
    senders: Senders, smtp: SmtpServer
) -> None:
    smtp.rcpt = {"gone@example.com": "550 5.1.1 unknown"}
    receipt = await senders.send(
        outgoing(), email(smtp.smarthost, "gone@example.com", "b@example.com"), yes
    )
    assert receipt.detail == "refused for gone@example.com"
    assert smtp.mails[0].recipients == ["b@example.com"]


async def test_one_put_off_and_one_refused_may_pass(senders: Senders, smtp: SmtpServer) -> None:
    smtp.rcpt = {"a@example.com": "450 later", "b@example.com": "550 never"}
    with pytest.raises(DeliveryError) as caught:
        await senders.send(outgoing(), email(smtp.smarthost, "a@example.com", "b@example.com"), yes)
    assert not isinstance(caught.value, PermanentDeliveryError)
    assert caught.value.ambiguous is False


EVIL = 'up\r\nBcc: evil@example.com\r\n\r\n<script>alert("x")</script>\u202e\x00\x1b[31m'


async def test_no_label_can_add_a_header_or_a_script(senders: Senders, smtp: SmtpServer) -> None:
    told = {"group_labels": {"alertname": EVIL}, "severity": EVIL, "note": EVIL}
    page = outgoing(alert({"alertname": EVIL, EVIL: EVIL}, {"summary": EVIL}), snapshot=told)
    await senders.send(page, email(smtp.smarthost), yes)
    mail = smtp.mails[0]
    assert mail.message["Bcc"] is None
    assert mail.recipients == ["ana@example.com"]
    assert mail.message["Subject"].startswith("[FIRING] up Bcc: evil@example.com <script>")
    assert "<script" not in mail.part("html")
    assert "&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt;" in mail.part("html")
    for text in (mail.message["Subject"], mail.part("plain"), mail.part("html")):
        assert not set(text) & set("\u202e\x00\x1b\r")


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "data:text/html,x", "//evil", 'https://a/"><script>', "x y"]
)
async def test_links_lead_to_web_pages_only(link: str, senders: Senders, smtp: SmtpServer) -> None:
    page = outgoing(alert({}, {"runbook_url": link, "dashboard_url": link}, url=link))
    await senders.send(page, email(smtp.smarthost), yes)
    html = smtp.mails[0].part("html")
    assert 'href="javascript' not in html
    assert 'href="data' not in html
    assert 'href="//' not in html
    assert "<script" not in html


async def test_every_line_fits_smtp(senders: Senders, smtp: SmtpServer) -> None:
    long = alert({"alertname": "ü" * 900}, {"summary": "wort" * 600, "description": "." * 999})
    await senders.send(outgoing(long), email(smtp.smarthost), yes)
    assert max(len(line) for line in smtp.mails[0].raw.split(b"\r\n")) <= 998
    assert "wort" * 100 in smtp.mails[0].part("plain")


@pytest.mark.parametrize(
    "to",
    [
        *("", "nobody", "@example.com", "a@", "a b@example.com", "a@example.com, b@example.com"),
        *("a@example.com\r\nRCPT TO:<evil@example.com>", "ü@example.com", "<>"),
    ],
)
async def test_an_address_smtp_cannot_carry_is_for_ever(
    to: str, senders: Senders, smtp: SmtpServer
) -> None:
    wrong = EmailIntegration(to=(to,), sender="t@example.com", smarthost=smtp.smarthost)
    with pytest.raises(PermanentDeliveryError):
        await senders.send(outgoing(), wrong, yes)
    assert smtp.received == b""


async def test_a_greeting_name_that_breaks_the_protocol_is_for_ever(
    senders: Senders, smtp: SmtpServer
) -> None:
    wrong = EmailIntegration(
        to=("a@example.com",), sender="t@example.com", smarthost=smtp.smarthost, hello="a b\r\n"
    )
    with pytest.raises(PermanentDeliveryError, match="local_hostname"):
        await senders.send(outgoing(), wrong, yes)


async def test_a_template_of_nothing_but_dots_does_not_end_the_mail(
    tmp_path: Path, smtp: SmtpServer
) -> None:
    (tmp_path / "email.txt.j2").write_text("above\n.\nbelow {{ ack_url }}\n")
    async with Senders.open(tmp_path) as dotted:
        await dotted.send(outgoing(), email(smtp.smarthost), yes)
    assert smtp.mails[0].part("plain") == f"above\n.\nbelow {ACK}\n"
