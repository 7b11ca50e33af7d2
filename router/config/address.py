"""Whether addresses people type can be one; what is said never repeats them."""

import re
from collections.abc import Callable
from email.utils import parseaddr
from urllib.parse import urlsplit

from router.core.labels import valid_text
from router.core.template import is_template

_PHONE = re.compile(r"\+[1-9][0-9]{6,14}", re.ASCII).fullmatch
_SMS_SENDER = re.compile(
    r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|MG[0-9a-f]{32}|(?=.*[A-Za-z])[A-Za-z0-9 ]{1,11}", re.ASCII
).fullmatch
_MAIL = re.compile(r'[^@\s<>()\[\],;:\\"]{1,64}@[^@\s<>()\[\],;:\\"]{1,253}').fullmatch
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://.", re.ASCII).match
_PORT = re.compile(r"[0-9]{1,5}", re.ASCII).fullmatch


def one_line(text: str) -> str:
    """The text, if it can stand in a header.

    Raises:
        ValueError: it holds a line break or another control character, or is not UTF-8.
    """
    if not valid_text(text):
        raise ValueError("is not UTF-8 text")
    if any(ord(char) < 32 or ord(char) == 127 for char in text):
        raise ValueError("holds a line break or another control character")
    return text


def or_template(check: Callable[[str], str]) -> Callable[[str], str]:
    """The same check, passed by a template: what it comes to is judged for each message."""
    return lambda text: one_line(text) if is_template(text) else check(text)


def http_url(text: str) -> str:
    """An absolute http or https address.

    Raises:
        ValueError: it is none.
    """
    try:
        parts = urlsplit(one_line(text))
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or " " in text:
        raise ValueError("is no address that begins with https:// or http:// and names a host")
    return text


def base_url(text: str) -> str:
    """An absolute http or https address that paths are put behind, without a slash at its end.

    Raises:
        ValueError: it is none, or it has a query.
    """
    if "?" in text or "#" in text:
        raise ValueError("is no address that a path can be put behind; leave out ? and #")
    return http_url(text).rstrip("/")


def redis_url(text: str) -> str:
    """An address redis-py can connect to.

    Raises:
        ValueError: it is none.
    """
    if not one_line(text).startswith(("redis://", "rediss://", "unix://")):
        raise ValueError("is no address that begins with redis://, rediss:// or unix://")
    return text


def any_url(text: str) -> str:
    """An address of any scheme, as Apprise takes them.

    Raises:
        ValueError: it is none.
    """
    if not _SCHEME(one_line(text)):
        raise ValueError("is no Apprise address such as ntfy://topic")
    return text


def phone(text: str) -> str:
    """A telephone number in E.164 form.

    Raises:
        ValueError: it is none.
    """
    if not _PHONE(text):
        raise ValueError("is no telephone number; write it like +15555550101, digits only")
    return text


def sms_sender(text: str) -> str:
    """What Twilio takes as `From`: a number, a short code, a sender id or a messaging service.

    Raises:
        ValueError: it is none.
    """
    if not _SMS_SENDER(text):
        raise ValueError("is no sender of text messages; write a number like +15555550100")
    return text


def mail(text: str) -> str:
    """A bare mail address.

    Raises:
        ValueError: it is none.
    """
    if not _MAIL(text):
        raise ValueError("is no mail address; write it like ana@example.com")
    return text


def mailbox(text: str) -> str:
    """A mail address with or without a name: `Tocsin <alerts@example.com>`.

    Raises:
        ValueError: it is none.
    """
    if not _MAIL(parseaddr(one_line(text))[1]):
        raise ValueError("is no mail address; write it like Tocsin <alerts@example.com>")
    return text


def host_port(text: str) -> str:
    """A host and a port: `127.0.0.1:9093`, `[::1]:9093`, `:9093`.

    Raises:
        ValueError: it is none.
    """
    host, colon, port = text.rpartition(":")
    plain = ":" not in host or (host.startswith("[") and host.endswith("]"))
    if not colon or not plain or re.search(r"[\s/@]", host) or not _PORT(port):
        raise ValueError("is no host and port; write it like 127.0.0.1:9093")
    if int(port) > 65535:
        raise ValueError("names a port that is not between 0 and 65535")
    return text


def mail_server(text: str) -> str:
    """A mail server and its port.

    Raises:
        ValueError: it is none.
    """
    try:
        good = not text.startswith(":") and not host_port(text).endswith(":0")
    except ValueError:
        good = False
    if not good:
        raise ValueError("is no mail server and port; write it like smtp.example.com:587")
    return text
