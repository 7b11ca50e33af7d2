"""What one request takes along and through what it goes, made of an integration's options."""

import base64
import ssl
from collections.abc import Awaitable, Callable
from functools import lru_cache
from urllib.parse import SplitResult, urlsplit

import msgspec

from router.core.http_options import HttpOptions, OAuth2, Proxy
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.clean import link_secrets
from router.senders.kept import Texts
from router.senders.oauth import Token, Tokens
from router.senders.post import Answer, Post
from router.senders.proxies import proxy_for
from router.senders.tls import Contexts

_PORTS = {"https": 443, "http": 80}


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A prepared way to one origin: `headers` and `server_name` are for nobody else.

    `secrets` are what the headers hold that nobody may see.
    """

    origin: tuple[str, str, int]
    headers: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()
    context: ssl.SSLContext | None = None
    server_name: str = ""
    proxy: Proxy = Proxy()
    token: Token | None = None

    def __repr__(self) -> str:
        return "Way(***)"

    def leads_to(self, url: str) -> bool:
        """Whether the address is of the origin it was prepared for."""
        return origin(url) == self.origin

    def through(self, url: str) -> str | None:
        """The proxy's address."""
        proxy = proxy_for(url, self.proxy)
        return proxy.value if proxy else None

    def connect_headers(self) -> dict[str, str] | None:
        """What goes with CONNECT."""
        return {name: kept.value for name, kept in self.proxy.headers} or None


Send = Callable[[Post, Way], Awaitable[Answer]]


class Ways:
    """Prepares them; certificates and access tokens are kept from one to the next."""

    def __init__(self, usual: ssl.SSLContext | None) -> None:
        self._contexts = Contexts(usual)
        self._tokens = Tokens()

    async def prepare(self, post: Post, send: Send) -> Way:
        """The way of a request; an access token is asked for by `send`.

        Raises:
            DeliveryError: a file cannot be read, or there is no access token.
        """
        options = post.http
        texts = await Texts.of(options)
        way = Way(
            origin=origin(post.url),
            context=await self._contexts.context(options.tls, texts),
            server_name=options.tls.server_name,
            proxy=options.proxy,
        )
        headers = [(name, texts(kept)) for name, kept in options.headers]
        secrets = [texts(kept) for _, kept in options.headers if not isinstance(kept, str)]
        token = None
        if "Authorization" not in post.headers and not _logs_in(post.url):
            if options.oauth2 is not None:
                token = await self._token(post, options.oauth2, texts, send)
            said, hidden = _authorization(options, texts, token)
            headers += [("Authorization", said)] if said else []
            secrets += hidden
        return msgspec.structs.replace(
            way, headers=tuple(headers), secrets=tuple(secrets), token=token
        )

    def forget(self, token: Token) -> None:
        """Ask for a new access token next time."""
        self._tokens.forget(token)

    async def _token(self, post: Post, oauth: OAuth2, texts: Texts, send: Send) -> Token:
        url, secret = oauth.token_url.value, texts(oauth.client_secret)
        if oauth.token_url.missing:
            raise PermanentDeliveryError(f"{post.name}: oauth2.token_url is not set")
        way = Way(
            origin=origin(url),
            context=await self._contexts.context(oauth.tls, texts),
            server_name=oauth.tls.server_name,
            proxy=oauth.proxy,
            secrets=(secret,),
        )

        async def ask(headers: dict[str, str], form: bytes) -> Answer:
            request = Post(
                name=f"{post.name}: token_url",
                url=url,
                body=form,
                headers=headers,
                timeout=post.timeout,
                at=post.at,
                secrets=(*link_secrets(url), secret),
            )
            try:
                return await send(request, way)
            except DeliveryError as error:
                error.ambiguous = False  # Of the page itself not a byte has left.
                raise

        return await self._tokens.token(post.name, oauth, secret, ask)


def usual(post: Post) -> Way | None:
    """The way of a request without any options, for which nothing has to be waited for."""
    return Way(origin=origin(post.url)) if post.http == HttpOptions() else None


def _authorization(
    options: HttpOptions, texts: Texts, token: Token | None
) -> tuple[str, tuple[str, ...]]:
    """The header's value, and what of it is secret."""
    if options.basic_auth is not None:
        password = texts(options.basic_auth.password)
        login = f"{texts(options.basic_auth.username)}:{password}".encode()
        encoded = base64.b64encode(login).decode()
        return f"Basic {encoded}", (password, encoded)
    if options.authorization is not None:
        credentials = texts(options.authorization.credentials)
        return f"{options.authorization.scheme} {credentials}", (credentials,)
    return (f"{token.kind} {token.value}", (token.value,)) if token else ("", ())


@lru_cache(1024)  # Few addresses are asked about again and again.
def origin(url: str) -> tuple[str, str, int]:
    """Scheme, host and port of an address; empty ones when it is none."""
    try:
        parts: SplitResult = urlsplit(url)
        port = parts.port or _PORTS.get(parts.scheme, 0)
    except ValueError:
        return "", "", 0
    return parts.scheme, parts.hostname or "", port


def _logs_in(url: str) -> bool:
    """Whether an address has a name in it."""
    try:
        return bool(urlsplit(url).username)
    except ValueError:
        return False
