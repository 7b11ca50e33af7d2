"""Patterns of regex matchers: RE2, anchored at both ends, with shortcuts for the simple ones."""

import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any

import re2

MAX_MEMORY = 4 << 20  # Bounds a compiled pattern, so that a hostile one costs little per value.

_LITERAL = r"(?:[^\\.+*?()|\[\]{}^$]|\\[\\.+*?()|\[\]{}^$/-])*"
_ALTERNATION = rf"{_LITERAL}(?:\|{_LITERAL})*"
_alternation = re.compile(rf"({_ALTERNATION})|\((?:\?:)?({_ALTERNATION})\)").fullmatch
_tokens = re.compile(r"\\.|.", re.DOTALL).findall
_parts = re.compile(r"\\Q.*?(?:\\E|\Z)|\\.|.", re.DOTALL).findall

Test = Callable[[str], bool]


class PatternError(ValueError):
    """RE2 does not take the pattern; the message is its reason."""


def literals(pattern: str) -> frozenset[str] | None:
    """The only values the pattern matches, when it is a plain alternation such as `a|b|c`."""
    found = _alternation(pattern)
    if found is None:
        return None
    values = [""]
    for token in _tokens(found[1] if found[1] is not None else found[2]):
        if token == "|":
            values.append("")
        else:
            values[-1] += token[-1]
    return frozenset(values)


def options() -> re2.Options:
    """How every pattern is compiled: UTF-8, `.` stops at a newline, errors only raised."""
    chosen = re2.Options()
    chosen.log_errors = False
    chosen.never_capture = True
    chosen.max_mem = MAX_MEMORY
    return chosen


@lru_cache(maxsize=4096)
def predicate(pattern: str, *, negative: bool = False) -> Test:
    """The compiled question whether a value matches the whole pattern, or, negative, does not.

    Raises:
        PatternError: RE2 refuses the pattern.
    """
    positive = _positive(pattern)
    if not negative:
        return positive
    return lambda value: not positive(value)


def _positive(pattern: str) -> Test:
    values = literals(pattern)
    if values is not None:
        return values.__contains__
    if pattern == ".*":
        return lambda value: "\n" not in value
    if pattern == ".+":
        return lambda value: value != "" and "\n" not in value
    fullmatch = compiled(pattern).fullmatch
    return lambda value: fullmatch(utf8(value)) is not None


def compiled(pattern: str) -> Any:
    """RE2's own object for the pattern; the binding has no types.

    Raises:
        PatternError: RE2 refuses the pattern.
    """
    if r"\C" in pattern and r"\C" in _parts(pattern):
        raise PatternError(r"invalid escape sequence: \C")  # One byte: Go's RE2 has no such thing.
    try:
        return re2.compile(pattern, options())
    except re2.error as error:
        reason = error.args[0]
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        raise PatternError(said) from error


def utf8(value: str) -> bytes:
    """What RE2 reads; to it, a lone surrogate is one character like any other."""
    return value.encode(errors="surrogatepass")
