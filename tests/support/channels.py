"""Integrations that point at the local servers."""

from router.core.integration import (
    EmailIntegration,
    Integration,
    PagerdutyIntegration,
    SlackIntegration,
    SmsIntegration,
    WebhookIntegration,
)
from router.core.secret import Secret
from support.chat_servers import (
    DiscordServer,
    MattermostServer,
    OpsgenieServer,
    TeamsServer,
    TelegramServer,
)
from support.chats import discord, mattermost, opsgenie, teams, telegram
from support.servers import HttpServer, PagerdutyServer, SlackServer, TwilioServer, WebhookServer

ROUTING_KEY = "R0" + "k" * 30
HOOK_SECRET = "hook-signing-secret"
STRICT = ("slack bot", "slack webhook", "sms", "telegram")
"""The channels whose success is a certain answer, so that another 200 leaves it open."""
HTTP_CHANNELS = (
    *STRICT,
    "pagerduty",
    "opsgenie",
    "discord",
    "msteamsv2",
    "mattermost",
    "webhook",
)


def bot(server: SlackServer, channel: str = "#ops") -> SlackIntegration:
    """A Slack channel by bot token."""
    token = Secret("${SLACK_TOKEN}", server.token)
    return SlackIntegration(channel=channel, token=token, api_url=server.api_url)


def slack_hook(server: SlackServer) -> SlackIntegration:
    """A Slack channel by incoming webhook."""
    url = f"{server.url}/services/T00000000/B00000000/hooksecretXXXXXXXX"
    return SlackIntegration(webhook_url=Secret("${SLACK_URL}", url))


def sms(server: TwilioServer, to: str = "+15555550101") -> SmsIntegration:
    """A text message by Twilio."""
    return SmsIntegration(
        to=to,
        sender="+15555550100",
        account=Secret("${TWILIO_SID}", server.account),
        token=Secret("${TWILIO_TOKEN}", server.token),
        api_url=server.url,
    )


def pager(server: PagerdutyServer) -> PagerdutyIntegration:
    """A PagerDuty service."""
    key = Secret("${PAGERDUTY_KEY}", ROUTING_KEY)
    return PagerdutyIntegration(routing_key=key, api_url=server.url)


def hook(
    server: HttpServer, *, signed: bool = True, max_alerts: int = 0, timeout: int = 10_000_000
) -> WebhookIntegration:
    """A webhook."""
    return WebhookIntegration(
        url=Secret("${HOOK_URL}", f"{server.url}/hooks/pathsecret42?key=querysecret42"),
        secret=Secret("${HOOK_SECRET}", HOOK_SECRET) if signed else None,
        max_alerts=max_alerts,
        timeout=timeout,
    )


def email(smarthost: str, *to: str, tls: str = "auto", password: str = "") -> EmailIntegration:
    """Mail to Ana, or to the addresses given."""
    return EmailIntegration(
        to=to or ("Ana Lima <ana@example.com>",),
        sender="Tocsin <tocsin@example.com>",
        smarthost=smarthost,
        username="tocsin" if password else "",
        password=Secret("${SMTP_PASSWORD}", password) if password else None,
        tls=tls,
    )


def of(channel: str) -> type[HttpServer]:
    """The kind of server one of HTTP_CHANNELS talks to."""
    kinds: dict[str, type[HttpServer]] = {
        "slack bot": SlackServer,
        "slack webhook": SlackServer,
        "sms": TwilioServer,
        "pagerduty": PagerdutyServer,
        "opsgenie": OpsgenieServer,
        "discord": DiscordServer,
        "telegram": TelegramServer,
        "msteamsv2": TeamsServer,
        "mattermost": MattermostServer,
        "webhook": WebhookServer,
    }
    return kinds[channel]


def integration(channel: str, server: HttpServer, *, hasty: bool = False) -> Integration:
    """One of HTTP_CHANNELS, pointed at its server; a hasty webhook waits a quarter of a second."""
    match server:
        case SlackServer():
            return bot(server) if channel == "slack bot" else slack_hook(server)
        case TwilioServer():
            return sms(server)
        case PagerdutyServer():
            return pager(server)
        case OpsgenieServer():
            return opsgenie(server)
        case DiscordServer():
            return discord(server)
        case TelegramServer():
            return telegram(server)
        case TeamsServer():
            return teams(server)
        case MattermostServer():
            return mattermost(server)
    return hook(server, timeout=250_000 if hasty else 10_000_000)
