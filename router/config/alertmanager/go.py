"""Texts as Go's library reads them: durations, addresses, host and port."""

import re

from router.core.moment import DAY, HOUR, MINUTE, SECOND

_SPAN_UNITS = {"y": 365 * DAY, "w": 7 * DAY, "d": DAY, "h": HOUR, "m": MINUTE, "s": SECOND}
_SPAN = re.compile(
    "".join(rf"(?:([0-9]+){unit})?" for unit in [*_SPAN_UNITS, "ms"]), re.ASCII
).fullmatch
_LONGEST = (1 << 63) // 1000  # What a Go duration can hold, in microseconds.

_GO_UNITS = {"ns": 1, "us": 10**3, "µs": 10**3, "μs": 10**3, "ms": 10**6, "s": 10**9}
_GO_UNITS |= {"m": 60 * 10**9, "h": 3600 * 10**9}
_GO_TERM = r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(ns|us|µs|μs|ms|s|m|h)"
_GO_SPAN = re.compile(rf"[-+]?(?:{_GO_TERM})+", re.ASCII).fullmatch
_GO_TERMS = re.compile(_GO_TERM, re.ASCII).findall

_URL = re.compile(
    r"(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?://([^/?]*))?((?(1)|(?(2)|(?![^/?]*:)))[^?]*)", re.DOTALL
).match
_USER = re.compile(r"[A-Za-z0-9\-._:~!$&'()*+,;=%@]*", re.ASCII).fullmatch
_HOST = re.compile(
    r"(?:\[[0-9A-Za-z:.%\-_~!$&'()*+,;=]*\]|[^\x00-\x20/?#@\[\]\\^`{|}%\x7f]*?)(?::[0-9]*)?"
).fullmatch
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})").search
_CONTROL = re.compile(r"[\x00-\x1f\x7f]").search


def span(text: str) -> int:
    """The microseconds of a duration as Prometheus writes it, such as `1h30m`.

    Raises:
        ValueError: it is none.
    """
    if text == "0":
        return 0
    if not text:
        raise ValueError("empty duration string")
    found = _SPAN(text)
    if found is None:
        raise ValueError(f"not a valid duration string: {text!r}; write it like 90s, 5m or 1h30m")
    units = [*_SPAN_UNITS.values(), SECOND // 1000]
    numbers = zip(found.groups(), units, strict=True)
    total = sum(int(number[:20]) * unit for number, unit in numbers if number)
    if total > _LONGEST:
        raise ValueError("duration out of range")
    return total


def go_span(text: str) -> int:
    """The microseconds of a Go duration such as `1.5s`.

    Raises:
        ValueError: it is none.
    """
    if text in ("0", "+0", "-0"):
        return 0
    if not _GO_SPAN(text):
        raise ValueError(f"invalid duration {text!r}; write it like 10s or 500ms")
    total = sum(float(number) * _GO_UNITS[unit] for number, unit in _GO_TERMS(text))
    if total >= 1 << 63:
        raise ValueError(f"invalid duration {text!r}")
    return int(total) // 1000 * (-1 if text.startswith("-") else 1)


def any_url(text: str) -> tuple[str, str]:
    """The scheme and the host of any address or path; either may be empty.

    Raises:
        ValueError: it is none; the address is not repeated, for it may be secret.
    """
    if _CONTROL(text):
        raise ValueError("invalid control character in URL")
    address, _, fragment = text.partition("#")
    found = _URL(address)
    if found is None:
        raise ValueError("first path segment in URL cannot contain colon")
    scheme, authority, rest = (found[1] or "").lower(), found[2] or "", found[3]
    user, at, host = authority.rpartition("@")
    _, colon, port = host.rpartition(":")
    numbered = host.endswith("]") or not colon or port == "" or port.isdecimal()
    if (at and not _USER(user)) or not _HOST(host) or _BAD_ESCAPE(user) or not numbered:
        raise ValueError("invalid host or port in URL")
    if _BAD_ESCAPE(rest) or _BAD_ESCAPE(fragment):
        raise ValueError("invalid URL escape")
    return scheme, host


def url(text: str) -> str:
    """An absolute http or https address.

    Raises:
        ValueError: it is none; the address is not repeated, for it may be secret.
    """
    scheme, host = any_url(text)
    if scheme not in ("http", "https"):
        raise ValueError(f"unsupported scheme {scheme!r} for URL")
    if not host:
        raise ValueError("missing host for URL")
    return text


def host_port(text: str) -> tuple[str, str]:
    """The host and the port of `host:port`.

    Raises:
        ValueError: it is none.
    """
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        raise ValueError(f"address {text!r}: missing port in address")
    if host.startswith("["):
        if not host.endswith("]") or set("[]") & set(host[1:-1]):
            raise ValueError(f"address {text!r}: missing ']' in address")
        host = host[1:-1]
    elif ":" in host:
        raise ValueError(f"address {text!r}: too many colons in address")
    elif set("[]") & set(text):
        raise ValueError(f"address {text!r}: unexpected '[' or ']' in address")
    if not port:
        raise ValueError(f"address {text!r}: port cannot be empty")
    return host, port
