"""Renders values of any depth: what a text in them comes to may be a number, a list or a table."""

import contextlib
import re
from typing import Any

import msgspec

from router.senders.wording import Wording

_TRUE = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL = frozenset(("", "~", "null", "Null", "NULL"))
_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]*)", re.ASCII).fullmatch
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?").fullmatch
YAML_MAX = 20_000
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
    """What a text is as JSON or as YAML without aliases; itself when it is none, or a text.

    JSON, which is what gets long, is read as such; YAML that is long stays a text, as reading it
    would hold up everything else.
    """
    if text.startswith(("[", "{")):
        with contextlib.suppress(msgspec.DecodeError, RecursionError):
            return msgspec.json.decode(text)
    found = _yaml(text) if len(text) <= YAML_MAX else text
    return text if isinstance(found, str) else found


def _yaml(text: str) -> Any:
    import yaml  # Only where there is something to render: it takes long to load.

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        for event in yaml.parse(text, loader):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > _DEPTH_MAX or isinstance(event, yaml.AliasEvent):
                return text
        node = yaml.compose(text, loader)
        return _value(node, yaml) if node is not None else None
    except (yaml.YAMLError, ValueError, RecursionError):
        return text


def _value(node: Any, yaml: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        pairs = ((_value(key, yaml), each) for key, each in node.value)
        return {_key(key): _value(each, yaml) for key, each in pairs}
    if isinstance(node, yaml.SequenceNode):
        return [_value(each, yaml) for each in node.value]
    return node.value if node.style else _scalar(node.value)


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
