"""Slack: a channel by bot token, or an incoming webhook; people by their Slack id."""

from typing import Any

import msgspec

from router.config import http_config
from router.config.address import base_url, http_url, or_template
from router.config.channels.channel import (
    Channel,
    Options,
    Unusable,
    flags,
    lacking,
    pointed,
    row,
    rows,
    texts,
    value,
)
from router.config.table import Table
from router.config.vault import Vault
from router.core.http_options import HttpOptions
from router.core.integration import SlackIntegration
from router.core.settings import SlackSettings
from router.core.slack_attachment import SlackAction, SlackAttachment, SlackConfirm, SlackField

NAME_MAX = 80
_TEXTS = """
title text fallback color title_link pretext callback_id image_url thumb_url footer username
icon_emoji icon_url message_text
"""


def slack_name(text: str) -> str:
    """A channel's name or id, or a member's id.

    Raises:
        ValueError: it is neither.
    """
    if " " in text or len(text) > NAME_MAX:
        raise ValueError("is no Slack channel or member; write it like #ops or U02ANA")
    return text


def _shared(table: Table, vault: Vault) -> Options:
    own = {**_fields(table), **flags(table, "buttons")}
    if own.get("buttons") and "signing_secret" not in table:
        table.problem("needs signing_secret, by which a press is known to be Slack's", "buttons")
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        token=vault.secret(table, "token"),
        signing_secret=vault.secret(table, "signing_secret"),
        api_url=vault.address(table, "api_url", base_url),
        timeout=table.duration("timeout", None, zero=False),
        own=own,
    )


def settings(shared: Options) -> SlackSettings:
    """What `[channels.slack]` says of the requests that Slack makes."""
    settings = SlackSettings(signing_secret=shared.signing_secret)
    if shared.api_url:
        settings = msgspec.structs.replace(settings, api_url=shared.api_url.value)
    return msgspec.structs.replace(settings, http=shared.http or HttpOptions())


def _fields(table: Table) -> dict[str, Any]:
    """The fields of an attachment, and `update_message`."""
    own: dict[str, Any] = {
        **texts(table, *_TEXTS.split()),
        **flags(table, "link_names", "short_fields", "update_message"),
    }
    if "fields" in table:
        own["fields"] = rows(table, "fields", SlackField, "title", "value")
    if "actions" in table:
        own["actions"] = tuple(map(_action, table.tables("actions")))
    if (names := table.texts("mrkdwn_in", None, example="text")) is not None:
        own["mrkdwn_in"] = names
    return own


def _action(table: Table) -> SlackAction:
    action = row(table, SlackAction, "type", "text")
    if not action.url and not action.name:
        table.absent("needs `url` or `name`", "url", "name")
    if "confirm" not in table:
        return action
    confirm = row(table.table("confirm"), SlackConfirm, "text")
    return msgspec.structs.replace(action, confirm=confirm)


def _own(table: Table, vault: Vault) -> Options:
    options = Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        channel=vault.address(table, "channel", or_template(slack_name)),
        token=vault.secret(table, "token"),
        webhook_url=vault.secret(table, "webhook_url", http_url),
        api_url=vault.address(table, "api_url", base_url),
        timeout=table.duration("timeout", None, zero=False),
        own=_fields(table),
    )
    if options.token and options.webhook_url:
        table.problem("token is there too; give only one", "webhook_url")
    return options


def _build(options: Options) -> tuple[SlackIntegration, ...]:
    apart = ("update_message", "buttons")
    fields = {name: value for name, value in options.own.items() if name not in apart}
    common = SlackIntegration(
        send_resolved=options.send_resolved is not False,
        http=options.http or HttpOptions(),
        lacking=lacking(options.channel),
        channel=value(options.channel),
        token=None if options.webhook_url else options.token,
        webhook_url=options.webhook_url,
        attachment=SlackAttachment(**fields) if fields else None,
        update_message=options.own.get("update_message", False),
        buttons=options.own.get("buttons", False),
        timeout=options.timeout or 0,
    )
    if options.webhook_url:
        return (common,)
    if options.token is None:
        raise Unusable("needs a token, here or in [channels.slack], or a webhook_url", "token")
    if options.channel is None:
        raise Unusable("needs a channel")
    return (pointed(common, options.api_url),)


CHANNEL = Channel(
    shared=_shared,
    own=_own,
    build=_build,
    personal="slack",
    check=slack_name,
    address=lambda address: Options(channel=address),
)
