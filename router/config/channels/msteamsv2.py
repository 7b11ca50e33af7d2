"""Microsoft Teams: a channel, or a chat with a person, by a workflow's address."""

from router.config.channels import webhook_chat
from router.config.channels.channel import texts
from router.core.chat import Msteamsv2Integration

CHANNEL = webhook_chat.to_people(
    Msteamsv2Integration, lambda table: texts(table, "title", "text"), "msteams"
)
