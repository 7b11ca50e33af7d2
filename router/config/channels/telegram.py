"""Telegram: a chat or a person by a bot."""

import re

from router.config import http_config
from router.config.address import base_url
from router.config.channels.channel import (
    Channel,
    Options,
    Unusable,
    flags,
    lacking,
    lacks,
    pointed,
    texts,
)
from router.config.table import Table
from router.config.vault import Address, Vault
from router.core.chat import TelegramIntegration
from router.core.http_options import HttpOptions

PARSE_MODES = ("HTML", "MarkdownV2", "Markdown", "")
THREAD_MAX = 2**63 - 1

_CHAT = re.compile(r"-?[1-9][0-9]{0,18}|@[A-Za-z][A-Za-z0-9_]{3,31}", re.ASCII).fullmatch


def chat_id(text: str) -> str:
    """A chat's number or a channel's public name.

    Raises:
        ValueError: it is neither.
    """
    if not _CHAT(text):
        raise ValueError("is no Telegram chat; write its number, such as -1001234567890, or @name")
    return text


def _shared(table: Table, vault: Vault) -> Options:
    own = {**texts(table, "message"), **flags(table, "disable_notifications", "update_message")}
    if "parse_mode" in table:
        mode = table.value("parse_mode", "text", str)
        if mode is not None and mode not in PARSE_MODES:
            table.problem("is not known here; known: HTML, MarkdownV2, Markdown", "parse_mode")
        own["parse_mode"] = mode or ""
    return Options(
        send_resolved=table.flag("send_resolved", None),
        http=http_config.read(table, vault),
        token=vault.secret(table, "bot_token"),
        api_url=vault.address(table, "api_url", base_url),
        own=own,
    )


def _own(table: Table, vault: Vault) -> Options:
    number = table.values.get("chat_id")
    if type(number) is int:
        table.number("chat_id", None, least=-(2**63), most=2**63 - 1)
        channel: Address | None = Address(str(number), table.findings.name)
    else:
        channel = vault.address(table, "chat_id", chat_id)
    if channel is None:
        table.absent("needs a chat_id", "chat_id", "chat_id_file")
    own = {}
    thread = table.number("message_thread_id", None, least=-THREAD_MAX, most=THREAD_MAX)
    if thread is not None:
        own["message_thread_id"] = thread
    return _shared(table, vault).over(Options(channel=channel)).over(Options(own=own))


def _build(options: Options) -> tuple[TelegramIntegration, ...]:
    if options.token is None:
        raise lacks("telegram", bot_token=None)
    if options.channel is None:
        raise Unusable("needs a chat_id")
    integration = TelegramIntegration(
        send_resolved=options.send_resolved is not False,
        http=options.http or HttpOptions(),
        lacking=lacking(options.channel),
        bot_token=options.token,
        chat_id=options.channel.value,
        **options.own,
    )
    return (pointed(integration, options.api_url),)


CHANNEL = Channel(
    shared=_shared,
    own=_own,
    build=_build,
    personal="telegram",
    check=chat_id,
    address=lambda address: Options(channel=address),
)
