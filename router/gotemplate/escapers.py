"""What html/template does to a value so that it is only text where it lands."""

import json
import re
from collections.abc import Callable
from typing import Any

from router.gotemplate.limits import GoError
from router.gotemplate.moments import Duration, Time
from router.gotemplate.printing import plain, shown
from router.gotemplate.values import KV, Html, Map, Struct, Url, type_of

FAILSAFE = "ZgotmplZ"
"""What Go writes instead of a value that may do harm where it would stand."""
_HTML = {"\0": "\ufffd", '"': "&#34;", "&": "&amp;", "'": "&#39;", "<": "&lt;", ">": "&gt;"}
_FULL = str.maketrans({**_HTML, "+": "&#43;"})
_BUILT_IN = str.maketrans(_HTML)
_NORM = str.maketrans({**{k: v for k, v in _HTML.items() if k != "&"}, "+": "&#43;"})
_BARE = {"\t": "&#9;", "\n": "&#10;", "\v": "&#11;", "\f": "&#12;", "\r": "&#13;", " ": "&#32;"}
_NO_SPACE = {**_HTML, **_BARE, "\0": "&#xfffd;", "+": "&#43;", "=": "&#61;", "`": "&#96;"}
_UNQUOTED = str.maketrans(_NO_SPACE)
_UNQUOTED_NORM = str.maketrans({k: v for k, v in _NO_SPACE.items() if k != "&"})
_JS_STRING = str.maketrans(
    {
        "\0": "\\u0000",
        "\t": "\\t",
        "\n": "\\n",
        "\v": "\\u000b",
        "\f": "\\f",
        "\r": "\\r",
        '"': "\\u0022",
        "`": "\\u0060",
        "&": "\\u0026",
        "'": "\\u0027",
        "+": "\\u002b",
        "/": "\\/",
        "<": "\\u003c",
        ">": "\\u003e",
        "\\": "\\\\",
        "\u2028": "\\u2028",
        "\u2029": "\\u2029",
    }
)
_TAG = re.compile(r"<(?:[^>\"']|\"[^\"]*\"|'[^']*')*>")
_SAFE_SCHEMES = ("http", "https", "mailto")
_ESCAPED = re.compile(r"%[0-9A-Fa-f]{2}")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_IN_URLS = _UNRESERVED | frozenset("!#$&*+,/:;=?@[]")


def _text(value: Any) -> str:
    return "" if value is None else plain(value)


def html_text(value: Any) -> str:
    """Between tags."""
    return str(value) if isinstance(value, Html) else _text(value).translate(_FULL)


def html_title(value: Any) -> str:
    """In a title or a textarea, where tags are text."""
    return _text(value).translate(_NORM if isinstance(value, Html) else _FULL)


def html_attr(value: Any) -> str:
    """In a quoted attribute."""
    if isinstance(value, Html):
        return _TAG.sub("", value).translate(_NORM)
    return _text(value).translate(_FULL)


def html_unquoted(value: Any) -> str:
    """In an attribute without quotes."""
    if isinstance(value, Html):
        return _TAG.sub("", value).translate(_UNQUOTED_NORM)
    return _text(value).translate(_UNQUOTED) or FAILSAFE


def url_filter(value: Any) -> str:
    """A whole address, unless it could act when it is followed."""
    text = _text(value)
    scheme, colon, _ = text.partition(":")
    if isinstance(value, Url) or not colon or "/" in scheme:
        return text
    return text if scheme.lower() in _SAFE_SCHEMES else f"#{FAILSAFE}"


def url_part(value: Any) -> str:
    """In an address before its query: what cannot stand there is percent-encoded."""
    text = _text(value)
    kept = {at for found in _ESCAPED.finditer(text) for at in (found.start(),)}
    return "".join(
        char if char in _IN_URLS or at in kept else _percent(char) for at, char in enumerate(text)
    )


def url_query(value: Any) -> str:
    """In an address' query or fragment: everything but letters and digits is encoded."""
    if isinstance(value, Url):
        return url_part(value)
    return "".join(char if char in _UNRESERVED else _percent(char) for char in _text(value))


def _percent(char: str) -> str:
    return "".join(f"%{byte:02x}" for byte in char.encode(errors="replace"))


def html_nothing(value: Any) -> str:
    """In a comment, which is left out."""
    return ""


def css_value(value: Any) -> str:
    """A value in a style."""
    text = _text(value)
    letters = re.sub(r"[^a-z0-9_-]", "", text.lower())
    risky = re.search(r"[\0\"'()/;@\[\\\]`{}<>]|--", text)
    return FAILSAFE if risky or "expression" in letters or "mozbinding" in letters else text


def js_value(value: Any) -> str:
    """A value in a script, as JSON; space keeps it from growing into a name beside it."""
    text = json_text(str(value) if isinstance(value, Time | Duration) else value)
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f" {text} " if _in_names(text[0]) or _in_names(text[-1]) else text


def _in_names(char: str) -> bool:
    return char in "$_" or (char.isascii() and char.isalnum())


def js_string(value: Any) -> str:
    """In a quoted text of a script."""
    return _text(value).translate(_JS_STRING)


def html(text: str) -> str:
    """Go's function `html`: unlike html/template it minds no plus."""
    return text.translate(_BUILT_IN)


def javascript(text: str) -> str:
    """Go's function `js`."""
    simple = {"\\": "\\\\", "'": "\\'", '"': '\\"', "<": "\\u003C", ">": "\\u003E"}
    simple |= {"&": "\\u0026", "=": "\\u003D"}
    shown = []
    for char in text:
        if char in simple:
            shown.append(simple[char])
        elif ord(char) < 128:
            shown.append(char if ord(char) >= 32 and ord(char) != 127 else f"\\u{ord(char):04X}")
        else:
            shown.append(char if char.isprintable() else f"\\u{ord(char):04X}")
    return "".join(shown)


def json_text(value: Any) -> str:
    """The value as Go's encoding/json writes it.

    Raises:
        GoError: there is no JSON for it.
    """
    text = json.dumps(_jsonable(value), ensure_ascii=False, separators=(",", ":"))
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _jsonable(value: Any) -> Any:
    match value:
        case None | bool() | int():
            return value
        case float():
            return int(value) if value.is_integer() and abs(value) < 1e21 else value
        case str():
            return str(value)
        case Time():
            return _rfc3339(value)
        case Duration():
            return value.nanos
        case KV():
            return dict(value.values)
        case Map():
            return {name: _jsonable(value[name]) for name in sorted(value.keys())}
        case Struct():
            return {
                _JSON_NAMES.get(name, name): _jsonable(getattr(value, name))
                for name in value.fields
            }
        case list():
            return [_jsonable(each) for each in value]
    raise GoError(f"json: unsupported type: {type_of(value)}")


_JSON_NAMES = {
    "NotificationReason": "notification_reason",
    **{name: name[0].lower() + name[1:] for name in ("Receiver", "Status", "Alerts", "Labels")},
    **{name: name[0].lower() + name[1:] for name in ("Annotations", "StartsAt", "EndsAt")},
    **{name: name[0].lower() + name[1:] for name in ("GeneratorURL", "Fingerprint")},
    **{name: name[0].lower() + name[1:] for name in ("GroupLabels", "CommonLabels")},
    **{name: name[0].lower() + name[1:] for name in ("CommonAnnotations", "RouteLabels")},
    "ExternalURL": "externalURL",
}


def _rfc3339(time: Time) -> str:
    from router.gotemplate.layout import layout

    return layout(time, "2006-01-02T15:04:05.999999999Z07:00")


FILTERS: dict[str, Callable[[Any], str]] = {
    call.__name__: call
    for call in (
        *(html_text, html_title, html_attr, html_unquoted, html_nothing),
        *(url_filter, url_part, url_query, css_value, js_value, js_string),
    )
} | {"html": lambda value: html(shown(value))}
"""Those that translated templates name, by their names."""
