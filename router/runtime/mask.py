"""Keeps known secrets out of whatever is written, in every spelling they may appear in."""

import json
from collections.abc import Iterable, Iterator
from urllib.parse import quote, urlsplit

SHORTEST = 4  # Characters; hiding less than that would make every text unreadable.
MASKED = "***"

_KEPT = "/:?#[]@!$&'()*+,;=%"  # What a client leaves as it is when it quotes an address anew.


class Mask:
    """What must not be shown. Values are only ever added, so that an old secret stays one."""

    def __init__(self) -> None:
        self._texts: tuple[str, ...] = ()
        self._bytes: tuple[bytes, ...] = ()

    def add(self, values: Iterable[str]) -> None:
        """Hide these from now on; of addresses, what is secret in them on its own too."""
        found = {text for value in values for text in _spellings(value)}
        found.update(self._texts)
        self._texts = tuple(sorted(found, key=lambda text: (-len(text), text)))
        self._bytes = tuple(text.encode(errors="surrogatepass") for text in self._texts)

    def text(self, text: str) -> str:
        """The text without what must not be shown."""
        for secret in self._texts:
            if secret in text:
                text = text.replace(secret, MASKED)
        return text

    def bytes(self, line: bytes) -> bytes:
        """The same of UTF-8."""
        for secret in self._bytes:
            if secret in line:
                line = line.replace(secret, MASKED.encode())
        return line


def _spellings(value: str) -> Iterator[str]:
    """The value as it stands, and as JSON, reprs and addresses write it."""
    for part in (value, *_parts(value)):
        if len(part) < SHORTEST:
            continue
        shown = repr(part)[1:-1]
        for text in (part, shown):
            yield text
            yield json.dumps(text)[1:-1]
            yield json.dumps(text, ensure_ascii=False)[1:-1]
        yield quote(part, safe="", errors="replace")
        yield quote(part, safe=_KEPT, errors="replace")


def _parts(value: str) -> Iterator[str]:
    """Of an address, the password, and path and query, which are the secret of many a webhook."""
    if "://" not in value:
        return
    try:
        address = urlsplit(value)
        yield address.password or ""
    except ValueError:
        return
    for part in (address.path, address.query):
        if len(part) > 2 * SHORTEST:
            yield part
