"""Reads the fields of a message that operators may word themselves, templates or not."""

from collections.abc import Mapping
from typing import Any

from router.config.table import Table

Shape = Mapping[str, Any]
"""What keys hold: `str`, `bool`, `dict` for texts by any names, `list` for texts, or one Shape in
a list for tables."""

_BUTTON = {**dict.fromkeys(("type", "text", "url", "style", "name", "value"), str)}
_CONFIRM = dict.fromkeys(("text", "title", "ok_text", "dismiss_text"), str)
_SLACK_TEXTS = """
title title_link pretext text message_text footer fallback callback_id color username icon_emoji
icon_url image_url thumb_url
"""
_PAGERDUTY_TEXTS = "description client client_url severity class component group source"
SLACK: Shape = {
    **dict.fromkeys(_SLACK_TEXTS.split(), str),
    **dict.fromkeys(("short_fields", "link_names"), bool),
    "fields": [{"title": str, "value": str, "short": bool}],
    "actions": [{**_BUTTON, "confirm": _CONFIRM}],
    "mrkdwn_in": list,
}
PAGERDUTY: Shape = {
    **dict.fromkeys(_PAGERDUTY_TEXTS.split(), str),
    "details": dict,
    "images": [dict.fromkeys(("src", "href", "alt"), str)],
    "links": [dict.fromkeys(("href", "text"), str)],
}
EMAIL: Shape = {"html": str, "text": str, "headers": dict}
APPRISE: Shape = {"title": str, "text": str}


def read(table: Table, shape: Shape) -> dict[str, Any]:
    """The fields that the table names; an empty text is said, and not the same as none."""
    found: dict[str, Any] = {}
    for key, kind in shape.items():
        if key in table or kind in (str, bool):
            value = _one(table, key, kind)
            if value is not None:
                found[key] = value
    return found


def _one(table: Table, key: str, kind: Any) -> Any:
    if kind is str:
        return table.value(key, "text", str)
    if kind is bool:
        return table.flag(key, None)
    if kind is list:
        return [text for _, text in table.each(key, example="text")]
    if kind is dict:
        below = table.table(key)
        return {name: below.value(name, "text", str) or "" for name in below.names()}
    if isinstance(kind, list):
        return [read(each, kind[0]) for each in table.tables(key)]
    return read(table.table(key), kind)
