"""Regular expressions in templates: RE2, as Go's regexp uses it."""

import re
from functools import lru_cache
from typing import Any

import re2

from router.core.pattern import MAX_MEMORY
from router.gotemplate.limits import TEXT_MAX, GoError

_REFERENCE = re.compile(r"\$(?:\$|\{(\w+)\}|(\w+))", re.ASCII)


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> Any:
    chosen = re2.Options()
    chosen.log_errors = False
    chosen.max_mem = MAX_MEMORY
    try:
        return re2.compile(pattern, chosen)
    except re2.error as error:
        reason = error.args[0]
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise GoError(f"error parsing regexp: {said}") from None


def matches(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere in the text.

    Raises:
        GoError: RE2 refuses the pattern.
    """
    return _compiled(pattern).search(text) is not None


def replaced(pattern: str, replacement: str, text: str) -> str:
    """The text with every match replaced; `$1` and `${name}` stand for what groups matched.

    Raises:
        GoError: RE2 refuses the pattern, or the text becomes too long.
    """
    parts: list[str] = []
    at = length = 0
    for found in _compiled(pattern).finditer(text):
        if found.end() == found.start() == at and at and parts:
            continue  # Go takes no empty match right behind another match.
        part = text[at : found.start()] + _expanded(replacement, found)
        length += len(part)
        if length > TEXT_MAX:
            raise GoError(f"a text is longer than {TEXT_MAX} characters")
        parts.append(part)
        at = found.end()
    return "".join(parts) + text[at:]


def _expanded(replacement: str, found: Any) -> str:
    named = found.re.groupindex

    def value(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        if name is None:
            return "$"
        if name.isdecimal():
            number = int(name[:6])
            return (found.group(number) or "") if number <= found.re.groups else ""
        return (found.group(named[name]) or "") if name in named else ""

    return _REFERENCE.sub(value, replacement)
