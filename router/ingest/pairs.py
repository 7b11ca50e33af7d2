"""Labels and annotations: read, checked in Alertmanager's order and words, made canonical."""

from typing import Any

import msgspec

from router.core.labels import canonical, quote, valid_name
from router.ingest.decoded import Invalid, read_json

_PAIRS = msgspec.json.Decoder(dict[str, str])
_NULLABLE = msgspec.json.Decoder(dict[str, str | None] | None)
_NAMES: set[str] = set()
_NAMES_SIZE = 4096


def read_pairs(raw: bytes) -> dict[str, str]:
    """Names and values of a JSON object; null counts as an empty value, and as an empty object.

    Raises:
        DecodeError: it is no object, or a value is no text.
    """
    try:
        return _PAIRS.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        found = read_json(_NULLABLE, raw)
    return {name: value or "" for name, value in (found or {}).items()}


def text_pairs(value: Any, what: str) -> dict[str, str]:
    """Names and values of a decoded object, numbers and truth values as text; null is empty.

    Raises:
        Invalid: it is no object, or holds an object or a list.
    """
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Invalid(f"{what}: expected an object of names and values")
    texts = {name: scalar(item) for name, item in value.items()}
    for name, text in texts.items():
        if text is None:
            raise Invalid(f"{what}: the value of {quote(name)} must be text")
    return {name: text or "" for name, text in texts.items()}


def scalar(value: Any) -> str | None:
    """Text, number, truth value or null as text; None for an object or a list."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None


def label_set(labels: dict[str, str]) -> bytes:
    """The canonical bytes of the labels an alert was sent with. Those with empty values are absent.

    Raises:
        Invalid: none is left, or a name is not allowed.
    """
    if "" in labels.values():
        labels = {name: value for name, value in labels.items() if value}
    check_names(labels, "label set")
    if not labels:
        raise Invalid("at least one label pair required")
    return canonical(labels)


def annotation_bytes(raw: bytes) -> bytes:
    """Annotations as the state keeps them: as sent, unless they were sent with nulls.

    Raises:
        DecodeError: it is no object, or a value is no text.
        Invalid: a name is not allowed.
    """
    try:
        pairs = _PAIRS.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        pairs = read_pairs(raw)
        raw = msgspec.json.encode(pairs)
    check_names(pairs, "annotations")
    return raw


def check_names(pairs: dict[str, str], what: str) -> None:
    """Let pass only names that a label may have.

    Raises:
        Invalid: a name is not allowed.
    """
    if _NAMES.issuperset(pairs):
        return
    for name in pairs:
        if not valid_name(name):
            raise Invalid(f"invalid {what}: invalid name {quote(name)}")
    if len(_NAMES) + len(pairs) > _NAMES_SIZE:
        _NAMES.clear()
    if len(pairs) <= _NAMES_SIZE:
        _NAMES.update(pairs)
