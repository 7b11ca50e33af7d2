"""Access tokens by client credentials (RFC 6749 4.4), kept until they run out."""

import asyncio
import base64
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from urllib.parse import quote_plus, urlencode

import msgspec

from router.core.http_options import OAuth2
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.clean import hide, one_line
from router.senders.post import Answer

KEPT_MAX = 64

# A token is not used for its last seconds: it might run out on its way.
_MARGIN_SECONDS = 10.0

Ask = Callable[[dict[str, str], bytes], Awaitable[Answer]]
"""Posts headers and a form to the token endpoint."""

_Key = tuple[OAuth2, str]


class Token(msgspec.Struct, frozen=True):
    """What goes into the header. `fresh` says whether it was asked for just now."""

    value: str
    kind: str = "Bearer"
    until: float = float("inf")
    fresh: bool = False

    def __repr__(self) -> str:
        return "Token(***)"


class _Said(msgspec.Struct):
    access_token: str = ""
    token_type: str = ""
    expires_in: float | None = None
    error: str = ""


class Tokens:
    """One token for each client, however many requests want it at once."""

    def __init__(self) -> None:
        self._kept: OrderedDict[_Key, Token] = OrderedDict()
        self._in_form: set[_Key] = set()
        self._asking: dict[_Key, asyncio.Lock] = {}

    async def token(self, name: str, oauth: OAuth2, secret: str, ask: Ask) -> Token:
        """A token that holds for some seconds yet. `name` is what errors call the far side.

        Raises:
            DeliveryError: the token endpoint gave none.
            PermanentDeliveryError: it does not know the client, or will not serve it.
        """
        key = (oauth, secret)
        async with self._asking.setdefault(key, asyncio.Lock()):
            now = asyncio.get_running_loop().time()
            kept = self._kept.get(key)
            if kept is not None and now < kept.until:
                return kept
            said = await self._asked(name, key, ask)
            until = float("inf")
            if said.expires_in is not None:
                until = now + max(0.0, said.expires_in - _MARGIN_SECONDS)
            kind = said.token_type if said.token_type.lower() not in ("", "bearer") else "Bearer"
            token = Token(said.access_token, kind, until)
            self._keep(key, token)
            return msgspec.structs.replace(token, fresh=True)

    def forget(self, token: Token) -> None:
        """Ask for a new one next time: the far side does not take this one."""
        for key in [key for key, kept in self._kept.items() if kept.value == token.value]:
            del self._kept[key]

    def _keep(self, key: _Key, token: Token) -> None:
        self._kept[key] = token
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT_MAX:
            old, _ = self._kept.popitem(last=False)
            self._in_form.discard(old)
            if not self._asking[old].locked():
                del self._asking[old]

    async def _asked(self, name: str, key: _Key, ask: Ask) -> _Said:
        """The endpoint's answer; one that refuses the header is asked once by the form."""
        oauth, secret = key
        answer = await ask(*_request(oauth, secret, in_form=key in self._in_form))
        if answer.status in (400, 401) and key not in self._in_form:
            second = await ask(*_request(oauth, secret, in_form=True))
            if second.ok:
                self._in_form.add(key)
                answer = second
        said = _decoded(answer)
        if answer.ok and said.access_token:
            return said
        error = f" {hide(one_line(said.error, 80), (secret,))}" if said.error else ""
        words = f"{name}: no access token: the token_url answered {answer.status}{error}"
        if answer.status in (400, 401, 403):
            raise PermanentDeliveryError(words)
        raise DeliveryError(words, retry_after=answer.retry_after)


def _request(oauth: OAuth2, secret: str, *, in_form: bool) -> tuple[dict[str, str], bytes]:
    form = {"grant_type": "client_credentials"}
    if oauth.scopes:
        form["scope"] = " ".join(oauth.scopes)
    form.update(oauth.parameters)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    if in_form:
        form.update({"client_id": oauth.client_id, "client_secret": secret})
    else:
        login = f"{quote_plus(oauth.client_id)}:{quote_plus(secret)}"
        headers["Authorization"] = f"Basic {base64.b64encode(login.encode()).decode()}"
    return headers, urlencode(form).encode()


def _decoded(answer: Answer) -> _Said:
    try:
        return msgspec.json.decode(answer.body, type=_Said, strict=False)
    except msgspec.DecodeError:
        return _Said()
