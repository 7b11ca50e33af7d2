"""Mattermost: a channel by an incoming webhook."""

from typing import Any

import msgspec

from router.config.channels import webhook_chat
from router.config.channels.channel import row, rows, texts
from router.config.table import Table
from router.core.chat import Attachment, Field, MattermostIntegration, Priority

_OF_POST = ("channel", "username", "icon_url", "icon_emoji", "type", "title", "text", "color")
_OF_ATTACHMENT = """
fallback pretext author_name author_link author_icon title_link thumb_url footer footer_icon
image_url
"""


def _fields(table: Table) -> dict[str, Any]:
    own: dict[str, Any] = dict(texts(table, *_OF_POST))
    alone = texts(table, *_OF_ATTACHMENT.split())
    fields = rows(table, "fields", Field, "title", "value")
    if alone or fields:
        own["attachment"] = Attachment(**alone, fields=fields)
    if "attachments" in table:
        own["attachments"] = tuple(map(_attachment, table.tables("attachments")))
    if card := table.table("props").value("card", "text", str):
        own["card"] = card
    if "priority" in table:
        own["priority"] = row(table.table("priority"), Priority)
    return own


def _attachment(table: Table) -> Attachment:
    fields = rows(table, "fields", Field, "title", "value")
    return msgspec.structs.replace(row(table, Attachment), fields=fields)


CHANNEL = webhook_chat.to_channels("mattermost", MattermostIntegration, _fields)
