"""Every way out: takes a delivery and an integration, and hands the one to the other's channel."""

import hashlib
import ssl
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any, TextIO
from urllib.parse import urlsplit

import msgspec

from router.core.chat import (
    DiscordIntegration,
    MattermostIntegration,
    Msteamsv2Integration,
    TelegramIntegration,
)
from router.core.integration import (
    AppriseIntegration,
    ConsoleIntegration,
    EmailIntegration,
    Integration,
    OpsgenieIntegration,
    PagerdutyIntegration,
    SlackIntegration,
    SmsIntegration,
    WebhookIntegration,
)
from router.core.moment import SECOND
from router.core.outgoing import Destination, Outgoing, Receipt
from router.core.settings import SlackSettings
from router.core.template import Templates
from router.errors import PermanentDeliveryError
from router.senders.apprise import AppriseSender
from router.senders.clean import one_line
from router.senders.console import ConsoleSender
from router.senders.discord import DiscordSender
from router.senders.email import EmailSender
from router.senders.http import Http, Wanted
from router.senders.mattermost import MattermostSender
from router.senders.message import Messages
from router.senders.msteamsv2 import Msteamsv2Sender
from router.senders.opsgenie import OpsgenieSender
from router.senders.pagerduty import PagerdutySender
from router.senders.slack import SlackSender
from router.senders.slack_reply import reply
from router.senders.sms import SmsSender
from router.senders.telegram import TelegramSender
from router.senders.webhook import WebhookSender
from router.senders.wording import Wording

_CONSOLE = Destination(name="console")
_DETAIL_MAX = 300
_REPLY_SECONDS = 2.0  # Slack waits for three until it says that a press has failed.
_troubles: ContextVar[list[str]] = ContextVar("troubles")
"""What was wrong with the templates of the delivery that is being sent."""


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How many seconds one attempt may take, connection and answer included."""

    http: float = 10.0
    email: float = 30.0
    apprise: float = 20.0


class Senders:
    """All channels, sharing one HTTP session and one set of templates."""

    def __init__(
        self,
        http: Http,
        messages: Messages,
        out: TextIO,
        *,
        console: bool,
        patience: Patience,
        tls: ssl.SSLContext | None,
    ) -> None:
        self._instead = console
        self._http = http
        self._messages = messages
        self._slack = SlackSender(http, messages, patience.http)
        self._email = EmailSender(messages, patience.email, tls)
        self._sms = SmsSender(http, messages, patience.http)
        self._pagerduty = PagerdutySender(http, messages, patience.http)
        self._opsgenie = OpsgenieSender(http, messages, patience.http)
        self._discord = DiscordSender(http, messages, patience.http)
        self._telegram = TelegramSender(http, messages, patience.http)
        self._msteamsv2 = Msteamsv2Sender(http, messages, patience.http)
        self._mattermost = MattermostSender(http, messages, patience.http)
        self._webhook = WebhookSender(http, messages)
        self._apprise = AppriseSender(messages, patience.apprise)
        self._console = ConsoleSender(messages, out)

    @classmethod
    @asynccontextmanager
    async def open(
        cls,
        templates: Path | None = None,
        *,
        console: bool = False,
        out: TextIO | None = None,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        tls: ssl.SSLContext | None = None,
        on_template_error: Callable[[str, str], None] = lambda file, reason: None,
    ) -> AsyncIterator["Senders"]:
        """Open what the channels share.

        Files in `templates` replace the shipped ones of the same name. With `console`, an
        integration that lacks a secret prints to `out` (the terminal) instead. `tls` replaces
        the system's certificate authorities. `on_template_error(file, reason)` is told whenever
        a template failed and the next best text was sent.
        """

        def failed(file: str, reason: str) -> None:
            on_template_error(file, reason)
            _troubles.get([]).append(f"{file}: {reason}")

        messages = Messages(templates, failed)
        async with Http.open(tls) as http:
            yield cls(
                http, messages, out or sys.stdout, console=console, patience=patience, tls=tls
            )

    async def send(self, outgoing: Outgoing, integration: Integration, wanted: Wanted) -> Receipt:
        """Make one attempt. `wanted` is asked once more right before the send begins.

        Raises:
            Withdrawn: it said no, and nothing was sent.
            DeliveryError: not delivered, as far as is known; another attempt may work.
            PermanentDeliveryError: not delivered, and repeating this attempt is no use.
        """
        token = _troubles.set([])
        try:
            receipt = await self._send(outgoing, integration, wanted)
            return _noted(receipt, _troubles.get())
        finally:
            _troubles.reset(token)

    async def reply_to_slack(
        self, slack: SlackSettings, address: str, form: Mapping[str, Any], at: int
    ) -> None:
        """Say something to whoever pressed a button, at the `response_url` of that; see `reply`."""
        await reply(self._http, slack, address, form, at=at, limit=_REPLY_SECONDS)

    def use(self, templates: Templates) -> None:
        """Word messages by these from now on, and by our own where there are none."""
        self._messages.use(templates)

    def route_labels(self, outgoing: Outgoing) -> dict[str, str]:
        """The labels of the snapshot's route, filled in; empty where one cannot be."""
        words = Wording(self._messages, outgoing)
        written = outgoing.snapshot.route_labels.items()
        return {name: words.plain(text) for name, text in written}

    async def _send(self, outgoing: Outgoing, integration: Integration, wanted: Wanted) -> Receipt:
        if missing := integration.missing:
            if self._instead:
                return await self._console.send(outgoing, integration.kind, wanted)
            words = f"{integration.kind}: {', '.join(missing)} is not set"
            raise PermanentDeliveryError(words)
        match integration:
            case SlackIntegration():
                return await self._slack.send(outgoing, integration, wanted)
            case EmailIntegration():
                return await self._email.send(outgoing, integration, wanted)
            case SmsIntegration():
                return await self._sms.send(outgoing, integration, wanted)
            case PagerdutyIntegration():
                return await self._pagerduty.send(outgoing, integration, wanted)
            case OpsgenieIntegration():
                return await self._opsgenie.send(outgoing, integration, wanted)
            case DiscordIntegration():
                return await self._discord.send(outgoing, integration, wanted)
            case TelegramIntegration():
                return await self._telegram.send(outgoing, integration, wanted)
            case Msteamsv2Integration():
                return await self._msteamsv2.send(outgoing, integration, wanted)
            case MattermostIntegration():
                return await self._mattermost.send(outgoing, integration, wanted)
            case WebhookIntegration():
                return await self._webhook.send(outgoing, integration, wanted)
            case AppriseIntegration():
                return await self._apprise.send(outgoing, integration, wanted)
            case ConsoleIntegration():
                return await self._console.send(outgoing, integration.kind, wanted)
        raise PermanentDeliveryError(f"there is no sender for {integration.kind}")

    def destination(self, integration: Integration) -> Destination:
        """The queue of an integration. Names hold hashes where there are secrets."""
        return _CONSOLE if self._instead and integration.missing else destination(integration)


def _noted(receipt: Receipt, troubles: list[str]) -> Receipt:
    """The receipt, for the timeline, with what kept the operator's own words from being used."""
    if not troubles:
        return receipt
    said = f"built-in text, as a template failed: {'; '.join(dict.fromkeys(troubles))}"
    detail = one_line("; ".join(filter(None, (receipt.detail, said))), _DETAIL_MAX)
    return msgspec.structs.replace(receipt, detail=detail)


def destination(integration: Integration) -> Destination:
    """Where an integration's messages queue, and how fast they may go.

    Slack takes about one message a second and channel (docs.slack.dev/apis/web-api/rate-limits),
    Twilio one text a second and long number, PagerDuty about two events a second and key,
    Telegram one message a second and chat, Discord five in two seconds and webhook
    (discord.com/developers/docs/topics/rate-limits), Teams four a second.
    """
    match integration:
        case SlackIntegration(webhook_url=address) if address:
            return Destination(name=f"slack:{_hash(address.value)}", spacing=SECOND)
        case SlackIntegration(token=token, channel=channel):
            name = f"slack:{_hash(token.value if token else '')}:{channel}"
            return Destination(name=name, spacing=SECOND)
        case EmailIntegration(smarthost=smarthost):
            return Destination(name=f"email:{smarthost}", parallel=2)
        case SmsIntegration(sender=sender, account=account):
            return Destination(name=f"sms:{_hash(account.value)}:{sender}", spacing=SECOND)
        case PagerdutyIntegration(api_url=url, routing_key=key):
            return Destination(name=f"pagerduty:{_host(url)}:{_hash(key.value)}", parallel=4)
        case OpsgenieIntegration(api_url=url, api_key=key):
            return Destination(name=f"opsgenie:{_host(url)}:{_hash(key.value)}", parallel=4)
        case TelegramIntegration(bot_token=token, chat_id=chat):
            return Destination(name=f"telegram:{_hash(token.value)}:{chat}", spacing=SECOND)
        case DiscordIntegration(webhook_url=url):
            return Destination(name=f"discord:{_hash(url.value)}", spacing=SECOND * 2 // 5)
        case Msteamsv2Integration(webhook_url=url):
            return Destination(name=f"msteamsv2:{_hash(url.value)}", spacing=SECOND // 4)
        case MattermostIntegration(webhook_url=url):
            return Destination(name=f"mattermost:{_hash(url.value)}", parallel=2)
        case WebhookIntegration(url=url):
            return Destination(name=f"webhook:{_hash(_host(url.value))}", parallel=16)
        case AppriseIntegration(url=url):
            return Destination(name=f"apprise:{_hash(url.value)}")
    return _CONSOLE


@lru_cache(1024)  # As for addresses: with each page its queue is looked up.
def _hash(value: str) -> str:
    return hashlib.sha256(value.encode()).hexdigest()[:12]


@lru_cache(1024)
def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
        return f"{parts.hostname}:{parts.port or parts.scheme}"
    except ValueError:
        return url
