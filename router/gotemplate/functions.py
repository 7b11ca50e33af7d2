"""The functions of Go's templates and of Alertmanager's, by the names they have there."""

import base64
import binascii
import functools
import math
import re
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from router.gotemplate import compare, escapers
from router.gotemplate.layout import in_zone, layout
from router.gotemplate.limits import GoError, joined
from router.gotemplate.moments import Duration, Time
from router.gotemplate.parse_time import parse_time
from router.gotemplate.patterns import matches, replaced
from router.gotemplate.printf import printf
from router.gotemplate.printing import print_, println
from router.gotemplate.values import KV, Html, Map, Strings, Url, type_of

_WORD = re.compile(r"[^\W_](?:[\w'’.]*[^\W_])?", re.UNICODE)


def _texts(name: str, values: tuple[Any, ...], count: int) -> None:
    """Refuse anything but *count* plain texts."""
    if len(values) != count:
        raise GoError(f"wrong number of args for {name}: want {count} got {len(values)}")
    for value in values:
        if type(value) is not str and type(value).__name__ != "Markup":
            raise GoError(f"wrong type for value; expected string; got {type_of(value)}")


def _text(name: str, made: Callable[[str], Any]) -> Callable[..., Any]:
    def call(*values: Any) -> Any:
        _texts(name, values, 1)
        return made(str(values[0]))

    return call


def _title(text: str) -> str:
    """Each word with a capital first letter and small ones after it."""
    return _WORD.sub(lambda found: _capital(found[0].lower()), text)


def _capital(word: str) -> str:
    first = next((at for at, char in enumerate(word) if char.isalpha()), 0)
    return word[:first] + word[first : first + 1].title() + word[first + 1 :]


def _join(*values: Any) -> str:
    if len(values) != 2:
        raise GoError(f"wrong number of args for join: want 2 got {len(values)}")
    sep, texts = values
    _texts("join", (sep,), 1)
    if not isinstance(texts, Strings):
        raise GoError(f"wrong type for value; expected []string; got {type_of(texts)}")
    return joined(texts, sep)


def _match(*values: Any) -> bool:
    _texts("match", values, 2)
    return matches(values[0], values[1])


def _re_replace(*values: Any) -> str:
    _texts("reReplaceAll", values, 3)
    return replaced(*values)


def _string_slice(*values: Any) -> Strings:
    _texts("stringSlice", values, len(values))
    return Strings(values)


def _length(*values: Any) -> int:
    if len(values) != 1:
        raise GoError(f"wrong number of args for len: want 1 got {len(values)}")
    value = values[0]
    if isinstance(value, str):
        return len(value.encode(errors="replace"))
    if isinstance(value, list | KV | Map):
        return len(value)
    raise GoError(f"len of type {type_of(value)}")


def _index(*values: Any) -> Any:
    if not values:
        raise GoError("wrong number of args for index: want at least 1 got 0")
    item, *keys = values
    if item is None:
        raise GoError("index of untyped nil")
    for key in keys:
        item = _indexed(item, key)
    return item


def _indexed(item: Any, key: Any) -> Any:
    if isinstance(item, KV | Map):
        if not isinstance(key, str):
            raise GoError(f"value has type {type_of(key)}; should be string")
        return item.values.get(key, "") if isinstance(item, KV) else item.get(key)
    if isinstance(item, str | list):
        held = item.encode(errors="replace") if isinstance(item, str) else item
        if type(key) is not int:
            raise GoError(f"cannot index slice/array with type {type_of(key)}")
        if not 0 <= key < len(held):
            raise GoError(f"index out of range: {key}")
        return held[key]
    if item is None:
        raise GoError("index of nil pointer")
    raise GoError(f"can't index item of type {type_of(item)}")


def _slice(*values: Any) -> Any:
    if not values:
        raise GoError("wrong number of args for slice: want at least 1 got 0")
    item, *bounds = values
    if not isinstance(item, str | list):
        raise GoError(f"can't slice item of type {type_of(item)}")
    if len(bounds) > (2 if isinstance(item, str) else 3):
        raise GoError("too many slice indexes")
    held = item.encode(errors="replace") if isinstance(item, str) else item
    for bound in bounds:
        if type(bound) is not int or not 0 <= bound <= len(held):
            raise GoError(f"index out of range: {bound}")
    if list(bounds) != sorted(bounds):
        raise GoError(f"invalid slice index: {bounds[0]} > {bounds[1]}")
    first, last = (*bounds, *(0, len(held))[len(bounds) :])[:2]
    if isinstance(held, bytes):
        return held[first:last].decode("utf-8", "replace")
    return type(item)(item[first:last])


def _not(*values: Any) -> bool:
    if len(values) != 1:
        raise GoError(f"wrong number of args for not: want 1 got {len(values)}")
    return not values[0]


def _call(*values: Any) -> Any:
    got = type_of(values[0]) if values else "nothing"
    raise GoError(f"non-function of type {got}")


def _html(*values: Any) -> str:
    return escapers.html(_said(values))


def _js(*values: Any) -> str:
    return escapers.javascript(_said(values))


def _urlquery(*values: Any) -> str:
    return quote_plus(_said(values), safe="-_.~", errors="replace")


def _said(values: tuple[Any, ...]) -> str:
    return str(values[0]) if len(values) == 1 and isinstance(values[0], str) else print_(*values)


def _unescape(text: str) -> str:
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise GoError("invalid URL escape")
    return unquote_plus(text)


def _date(*values: Any) -> str:
    if len(values) != 2 or not isinstance(values[1], Time):
        raise GoError("wrong arguments for date: it takes a layout and a time")
    _texts("date", values[:1], 1)
    return layout(values[1], values[0])


def _tz(*values: Any) -> Time:
    if len(values) != 2:
        raise GoError(f"wrong number of args for tz: want 2 got {len(values)}")
    return in_zone(values[1], values[0])


def _humanize(*values: Any) -> str:
    if len(values) != 1:
        raise GoError(f"wrong number of args for humanizeDuration: want 1 got {len(values)}")
    value = values[0]
    if isinstance(value, Duration):
        return humanized(value.nanos / 10**9)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise GoError(f"can't convert {type_of(value)} to float64")
    try:
        return humanized(float(value))
    except ValueError:
        raise GoError(f'strconv.ParseFloat: parsing "{value}": invalid syntax') from None


def humanized(seconds: float) -> str:
    """A length of time in seconds as Prometheus' humanizeDuration tells it."""
    if math.isnan(seconds) or math.isinf(seconds):
        return "NaN" if math.isnan(seconds) else "+Inf" if seconds > 0 else "-Inf"
    if seconds == 0:
        return "0s"
    if abs(seconds) < 1:
        steps = min(8, max(1, math.ceil(-math.log10(abs(seconds)) / 3)))
        return f"{float(f'{seconds * 1000**steps:.4g}'):g}{'munpfazy'[steps - 1]}s"
    sign, left = ("-", -seconds) if seconds < 0 else ("", seconds)
    whole = int(left)
    days, hours, minutes = whole // 86400, whole // 3600 % 24, whole // 60 % 60
    if days:
        return f"{sign}{days}d {hours}h {minutes}m {whole % 60}s"
    if hours:
        return f"{sign}{hours}h {minutes}m {whole % 60}s"
    if minutes:
        return f"{sign}{minutes}m {whole % 60}s"
    return f"{sign}{left:.4g}s"


def _to_json(*values: Any) -> str:
    if len(values) != 1:
        raise GoError(f"wrong number of args for toJson: want 1 got {len(values)}")
    return escapers.json_text(values[0])


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode(errors="replace")).decode()


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text, altchars=b"-_", validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        raise GoError("illegal base64 data") from None


def _append(*values: Any) -> list[Any]:
    if not values or type(values[0]) is not list:
        raise GoError("wrong type for value; expected []interface {}")
    return [*values[0], *values[1:]]


def _dict(*values: Any) -> Map:
    if len(values) % 2:
        raise GoError("dict requires an even number of arguments")
    if not all(isinstance(key, str) for key in values[::2]):
        raise GoError("dict keys must be strings")
    return Map(zip(values[::2], values[1::2], strict=True))


def _to_date(*values: Any) -> Time:
    _texts("toDate", values, 2)
    try:
        return parse_time(values[0], values[1])
    except GoError:
        return Time(-62_135_596_800 * 10**9)


def _must_date(*values: Any) -> Time:
    _texts("mustToDate", values, 2)
    return parse_time(values[0], values[1])


def functions(
    now: Callable[[], int], route_labels: Callable[[], Mapping[str, str]] = dict
) -> dict[str, Callable[..., Any]]:
    """Every function by its name; *now* is the wall time in microseconds.

    Each raises GoError where Go would end the template, and takes any number of values: that it
    was too few or too many is one of those errors.
    """

    def since(*values: Any) -> Duration:
        if len(values) != 1 or not isinstance(values[0], Time):
            raise GoError("wrong arguments for since: it takes a time")
        return Time(now() * 1000) - values[0]

    found = dict(_FUNCTIONS)
    found["since"] = since
    found["now"] = lambda: Time(now() * 1000)
    found["routeLabels"] = _text("routeLabels", lambda name: route_labels().get(name, ""))
    return {name: _guarded(name, call) for name, call in found.items()}


def _guarded(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(call)
    def guarded(*values: Any) -> Any:
        try:
            return call(*values)
        except GoError as error:
            raise GoError(f"error calling {name}: {error}") from None

    return guarded


_FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: getattr(compare, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    "print": print_,
    "println": println,
    "printf": printf,
    "len": _length,
    "index": _index,
    "slice": _slice,
    "negated": _not,
    "call": _call,
    "html": _html,
    "js": _js,
    "urlquery": _urlquery,
    "toUpper": _text("toUpper", str.upper),
    "toLower": _text("toLower", str.lower),
    "title": _text("title", _title),
    "trimSpace": _text("trimSpace", str.strip),
    "join": _join,
    "match": _match,
    "reReplaceAll": _re_replace,
    "stringSlice": _string_slice,
    "safeHtml": _text("safeHtml", Html),
    "safeUrl": _text("safeUrl", Url),
    "urlUnescape": _text("urlUnescape", _unescape),
    "date": _date,
    "tz": _tz,
    "toDate": _to_date,
    "mustToDate": _must_date,
    "humanizeDuration": _humanize,
    "toJson": _to_json,
    "base64encode": _text("base64encode", _encoded),
    "base64decode": _text("base64decode", _decoded),
    "list": lambda *values: list(values),
    "append": _append,
    "dict": _dict,
}
OPERATORS = ("and", "or", "not")
"""What Go writes as functions and jinja2 as operators."""
NAMES = frozenset((*_FUNCTIONS, "since", "now", "routeLabels", *OPERATORS)) - {"negated"}
"""Every function a Go template may name."""
