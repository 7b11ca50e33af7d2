"""Makes text from outside fit to be shown: no control characters, no false directions, no secrets.

Labels and annotations are written by whoever can raise an alert, so nothing of them may act in a
terminal, a chat or a mail client. Invisible characters become U+FFFD rather than vanish: the
reader should see that something was there.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

MARK = "\ufffd"

# C0 and C1 controls but tab and newline, separators that act as newlines, bidirectional controls
# and invisible formatting (Unicode 15 chapter 23; CVE-2021-42574), lone surrogates, tag characters.
# ZWJ and ZWNJ stay: emoji and several scripts need them.
_UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACE = re.compile(r"\s+")
_UNSAFE_IN_LINK = re.compile(r"[\s\"'<>\\^`{|}\x00-\x20\x7f-\U0010ffff]")
_HIDDEN_MIN = 8


def clean(text: str, limit: int = 1000) -> str:
    """The text with every invisible or acting character marked, at most `limit` long."""
    if len(text) > limit:
        text = cut(text, limit)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _UNSEEN.sub(MARK, text)


def one_line(text: str, limit: int = 1000) -> str:
    """The cleaned text as a single line without surrounding space."""
    return cut(_SPACE.sub(" ", clean(text, 4 * limit)).strip(), limit)


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, the last one an ellipsis when something is missing."""
    return text if len(text) <= limit else f"{text[: limit - 1]}…"


def web_link(text: str) -> str:
    """The text as a link that can only lead to a web page; empty when it is anything else.

    `javascript:` and `data:` would act when followed. Quotes, brackets and bars are
    percent-encoded, so that the link cannot end the attribute or Slack link it stands in.
    """
    text = text.strip()
    try:
        parts = urlsplit(text)
        safe = parts.scheme.lower() in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    if not safe or len(text) > 2000 or _UNSEEN.search(text):
        return ""
    return _UNSAFE_IN_LINK.sub(lambda found: quote(found[0], safe=""), text)


def hide(text: str, secrets: Iterable[str]) -> str:
    """The text with every secret in it replaced, also when it is percent-encoded."""
    for secret in sorted({s for s in secrets if len(s) >= _HIDDEN_MIN}, key=len, reverse=True):
        for form in {secret, unquote(secret), quote(secret, safe="")}:
            text = text.replace(form, "***")
    return text


@lru_cache(1024)
def link_secrets(url: str) -> tuple[str, ...]:
    """The parts of a secret address that an error page might repeat."""
    try:
        parts = urlsplit(url)
        login = (parts.username or "", parts.password or "")
    except ValueError:
        return (url,)
    values = [value for pair in parts.query.split("&") for value in pair.split("=")]
    return (url, parts.path, *parts.path.split("/"), parts.query, *values, *login)
