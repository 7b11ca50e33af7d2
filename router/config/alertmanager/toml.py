"""Writes values as TOML, the way a person would."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from router.config.path import spell

WIDTH = 96

_LONG = 60
_NOT_LITERAL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]|'''|'\Z").search
_UNPRINTABLE = re.compile(r'[\x00-\x1f\x7f"\\]')
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


def text(value: str) -> str:
    """A string: literal where that reads better."""
    if len(value) > _LONG and "\n" in value and not _NOT_LITERAL(value):
        return f"'''\n{value}'''"
    if '"' in value and not re.search(r"[\x00-\x1f\x7f']", value):
        return f"'{value}'"
    return '"' + _UNPRINTABLE.sub(_escape, value) + '"'


def _escape(found: re.Match[str]) -> str:
    return _ESCAPES.get(found[0]) or f"\\u{ord(found[0]):04x}"


def value(found: Any) -> str:
    """Any value on one line."""
    if isinstance(found, bool):
        return "true" if found else "false"
    if isinstance(found, str):
        return text(found)
    if isinstance(found, Mapping):
        pairs = ", ".join(f"{spell((key,))} = {value(each)}" for key, each in found.items())
        return f"{{ {pairs} }}" if pairs else "{}"
    if isinstance(found, Sequence):
        return f"[{', '.join(map(value, found))}]"
    return str(found)


def pair(key: str, found: Any, indent: str = "") -> list[str]:
    """The lines of `key = value`: an array that is too long for one has a line for each."""
    line = f"{indent}{spell((key,))} = {value(found)}"
    if len(line) <= WIDTH or not isinstance(found, list):
        return [line]
    inside = [f"{indent}    {value(each)}," for each in found]
    return [f"{indent}{spell((key,))} = [", *inside, f"{indent}]"]


def comment(lines: Sequence[str], indent: str = "") -> list[str]:
    """The lines as comments."""
    shown = ("".join(c if c.isprintable() else " " for c in each) for each in lines)
    return [f"{indent}# {each}".rstrip() for each in shown]
