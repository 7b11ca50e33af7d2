"""Words a Slack message with a receiver's own fields, in one attachment."""

import html
from typing import Any

from router.core.integration import SlackIntegration
from router.core.slack_attachment import SlackAction, SlackAttachment
from router.senders.clean import cut
from router.senders.wording import Wording

TITLE_MAX = 1024  # Characters: Slack cuts what is longer in the middle of an escape.


def form(integration: SlackIntegration, worded: SlackAttachment, words: Wording) -> dict[str, Any]:
    """The message: the attachment, and what stands around it."""
    around = {
        "channel": words.plain(integration.channel),
        "username": words.plain(worded.username),
        "icon_emoji": words.plain(worded.icon_emoji),
        "icon_url": words.plain(worded.icon_url),
        "link_names": worded.link_names,
        "text": words.plain(worded.message_text),
    }
    return {**_said(around), "attachments": [_attachment(worded, words)]}


def _attachment(worded: SlackAttachment, words: Wording) -> dict[str, Any]:
    ours = {"resolved": "good", "acknowledged": "warning"}.get(words.data["state"], "danger")
    optional = {
        "title": cut(words.text(worded.title, "chat.title", _escaped), TITLE_MAX),
        "title_link": words.plain(worded.title_link),
        "pretext": words.plain(worded.pretext),
        "fields": _fields(worded, words),
        "actions": [_action(each, words) for each in worded.actions],
        "image_url": words.plain(worded.image_url),
        "thumb_url": words.plain(worded.thumb_url),
        "color": ours if worded.color is None else words.plain(worded.color),
        "mrkdwn_in": list(worded.mrkdwn_in),
    }
    return {
        **_said(optional),
        "text": words.body(worded.text, "chat.txt", _escaped),
        "fallback": words.text(worded.fallback, "chat.title", _escaped),
        "callback_id": words.plain(worded.callback_id),
        "footer": words.plain(worded.footer),
    }


def _fields(worded: SlackAttachment, words: Wording) -> list[dict[str, Any]]:
    return [
        {
            "title": words.plain(each.title),
            "value": words.plain(each.value),
            "short": worded.short_fields if each.short is None else each.short,
        }
        for each in worded.fields
    ]


def _action(action: SlackAction, words: Wording) -> dict[str, Any]:
    names = ("type", "text", "url", "style", "name", "value")
    told: dict[str, Any] = {name: words.plain(getattr(action, name)) for name in names}
    if action.confirm is not None:
        of = action.confirm
        told["confirm"] = _said(
            {name: words.plain(getattr(of, name)) for name in of.__struct_fields__}
        )
    return {"type": told.pop("type"), "text": told.pop("text"), **_said(told)}


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)


def _said(told: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in told.items() if value}
