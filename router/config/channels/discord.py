"""Discord: a channel, or a person's own one, by its webhook."""

from typing import Any

from router.config.channels import webhook_chat
from router.config.channels.channel import flags, texts
from router.config.table import Table
from router.core.chat import DiscordIntegration


def _own(table: Table) -> dict[str, Any]:
    said = texts(table, "title", "message", "content", "username", "avatar_url")
    return {**said, **flags(table, "update_message")}


CHANNEL = webhook_chat.to_people(DiscordIntegration, _own, "discord")
