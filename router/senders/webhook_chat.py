"""What the senders to webhooks of chats have in common."""

from typing import TypeVar

from router.core.chat import DiscordIntegration, MattermostIntegration, Msteamsv2Integration
from router.core.outgoing import Outgoing
from router.senders.clean import link_secrets
from router.senders.http import Http, Post
from router.senders.message import Messages
from router.senders.wording import Wording

Integration = DiscordIntegration | MattermostIntegration | Msteamsv2Integration
Shade = TypeVar("Shade", int, str)


class WebhookChatSender:
    """Words messages, and makes the requests that post them; `timeout` is in seconds."""

    def __init__(self, http: Http, messages: Messages, timeout: float) -> None:
        self._http = http
        self._messages = messages
        self._timeout = timeout

    def _wording(self, outgoing: Outgoing) -> Wording:
        """The texts of a delivery."""
        return Wording(self._messages, outgoing)

    def _request(
        self,
        outgoing: Outgoing,
        integration: Integration,
        body: bytes,
        *,
        url: str = "",
        method: str = "POST",
    ) -> Post:
        """The request with this JSON, to another address of the same place if there is an *url*."""
        url = url or integration.webhook_url.value
        return Post(
            name=f"{integration.kind} {integration.webhook_url.origin}",
            method=method,
            url=url,
            body=body,
            headers={"Content-Type": "application/json"},
            timeout=self._timeout,
            at=outgoing.at,
            http=integration.http,
            secrets=link_secrets(url),
        )


def shade(outgoing: Outgoing, *, firing: Shade, resolved: Shade, acknowledged: Shade) -> Shade:
    """The colour that tells how it stands."""
    if outgoing.kind == "acknowledged":
        return acknowledged
    return firing if outgoing.snapshot.status == "firing" else resolved
