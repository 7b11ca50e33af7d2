"""Writes the mail of a delivery, whatever stands in its labels and addresses."""

import hashlib
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses

from router.core.integration import EmailIntegration
from router.core.moment import to_datetime
from router.core.outgoing import Outgoing
from router.errors import PermanentDeliveryError
from router.senders.clean import one_line
from router.senders.message import Messages
from router.senders.view import view
from router.senders.worded_mail import worded
from router.senders.wording import Wording


def addresses(integration: EmailIntegration) -> list[str]:
    """Every recipient's bare address, each once.

    Raises:
        PermanentDeliveryError: one of them is not an address that SMTP can carry.
    """
    if not integration.to:
        raise PermanentDeliveryError("email: there is no address to write to")
    return list(dict.fromkeys(address(to).addr_spec for to in integration.to))


def compose(outgoing: Outgoing, integration: EmailIntegration, messages: Messages) -> EmailMessage:
    """The mail: text and HTML, with ids that tie repeats and threads together.

    Every attempt of a key has the same Message-ID, so mail programs fold repeats into one; all
    mails of one subject refer to the same thread. RFC 3834 marks them as written by a machine.
    """
    sender = address(integration.sender)
    if integration.worded:
        to = [address(each) for each in integration.to]
        return worded(outgoing, integration, Wording(messages, outgoing), sender, to)
    data = view(outgoing)
    thread = f"<thread-{_hash(outgoing.subject)}@{sender.domain}>"
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = messages.text("email.subject", data)
    mail["From"] = sender
    mail["To"] = [address(to) for to in integration.to]
    mail["Date"] = format_datetime(to_datetime(outgoing.at))
    mail["Message-ID"] = f"<{_hash(outgoing.key)}@{sender.domain}>"
    mail["In-Reply-To"] = thread
    mail["References"] = thread
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Tocsin-Attempt"] = str(outgoing.attempt)
    mail.set_content(messages.text("email.txt", data), cte="quoted-printable")
    mail.add_alternative(messages.text("email.html", data), subtype="html", cte="quoted-printable")
    return mail


def address(text: str) -> Address:
    """An address as routes.toml writes it: bare, or `Name <name@example.com>`.

    Raises:
        PermanentDeliveryError: it is not an address that SMTP can carry.
    """
    try:
        [(name, spec)] = getaddresses([text])
        found = Address(one_line(name, 200), addr_spec=spec)
        usable = bool(found.username and found.domain) and spec.isascii() and text.isprintable()
    except (ValueError, IndexError, AttributeError, MessageError):
        usable = False
    if not usable:
        words = f"email: {one_line(text, 100)!r} is not an address that can be written to"
        raise PermanentDeliveryError(words)
    return found


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:32]
