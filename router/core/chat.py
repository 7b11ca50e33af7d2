"""The chats: integrations that post to a place where people talk.

Their fields are Alertmanager's, by its names. A text that is None is ours.
"""

import msgspec

from router.core.integration import HttpIntegration
from router.core.secret import Secret


class DiscordIntegration(HttpIntegration, frozen=True, kw_only=True):
    """A Discord channel by its webhook. With `update_message`, news edits the message."""

    webhook_url: Secret
    title: str | None = None
    message: str | None = None
    content: str = ""
    username: str = ""
    avatar_url: str = ""
    update_message: bool = False


class TelegramIntegration(HttpIntegration, frozen=True, kw_only=True):
    """A Telegram chat by a bot. `parse_mode` is HTML, MarkdownV2, Markdown or empty.

    With `update_message`, news edits the message.
    """

    bot_token: Secret
    chat_id: str
    message_thread_id: int = 0
    message: str | None = None
    disable_notifications: bool = False
    parse_mode: str = "HTML"
    update_message: bool = False
    api_url: str = "https://api.telegram.org"


class Msteamsv2Integration(HttpIntegration, frozen=True, kw_only=True):
    """A Microsoft Teams channel or chat by a workflow's address."""

    webhook_url: Secret
    title: str | None = None
    text: str | None = None


class Field(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A titled value of an attachment; `short` ones stand beside each other."""

    title: str
    value: str
    short: bool | None = None


class Attachment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message attachment of Mattermost: developers.mattermost.com/integrate/reference."""

    fallback: str = ""
    color: str = ""
    pretext: str = ""
    text: str = ""
    author_name: str = ""
    author_link: str = ""
    author_icon: str = ""
    title: str = ""
    title_link: str = ""
    fields: tuple[Field, ...] = ()
    thumb_url: str = ""
    footer: str = ""
    footer_icon: str = ""
    image_url: str = ""


class Priority(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How urgent a Mattermost message is: urgent, important or standard."""

    priority: str = ""
    requested_ack: bool = False
    persistent_notifications: bool = False


class MattermostIntegration(HttpIntegration, frozen=True, kw_only=True):
    """A Mattermost channel by its incoming webhook.

    `attachment` is the only one when there are no `attachments`, its text being `text`.
    `card` is Markdown shown beside the channel.
    """

    webhook_url: Secret
    channel: str = ""
    username: str = ""
    icon_url: str = ""
    icon_emoji: str = ""
    type: str = ""
    title: str | None = None
    text: str | None = None
    color: str | None = None
    attachment: Attachment = Attachment()
    attachments: tuple[Attachment, ...] = ()
    card: str = ""
    priority: Priority = Priority()
