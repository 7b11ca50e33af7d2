"""Opsgenie and the chats, which our own senders carry: their fields are taken as they are."""

from router.config.alertmanager.source import Made, Source

_DISCORD = "title message content username avatar_url"
_MATTERMOST = """
channel username icon_url icon_emoji type title text color fallback pretext author_name author_link
author_icon title_link thumb_url footer footer_icon image_url
"""
_OPSGENIE = "message description source entity actions tags note priority"


def discord(source: Source) -> Made:
    """Discord, by its webhook."""
    made = Made("discord", {})
    source.secret(made, "webhook_url", "webhook_url")
    source.texts(made, *_DISCORD.split())
    source.http_config(made)
    source.resolved(made, default=True)
    return made


def telegram(source: Source) -> Made:
    """Telegram, by a bot's token."""
    made = Made("telegram", {})
    source.secret(made, "bot_token", "bot_token", "telegram_bot_token")
    for key in ("chat_id", "chat_id_file", "message_thread_id"):
        if source(key):
            made.table[key] = source(key)
    source.api_url(made, "telegram_api_url", "https://api.telegram.org")
    if source("disable_notifications"):
        made.table["disable_notifications"] = True
    mode = source.values.get("parse_mode", "HTML")
    if mode != "HTML":
        made.table["parse_mode"] = mode
    source.texts(made, "message", html=mode == "HTML")
    source.http_config(made)
    source.resolved(made, default=True)
    return made


def msteamsv2(source: Source) -> Made:
    """Microsoft Teams, by a workflow's address."""
    made = Made("msteamsv2", {})
    source.secret(made, "webhook_url", "webhook_url")
    source.texts(made, "title", "text")
    source.http_config(made)
    source.resolved(made, default=True)
    return made


def mattermost(source: Source) -> Made:
    """Mattermost, by its incoming webhook."""
    made = Made("mattermost", {})
    source.secret(made, "webhook_url", "webhook_url", "mattermost_webhook_url")
    source.texts(made, *_MATTERMOST.split())
    source.nested(made, "fields", "attachments", "props", "priority")
    source.http_config(made)
    source.resolved(made, default=True)
    return made


def opsgenie(source: Source) -> Made:
    """Opsgenie, by the key of an API integration."""
    made = Made("opsgenie", {})
    source.secret(made, "api_key", "api_key", "opsgenie_api_key")
    source.placed(made, "api_key")
    source.api_url(made, "opsgenie_api_url", "https://api.opsgenie.com")
    source.texts(made, *_OPSGENIE.split())
    if details := source("details"):
        source.take(made, "details", {name: text or "" for name, text in details.items()})
    source.nested(made, "responders")
    if source("update_alerts"):
        made.table["update_alerts"] = True
    source.http_config(made)
    source.resolved(made, default=True)
    return made
