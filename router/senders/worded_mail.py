"""Writes a mail with a receiver's own headers, text and HTML."""

import hashlib
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape
from typing import Any

from router.core.integration import EmailIntegration
from router.core.moment import to_datetime
from router.core.outgoing import Outgoing
from router.senders.clean import one_line
from router.senders.wording import Wording

_Make = Callable[[], Any]
_TEXT_MAX = 100_000
_HEADER_MAX = 900  # RFC 5322 2.1.1 lets a line have 998.


def worded(
    outgoing: Outgoing,
    integration: EmailIntegration,
    words: Wording,
    sender: Address,
    to: list[Address],
) -> EmailMessage:
    """The mail: own headers first, then what they leave out; text before HTML (RFC 2046 5.1.4).

    A part that says nothing is left out; if both do, the text is ours.
    """
    mail = EmailMessage(policy=SMTP)
    for name, text in integration.headers.items():
        mail[name] = one_line(words.plain(text), _HEADER_MAX)
    missing: dict[str, _Make] = {
        "Subject": lambda: words.text(None, "email.subject"),
        "From": lambda: sender,
        "To": lambda: to,
        "Message-ID": lambda: f"<{_hash(outgoing.key)}@{sender.domain}>",
        "Date": lambda: format_datetime(to_datetime(outgoing.at)),
        "MIME-Version": lambda: "1.0",
        "Auto-Submitted": lambda: "auto-generated",
        "X-Tocsin-Attempt": lambda: str(outgoing.attempt),
        **_thread(outgoing, integration),
    }
    for name, value in missing.items():
        if name not in mail:
            mail[name] = value()
    html, text = _parts(integration, words)
    if text:
        mail.add_alternative(text, cte="quoted-printable")
    if html:
        mail.add_alternative(html, subtype="html", cte="quoted-printable")
    return mail


def _parts(integration: EmailIntegration, words: Wording) -> tuple[str, str]:
    """The HTML and the text. Where neither is worded both are ours, else the other is left out;
    a page's answer link is in each."""
    neither = not integration.html and not integration.text
    html = words.text(integration.html, "email.html") if integration.html else ""
    if neither and integration.html is None:
        html = words.text(None, "email.html")
    text = ""
    if neither or integration.text:
        text = words.body(integration.text or None, "email.txt", limit=_TEXT_MAX)
    link = escape(words.data["ack_url"])
    if html and link and link not in html and words.data["ack_url"] not in html:
        html += f'\n<p>Acknowledge: <a href="{link}">{link}</a></p>\n'
    return html, text


def _thread(outgoing: Outgoing, integration: EmailIntegration) -> dict[str, _Make]:
    """What makes mail programs show all mails of a group together, a day's at a time if asked."""
    if not integration.threading:
        return {}
    day = f"{to_datetime(outgoing.at):%Y-%m-%d}" if integration.threading == "daily" else ""
    group = hashlib.sha256(outgoing.snapshot.group_key.encode()).hexdigest()[:16]
    root = f"<alert-{group}-{day}@alertmanager>"
    return {"References": lambda: root, "In-Reply-To": lambda: root}


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
