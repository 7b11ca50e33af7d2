"""The shape generic senders are asked for, and the other names they give its fields."""

from hashlib import blake2b
from typing import Any

import msgspec

from router.core.severity import severity
from router.ingest.decoded import Invalid
from router.ingest.pairs import check_names, label_set, scalar, text_pairs
from router.ingest.single import says_ended
from router.ingest.times import any_moment

TITLE = ("title", "name", "alertname", "summary", "message", "subject", "event", "text", "msg")
KEY = ("key", "dedup_key", "alias", "alert_uid", "incident_key", "fingerprint", "id")
SEVERITY = ("severity", "priority", "level")
_STATUS = ("status", "state", "event_type", "event_action", "action")
_SUMMARY = ("summary", "message", "text", "msg")
_URL = ("url", "link", "link_to_upstream_details", "client_url")
_STARTS = ("starts_at", "startsAt", "started_at", "timestamp")
_ENDS = ("ends_at", "endsAt", "ended_at")
_NOTHING = frozenset(("", "null", "none", "undefined", "n/a", "<no value>"))
_NAME_LONGEST = 255
_TEXT_LONGEST = 4096
_SHOWN = 8


class Native(msgspec.Struct, frozen=True, kw_only=True):
    """One alert as a generic sender tells it. `labels` would be its label set, were it a new one.

    Nothing but `labels` is part of what it is. `over` says that it has ended; acknowledged
    elsewhere is not over, and neither is a status nobody knows.
    """

    labels: dict[str, str]
    over: bool
    title: str
    annotations: dict[str, str]
    starts_at: int | None
    ends_at: int | None
    url: str


def read(item: Any, source: str) -> Native:
    """What a decoded object says, by any of the names its fields go by.

    Raises:
        Invalid: it is no object, or there is nothing to tell the alert by.
    """
    if not isinstance(item, dict):
        raise Invalid("expected an object or text")
    if isinstance(item.get("payload"), dict):  # As PagerDuty's events have it.
        item = {**item["payload"], **item}
    title = _pick(item, TITLE)
    labels = _labels(item, title, source)
    label_set(labels)
    return Native(
        labels=labels,
        over=says_ended(_pick(item, _STATUS) or _pick(item, SEVERITY)),
        title=title,
        annotations=_annotations(item, title),
        starts_at=_time(item, _STARTS),
        ends_at=_time(item, _ENDS),
        url=_pick(item, _URL),
    )


def _labels(item: dict[str, Any], title: str, source: str) -> dict[str, str]:
    """All labels of an item; `source` and `key` are ours, so that no source speaks for another."""
    labels = text_pairs(item.get("labels"), "labels")
    if "source" in labels:
        labels["exported_source"] = labels.pop("source")
    key = _pick(item, KEY) or labels.pop("key", "")
    if not (title or key or any(labels.values())):
        named = ", ".join(map(repr, list(item)[:_SHOWN])) or "nothing"
        raise Invalid(f"no title, name, key or labels to tell it by; it has {named}")
    word = _pick(item, SEVERITY)
    if word and not labels.get("severity"):
        ours = severity(word)
        labels["severity"] = word.lower() if ours == "unknown" else ours
    if not labels.get("alertname"):
        labels["alertname"] = _short(title or key or source)
    if key:
        labels["key"] = _short(key)
    labels["source"] = source
    return {name: value for name, value in labels.items() if value}


def _annotations(item: dict[str, Any], title: str) -> dict[str, str]:
    annotations = text_pairs(item.get("annotations"), "annotations")
    check_names(annotations, "annotations")
    for name, fields in (("summary", _SUMMARY), ("description", ("description",))):
        text = _pick(item, fields)
        if text and text != title:
            annotations.setdefault(name, text[:_TEXT_LONGEST])
    return annotations


def _pick(item: dict[str, Any], names: tuple[str, ...]) -> str:
    """The first of these fields that says anything."""
    for name in names:
        text = (scalar(item.get(name)) or "").strip()
        if text.lower() not in _NOTHING:
            return text
    return ""


def _time(item: dict[str, Any], names: tuple[str, ...]) -> int | None:
    return next((at for name in names if (at := any_moment(item.get(name))) is not None), None)


def _short(name: str) -> str:
    """A name that may be long, cut so that different ones stay different."""
    if len(name) <= _NAME_LONGEST:
        return name
    digest = blake2b(name.encode(), digest_size=8).hexdigest()
    return f"{name[: _NAME_LONGEST - 17]}…{digest}"
