"""One POST, once: whether it left, what came back, and what that means for another attempt.

The channels that speak HTTP build on this. A request asks whether it is still wanted after its
connection stands and immediately before its first byte; what fails before that byte certainly did
not arrive, what fails after it may have.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urljoin, urlsplit

import aiohttp
import msgspec

from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.senders.clean import hide, link_secrets, one_line
from router.senders.exchange import Guarded, failure, read
from router.senders.kept import Unreadable
from router.senders.post import Answer, Post, Wanted
from router.senders.way import Way, Ways, usual

__all__ = ["Answer", "Http", "Post", "Wanted", "refusal", "shown", "taken"]

REDIRECTS_MAX = 10

# A kept connection is used again within a second only: no common server closes one sooner, and a
# POST on a connection that the far side is just closing ends in doubt (aiohttp never repeats it).
_KEPT_SECONDS = 1.0


class Http:
    """Posts requests on one session, without cookies; what else they need, their options say.

    The session limits no connections; how many are open is the queues' business, where a dead
    host cannot use up another's share.
    """

    def __init__(self, session: aiohttp.ClientSession, usual: ssl.SSLContext | None = None) -> None:
        self._session = session
        self._ways = Ways(usual)

    @classmethod
    @asynccontextmanager
    async def open(cls, tls: ssl.SSLContext | None = None) -> AsyncIterator["Http"]:
        """Open the session; `tls` replaces the system's certificate authorities."""
        connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=_KEPT_SECONDS, ssl=tls or True)
        async with aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            headers={"User-Agent": "Tocsin", "Accept-Encoding": "identity"},
            auto_decompress=False,
        ) as session:
            yield cls(session, tls)

    async def post(self, post: Post, wanted: Wanted) -> Answer:
        """Send the request once and return the answer, whatever its status.

        Raises:
            Withdrawn: `wanted()` said no; not a byte was sent.
            DeliveryError: no answer; `ambiguous` when the request had begun to leave.
            PermanentDeliveryError: the address can not be used at all.
        """
        deadline = asyncio.get_running_loop().time() + post.timeout
        way = usual(post) or await self._prepared(post, deadline)
        answer = await self._followed(post, way, wanted, deadline)
        if answer.status == 401 and way.token is not None and not way.token.fresh:
            self._ways.forget(way.token)
            words = f"{post.name}: answered 401; a new access token is asked for next time"
            raise DeliveryError(words)
        return answer

    async def _prepared(self, post: Post, deadline: float) -> Way:
        """The way, with the credentials that the options name."""

        async def ask(request: Post, way: Way) -> Answer:
            return await self._send(request, way, lambda: True, deadline)

        try:
            async with asyncio.timeout_at(deadline):
                return await self._ways.prepare(post, ask)
        except TimeoutError:
            words = f"{post.name}: its credentials were not there within {post.timeout:g} s"
            raise DeliveryError(words) from None
        except Unreadable as error:
            raise DeliveryError(f"{post.name}: {error}") from None

    async def _followed(self, post: Post, way: Way, wanted: Wanted, deadline: float) -> Answer:
        """The last answer, when redirects are to be followed."""
        request = post
        for _ in range(REDIRECTS_MAX + 1):
            answer = await self._send(request, way, wanted, deadline)
            if not post.http.follow_redirects or not answer.location:
                return answer
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            request = _redirected(request, answer, way)
        raise PermanentDeliveryError(f"{post.name}: more than {REDIRECTS_MAX} redirects")

    async def _send(self, post: Post, way: Way, wanted: Wanted, deadline: float) -> Answer:
        """One request to one address.

        As browsers and Alertmanager do it, what is asked for with GET takes no body along.
        """
        body = Guarded(post.body, wanted)
        left = max(0.001, deadline - asyncio.get_running_loop().time())
        own = way.leads_to(post.url)
        try:
            async with self._session.request(
                post.method,
                post.url,
                data=body if post.method != "GET" else None,
                headers=_headers(post, way),
                timeout=aiohttp.ClientTimeout(total=left, ceil_threshold=3600),
                allow_redirects=False,
                ssl=way.context or True,
                server_hostname=(way.server_name or None) if own else None,
                proxy=way.through(post.url),
                proxy_headers=way.connect_headers(),
            ) as response:
                return _hidden(await read(response, post.at), way)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            raise PermanentDeliveryError(f"{post.name}: its address is not a web address") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if body.withdrawn:
                raise Withdrawn(f"{post.name}: withdrawn before it was sent") from None
            begun = body.begun or post.method == "GET"
            what = failure(error, post.timeout, begun)
            raise DeliveryError(f"{post.name}: {what}", ambiguous=begun) from None
        except ValueError:
            what = "its address or credentials hold characters that cannot be sent"
            raise PermanentDeliveryError(f"{post.name}: {what}") from None


def _headers(post: Post, way: Way) -> list[tuple[str, str]]:
    """The request's own headers, and what the options add to them for this origin."""
    left_out = {"content-type"} if post.method == "GET" else set()
    added: tuple[tuple[str, str], ...] = ()
    if way.leads_to(post.url):
        added = way.headers
    else:
        left_out.add("authorization")
    own = ((name, value) for name, value in post.headers.items() if name.lower() not in left_out)
    return [*own, *added]


def _hidden(answer: Answer, way: Way) -> Answer:
    """The answer without the credentials that were sent, should it repeat them."""
    if not way.secrets:
        return answer
    body = hide(answer.body.decode("utf-8", "surrogateescape"), way.secrets)
    return msgspec.structs.replace(answer, body=body.encode("utf-8", "surrogateescape"))


def _redirected(post: Post, answer: Answer, way: Way) -> Post:
    """The next request where it is led, which must not be less private."""
    try:
        url = urljoin(post.url, answer.location)
        scheme = urlsplit(url).scheme
    except ValueError:
        url = scheme = ""
    if scheme not in ("http", "https") or (way.origin[0] == "https" and scheme == "http"):
        words = "redirects to an address that is not https"
        raise PermanentDeliveryError(f"{post.name}: {words}; configure the final address")
    method = post.method if answer.status >= 307 else "GET"
    secrets = (*post.secrets, *link_secrets(url))
    return msgspec.structs.replace(post, url=url, method=method, secrets=secrets)


def refusal(post: Post, answer: Answer, said: str = "") -> DeliveryError:
    """The error that an answer which is not a success means for the delivery.

    A full, busy or broken far side (408, 425, 429, 5xx) may take another attempt; 500, 502 and
    504 do not say whether it took this one. A redirect ends here unless the options say to follow
    it. `said` replaces the answer's own text.
    """
    said = said or shown(post, answer)
    words = f"{post.name}: answered {answer.status}{f' {said}' if said else ''}"
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return DeliveryError(
            words, retry_after=answer.retry_after, ambiguous=answer.status in (500, 502, 504)
        )
    if 300 <= answer.status < 400:
        words += "; redirects are followed only when http_config says follow_redirects: configure"
        words += " the final address"
    return PermanentDeliveryError(words)


def taken(post: Post, answer: Answer) -> None:
    """Nothing, if the far side took it by an answer of its own.

    Raises:
        DeliveryError: as `refusal` has it; or a web page came, which a proxy or a portal in
            between may have answered with, so that it is not known who took it.
    """
    if not answer.ok:
        raise refusal(post, answer)
    if answer.body.lstrip()[:1] == b"<":
        words = f"{post.name}: answered {answer.status} with a web page, which is not its answer"
        raise DeliveryError(words, ambiguous=True)


def shown(post: Post, answer: Answer) -> str:
    """The beginning of an answer's text, fit for a log: one line, no secrets."""
    return one_line(hide(answer.body[:2000].decode("utf-8", "replace"), post.secrets), 200)
