"""Makes a Slack message of the operator's own words: an attachment, as Alertmanager makes it."""

from collections.abc import Mapping
from typing import Any

from router.senders.clean import cut
from router.senders.wording import Wording

TITLE_MAX = 1024
_TEXT_MAX = 7000
_USUAL = {
    "title": "{{ slack_default_title(data) }}",
    "title_link": "{{ slack_default_titlelink(data) }}",
    "fallback": "{{ slack_default_fallback(data) }}",
    "color": "{{ slack_default_color(data) }}",
    "username": "{{ slack_default_username(data) }}",
}
"""What Alertmanager has where a field says nothing."""
_OF_MESSAGE = ("username", "icon_emoji", "icon_url")
_OF_ATTACHMENT = """
title title_link pretext text fallback callback_id image_url thumb_url footer color
"""


def form(words: Wording, own: Mapping[str, Any]) -> dict[str, Any]:
    """The message. A page shows its answer link, whatever the operator's words leave out."""
    said = words.all({**_USUAL, **{key: own[key] for key in own if key != "text"}})
    if "text" in own:
        said["text"] = words.body(own["text"], "slack.txt", limit=_TEXT_MAX)
    elif words.data["ack_url"]:
        said["text"] = f"Acknowledge: {words.data['ack_url']}"
    said["title"] = cut(said["title"] or words.data["heading"], TITLE_MAX)
    attachment = {key: said[key] for key in _OF_ATTACHMENT.split() if said.get(key)}
    attachment["mrkdwn_in"] = said.get("mrkdwn_in") or ["fallback", "pretext", "text"]
    if fields := said.get("fields"):
        short = own.get("short_fields", False)
        attachment["fields"] = [{"short": short, **each} for each in fields]
    if actions := said.get("actions"):
        attachment["actions"] = actions
    told = {key: said[key] for key in _OF_MESSAGE if said.get(key)}
    if own.get("link_names"):
        told["link_names"] = True
    if said.get("message_text"):
        told["text"] = said["message_text"]
    return {**told, "attachments": [attachment]}
