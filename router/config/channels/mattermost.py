"""Mattermost: a channel by an incoming webhook."""

from typing import Any

import msgspec

from router.config import http_config
from router.config.address import http_url
from router.config.channels.channel import Channel, Options, lacks, row, rows, texts
from router.config.table import Table
from router.config.vault import Vault
from router.core.chat import Attachment, Field, MattermostIntegration, Priority
from router.core.http_options import HttpOptions

_OF_POST = ("channel", "username", "icon_url", "icon_emoji", "type", "title", "text", "color")
_OF_ATTACHMENT = """
fallback pretext author_name author_link author_icon title_link thumb_url footer footer_icon
image_url
"""


def _shared(table: Table, vault: Vault) -> Options:
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        webhook_url=vault.secret(table, "webhook_url", http_url, is_address=True),
        own=_fields(table),
    )


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


def _build(options: Options) -> tuple[MattermostIntegration, ...]:
    if options.webhook_url is None:
        raise lacks("mattermost", webhook_url=None)
    return (
        MattermostIntegration(
            send_resolved=options.send_resolved is not False,
            http=options.http or HttpOptions(),
            webhook_url=options.webhook_url,
            **options.own,
        ),
    )


CHANNEL = Channel(shared=_shared, own=_shared, build=_build)
