"""Renders values of any depth: what a text in them comes to may be a number, a list or a table."""

import re
from typing import Any

from router.senders.wording import Wording

_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII).fullmatch
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?").fullmatch
_LENGTH_MAX = 1_000_000
_DEPTH_MAX = 64


def structured(value: Any, words: Wording) -> Any:
    """The value with every text rendered; keys are rendered too.

    As Alertmanager does since 0.28, a rendered text that reads as YAML of something else than a
    text becomes that: `{{ .Alerts.Firing | len }}` a number, a list of `toJson` a list.
    """
    if isinstance(value, str):
        return parsed(words.plain(value))
    if isinstance(value, dict):
        return {words.plain(key): structured(each, words) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [structured(each, words) for each in value]
    return value


def parsed(text: str) -> Any:
    """What a text is as YAML, without aliases; the text itself when it is none, or a text."""
    import yaml  # Only where there is something to render: it takes long to load.

    if len(text) > _LENGTH_MAX:
        return text
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, yaml.SafeLoader)):
            return text
        node = yaml.compose(text, yaml.SafeLoader)
        found = _value(node, yaml) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return text
    return text if isinstance(found, str) else found


def _value(node: Any, yaml: Any, depth: int = 0) -> Any:
    if depth > _DEPTH_MAX:
        raise ValueError("nested too deeply")
    if isinstance(node, yaml.MappingNode):
        pairs = ((_value(key, yaml, depth + 1), each) for key, each in node.value)
        return {_key(key): _value(each, yaml, depth + 1) for key, each in pairs}
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, yaml, depth + 1) for each in node.value]
    return _scalar(node.value) if node.style is None else node.value


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    return key if isinstance(key, str) else str(key)


def _scalar(text: str) -> Any:
    if text in _NULL:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INT(text) and len(text) < 19:
        return int(text)
    return float(text) if _FLOAT(text) and len(text) < 40 else text
