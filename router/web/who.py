"""Who asks, and whether they may."""

import base64
import binascii
import hmac
from collections.abc import Iterable, Iterator
from hashlib import sha256
from urllib.parse import urlsplit

import msgspec
from aiohttp import web

from router.core.secret import Secret
from router.core.settings import HttpSource, Scope
from router.web.refusal import Refused
from router.web.rooms import Rooms

_GUARDED: frozenset[Scope] = frozenset(("answer", "silence", "admin"))
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


class Caller(msgspec.Struct, frozen=True):
    """Who asks: the name of the token, or nothing where nobody is asked for one."""

    name: str = ""


CALLER: web.RequestKey[Caller] = web.RequestKey("caller", Caller)


def require(request: web.Request, rooms: Rooms, scope: Scope) -> Caller:
    """Who asks for something that needs this scope.

    Raises:
        Refused: 401 without a token we know, 403 when the token may not or another site's page
            asks in the name of whoever looks at it.
    """
    allowed, known = _callers(request, rooms, scope)
    if allowed is not None:
        return Caller(allowed)
    if _trusting(rooms):
        if scope in _GUARDED:
            _refuse_other_sites(request, rooms)
        return Caller(known or "")
    if known is not None:
        raise Refused(403, f"the token {known!r} may not {scope}", code=403)
    raise _unknown(f"this needs a token that may {scope}")


def may(request: web.Request, rooms: Rooms, scope: Scope) -> bool:
    """Whether whoever asks has this scope."""
    return _trusting(rooms) or _callers(request, rooms, scope)[0] is not None


def require_ingest(
    request: web.Request, rooms: Rooms, source: HttpSource | None, in_path: str = ""
) -> None:
    """Let pass who may send alerts for a source; None is a source that does not exist.

    A source's own token is always asked for; an API token that may ingest stands for it.

    Raises:
        Refused: 401 or 403, the same for a source that does not exist.
    """
    if source is not None and source.token is not None:
        if _matches(source.token, _presented(request, in_path)):
            return
    elif _trusting(rooms):
        return
    allowed, known = _callers(request, rooms, "ingest", in_path)
    if allowed is not None:
        return
    if known is not None:
        raise Refused(403, f"the token {known!r} may not ingest", code=403)
    raise _unknown("this source needs its token")


def _trusting(rooms: Rooms) -> bool:
    return rooms.local or rooms.api().open


def _callers(
    request: web.Request, rooms: Rooms, scope: Scope, in_path: str = ""
) -> tuple[str | None, str | None]:
    """The name of a presented token that has the scope, and of any that we know."""
    presented = _presented(request, in_path)
    allowed = known = None
    for token in rooms.api().tokens:  # All of them, so that the time taken tells nothing.
        if _matches(token.token, presented):
            known = token.name
            if scope in token.may:
                allowed = token.name
    return allowed, known


def _matches(secret: Secret, presented: Iterable[bytes]) -> bool:
    """Compared by digest, so that not even the length of the secret shows in the time taken."""
    wanted = sha256(secret.value.encode(errors="surrogatepass")).digest()
    found = False
    for digest in presented:
        found |= hmac.compare_digest(digest, wanted)
    return found and not secret.missing


def _presented(request: web.Request, in_path: str) -> list[bytes]:
    """The digests of what was presented as a token, wherever it may stand."""
    texts = (*_authorization(request), request.headers.get("X-Token", ""), in_path)
    return [sha256(text.encode(errors="surrogatepass")).digest() for text in texts if text]


def _authorization(request: web.Request) -> Iterator[str]:
    """`Bearer TOKEN`, or Basic with the token as password, or as user without a password."""
    kind, _, value = request.headers.get("Authorization", "").strip().partition(" ")
    match kind.lower():
        case "bearer":
            yield value.strip()
        case "basic":
            try:
                pair = base64.b64decode(value.strip(), validate=True).decode()
            except (binascii.Error, UnicodeDecodeError):
                return
            user, _, password = pair.partition(":")
            yield password or user


def _refuse_other_sites(request: web.Request, rooms: Rooms) -> None:
    """Where no token is asked for, a page from elsewhere must not act through the browser.

    Browsers name the origin of every request that could change something (Fetch, 3.2). The host
    of the request itself proves nothing on loopback: names can be rebound to it.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return
    public = rooms.door.state.configuration.url
    ours = {*_LOOPBACK, _host(public)} | (set() if rooms.local else {_host(f"//{request.host}")})
    if not (host := _host(origin)) or host not in ours:
        sentence = f"a page of {origin!r} may not do this without a token"
        raise Refused(403, sentence, code=403)


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _unknown(sentence: str) -> Refused:
    """Some senders show their Basic credentials only when asked for them (AWS SNS)."""
    headers = {"WWW-Authenticate": 'Basic realm="tocsin", charset="UTF-8"'}
    return Refused(401, sentence, code=401, headers=headers)
