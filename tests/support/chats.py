"""Integrations that point at the local chat servers."""

from typing import Any

from router.core.chat import (
    DiscordIntegration,
    MattermostIntegration,
    Msteamsv2Integration,
    TelegramIntegration,
)
from router.core.integration import OpsgenieIntegration
from router.core.secret import Secret
from support.chat_servers import DiscordServer, OpsgenieServer, TelegramServer
from support.servers import HttpServer

CHAT = "-1001234567890"


def discord(server: DiscordServer, **fields: Any) -> DiscordIntegration:
    """A Discord channel."""
    return DiscordIntegration(webhook_url=Secret("${DISCORD}", server.webhook_url), **fields)


def telegram(server: TelegramServer, chat_id: str = CHAT, **fields: Any) -> TelegramIntegration:
    """A Telegram chat."""
    token = Secret("${TELEGRAM}", server.token)
    return TelegramIntegration(bot_token=token, chat_id=chat_id, api_url=server.url, **fields)


def teams(server: HttpServer, **fields: Any) -> Msteamsv2Integration:
    """A Teams channel."""
    url = f"{server.url}/workflows/abc/triggers/manual/paths/invoke?sig=teamssecret42"
    return Msteamsv2Integration(webhook_url=Secret("${TEAMS}", url), **fields)


def mattermost(server: HttpServer, **fields: Any) -> MattermostIntegration:
    """A Mattermost channel."""
    url = f"{server.url}/hooks/mattermostsecret42"
    return MattermostIntegration(webhook_url=Secret("${MATTERMOST}", url), **fields)


def opsgenie(server: OpsgenieServer, **fields: Any) -> OpsgenieIntegration:
    """An Opsgenie integration."""
    key = Secret("${OPSGENIE}", server.key)
    return OpsgenieIntegration(api_key=key, api_url=server.url, **fields)
