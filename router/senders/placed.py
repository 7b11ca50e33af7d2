"""Fills in where a message goes, for an operator who wrote a template there."""

from urllib.parse import urlsplit

import msgspec

from router.core.integration import EmailIntegration
from router.core.outgoing import Outgoing
from router.core.secret import Secret
from router.core.template import is_template
from router.errors import PermanentDeliveryError
from router.senders.clean import MARK
from router.senders.message import Messages


class Placing:
    """The addresses of one delivery; what they came to is never repeated in an error."""

    def __init__(self, name: str, messages: Messages, outgoing: Outgoing) -> None:
        self._name = name
        self._messages = messages
        self._outgoing = outgoing

    def text(self, written: str, field: str, *, optional: bool = False) -> str:
        """What the field says, on one line.

        Raises:
            PermanentDeliveryError: it cannot be filled in, or comes to nothing. An *optional* one
                is empty then.
        """
        if not is_template(written):
            return written
        shown = f"{self._outgoing.target}: {field}"
        said = (self._messages.field(written, self._outgoing, shown) or "").strip()
        if not (said or optional) or not said.isprintable():
            raise self._refusal(field, "comes to nothing that can be used")
        return said

    def secret(self, kept: Secret, field: str) -> str:
        """As `text`, of what may not be shown."""
        return self.text(kept.value, field)

    def url(self, kept: Secret) -> str:
        """The address of a page on the web.

        Raises:
            PermanentDeliveryError: it leads anywhere else.
        """
        said = self.text(kept.value, "url")
        if said == kept.value:
            return said
        try:
            parts = urlsplit(said)
            good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            good = False
        if not good or " " in said or MARK in said:
            raise self._refusal("url", "comes to no address that begins with https:// or http://")
        return said

    def _refusal(self, field: str, what: str) -> PermanentDeliveryError:
        return PermanentDeliveryError(f"{self._name}: the template of {field} {what}")


def addressed(
    outgoing: Outgoing, integration: EmailIntegration, messages: Messages
) -> EmailIntegration:
    """The mail's integration with its sender and recipients filled in.

    Raises:
        PermanentDeliveryError: one of them cannot be.
    """
    if not any(map(is_template, (integration.sender, *integration.to))):
        return integration
    placing = Placing("email", messages, outgoing)
    found = [placing.text(each, "to") for each in integration.to]
    to = tuple(part.strip() for each in found for part in each.split(",") if part.strip())
    sender = placing.text(integration.sender, "from")
    return msgspec.structs.replace(integration, to=to, sender=sender)
