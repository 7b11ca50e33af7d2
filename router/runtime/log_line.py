"""One line of the log, as JSON for programs or as text for a person at a terminal."""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Literal

import msgspec

Format = Literal["json", "text"]

TEXT_MAX = 8192  # Characters of one value …
ITEMS_MAX = 100  # … and members of one list or table.
DEPTH_MAX = 6

_FIRST = ("time", "level", "event", "logger", "cid")
_encode = msgspec.json.Encoder().encode
_Cut = Callable[[str], str]


def as_json(fields: Mapping[str, Any], cut: _Cut) -> bytes:
    """One JSON object. `cut` makes a text that is too long safe to be cut."""
    shown = _ordered(fields, cut)
    try:
        return _encode(shown)
    except (ValueError, OverflowError):  # A lone surrogate, or a number beyond 64 bits.
        return json.dumps(shown).encode("ascii")


def as_text(fields: Mapping[str, Any], cut: _Cut) -> bytes:
    """`13:45:02 warning  rejected source=prometheus`, and a traceback below it if there is one."""
    shown = _ordered(fields, cut)
    trace = shown.pop("exception", "")
    level, event = shown.pop("level", ""), shown.pop("event", "")
    del shown["time"]
    head = f"{time.strftime('%H:%M:%S')} {level:<8} {_printable(str(event))}"
    parts = [head, *(f"{_printable(key)}={_value(value)}" for key, value in shown.items())]
    below = [f"  {_printable(line)}" for line in str(trace).splitlines()]
    return "\n".join([" ".join(parts), *below]).encode(errors="backslashreplace")


def _ordered(fields: Mapping[str, Any], cut: _Cut) -> dict[str, Any]:
    shown: dict[str, Any] = {"time": _now()}
    for name in _FIRST[1:]:
        if name in fields:
            shown[name] = _plain(fields[name], cut, 0)
    for name, value in fields.items():
        if name not in shown:
            shown[str(name)] = _plain(value, cut, 0)
    return shown


def _now() -> str:
    return f"{datetime.now(UTC).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def _plain(value: object, cut: _Cut, depth: int) -> Any:
    """A value of JSON's own kinds. Everything else is shown as its repr, which hides secrets."""
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        return value if len(value) <= TEXT_MAX else f"{cut(value)[:TEXT_MAX]}…"
    if isinstance(value, Mapping) and depth < DEPTH_MAX:
        pairs = zip(value.items(), range(ITEMS_MAX), strict=False)
        return {str(key): _plain(item, cut, depth + 1) for (key, item), _ in pairs}
    if isinstance(value, list | tuple | set | frozenset) and depth < DEPTH_MAX:
        return [_plain(item, cut, depth + 1) for item in _some(value)]
    text = value[:TEXT_MAX].decode(errors="replace") if isinstance(value, bytes) else str(value)
    return _plain(text, cut, depth)


def _some(values: Any) -> Iterator[object]:
    return (value for value, _ in zip(values, range(ITEMS_MAX), strict=False))


def _value(value: object) -> str:
    if isinstance(value, str) and value and " " not in value and value.isprintable():
        return value
    return _printable(json.dumps(value, ensure_ascii=False))


def _printable(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)
