"""Where the address of an Apprise service is filled in for each message."""

import re
from collections.abc import Iterator

import msgspec

# Their host is a token: who fills it in does not choose the machine that is called.
TOKEN_HOSTS = frozenset({"pover", "splunk", "victorops", "webex", "wxteams"})

_PLACE = re.compile(r"\{([a-z][a-z0-9_]*)(\*?)\}")


class Place(msgspec.Struct, frozen=True):
    """A `{name}` in an address, or a `{name*}`, without which it is an address too.

    `start` and `end` are its position, `where` one of scheme, login, host, path and query.
    """

    name: str
    optional: bool
    start: int
    end: int
    where: str


def places(url: str) -> Iterator[Place]:
    """Every place of the address, in order."""
    begin = url.find("://") + 3 if "://" in url else len(url)
    ends = (url.find(mark, begin) for mark in "/?#")
    path = min((at for at in ends if at >= 0), default=len(url))
    login = url.rfind("@", begin, path)
    query = url.find("?", begin)
    for found in _PLACE.finditer(url):
        at = found.start()
        if query >= 0 and at > query:
            where = "query"
        elif at >= path:
            where = "path"
        elif at < begin:
            where = "scheme"
        else:
            where = "login" if at < login else "host"
        yield Place(found[1], bool(found[2]), at, found.end(), where)
