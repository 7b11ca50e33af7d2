"""One POST, once: whether it left, what came back, and what that means for another attempt.

The channels that speak HTTP build on this. A request asks whether it is still wanted after its
connection stands and immediately before its first byte; what fails before that byte certainly did
not arrive, what fails after it may have.
"""

import os
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from email.utils import parsedate_to_datetime

import aiohttp
import msgspec
from aiohttp import payload
from aiohttp.abc import AbstractStreamWriter

from router.errors import DeliveryError, PermanentDeliveryError, Withdrawn
from router.senders.clean import hide, one_line

Wanted = Callable[[], bool]

ANSWER_MAX = 65_536
RETRY_AFTER_MAX = 3600.0

# A kept connection is used again within a second only: no common server closes one sooner, and a
# POST on a connection that the far side is just closing ends in doubt (aiohttp never repeats it).
_KEPT_SECONDS = 1.0


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """A request. `name` is what errors call the far side; `secrets` never show in one.

    `timeout` is the seconds for all of it. `at` is the wall time in microseconds.
    """

    name: str
    url: str
    body: bytes
    headers: Mapping[str, str]
    timeout: float
    at: int
    secrets: Sequence[str] = ()
    method: str = "POST"

    def __repr__(self) -> str:
        return f"Post({self.name!r}, ***)"


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: at most 64 KB of it. `retry_after` is in seconds, when the far side named it.

    `whole` is false when the connection failed, or time ran out, before the body's end.
    """

    status: int
    body: bytes = b""
    retry_after: float | None = None
    whole: bool = True

    @property
    def ok(self) -> bool:
        """Whether the status says it was taken."""
        return 200 <= self.status < 300


class Http:
    """Posts requests on one session: no redirects, no cookies, no proxies out of the environment.

    The session limits no connections; how many are open is the queues' business, where a dead
    host cannot use up another's share.
    """

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session

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
            yield cls(session)

    async def post(self, post: Post, wanted: Wanted) -> Answer:
        """Send the request once and return the answer, whatever its status.

        Raises:
            Withdrawn: `wanted()` said no; not a byte was sent.
            DeliveryError: no answer; `ambiguous` when the request had begun to leave.
            PermanentDeliveryError: the address can not be used at all.
        """
        body = _Guarded(post.body, wanted)
        try:
            async with self._session.request(
                post.method,
                post.url,
                data=body,
                headers=post.headers,
                timeout=aiohttp.ClientTimeout(total=post.timeout, ceil_threshold=3600),
                allow_redirects=False,
            ) as response:
                return await _answer(response, post)
        except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError):
            raise PermanentDeliveryError(f"{post.name}: its address is not a web address") from None
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            if body.withdrawn:
                raise Withdrawn(f"{post.name}: withdrawn before it was sent") from None
            words = _words(error, post.timeout, body.begun)
            raise DeliveryError(f"{post.name}: {words}", ambiguous=body.begun) from None
        except ValueError:
            words = "its address or credentials hold characters that cannot be sent"
            raise PermanentDeliveryError(f"{post.name}: {words}") from None


def refusal(post: Post, answer: Answer, said: str = "") -> DeliveryError:
    """The error that an answer which is not a success means for the delivery.

    A full, busy or broken far side (408, 425, 429, 5xx) may take another attempt; 500, 502 and
    504 do not say whether it took this one. Redirects are not followed: the next address was not
    configured by anybody. `said` replaces the answer's own text.
    """
    said = said or shown(post, answer)
    words = f"{post.name}: answered {answer.status}{f' {said}' if said else ''}"
    if answer.status in (408, 425, 429) or answer.status >= 500:
        return DeliveryError(
            words, retry_after=answer.retry_after, ambiguous=answer.status in (500, 502, 504)
        )
    if 300 <= answer.status < 400:
        words += "; redirects are not followed, configure the final address"
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


class _Guarded(payload.Payload):
    """A body that asks, in the very step that writes headers and body, whether it may."""

    _autoclose = True

    def __init__(self, body: bytes, wanted: Wanted) -> None:
        super().__init__(body)
        self._size = len(body)
        self._wanted = wanted
        self.begun = self.withdrawn = False

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        if not self._wanted():
            self.withdrawn = True
            raise Withdrawn("no longer wanted")
        self.begun = True
        await writer.write(self._value)


async def _answer(response: aiohttp.ClientResponse, post: Post) -> Answer:
    body, whole = bytearray(), True
    try:
        async for chunk in response.content.iter_chunked(8192):
            body += chunk[: ANSWER_MAX - len(body)]
            if len(body) >= ANSWER_MAX:
                response.close()
                break
    except (aiohttp.ClientError, TimeoutError, OSError):
        whole = False
    return Answer(
        status=response.status,
        body=bytes(body),
        retry_after=_retry_after(response.headers, post.at),
        whole=whole,
    )


def _retry_after(headers: Mapping[str, str], at: int) -> float | None:
    """Seconds to wait by RFC 9110 10.2.3, at most an hour; None when not said or not readable.

    A date is read by the far side's own clock where it shows it.
    """
    said = headers.get("Retry-After", "").strip()
    try:
        seconds = float(said)
    except ValueError:
        try:
            until = parsedate_to_datetime(said).timestamp()
            now = parsedate_to_datetime(headers["Date"]).timestamp() if "Date" in headers else None
        except (ValueError, OverflowError):
            return None
        seconds = until - (at / 1_000_000 if now is None else now)
    return min(RETRY_AFTER_MAX, max(0.0, seconds)) if seconds == seconds else None


def _words(error: Exception, timeout: float, begun: bool) -> str:
    """What happened, in words that hold no address and no secret."""
    match error:
        case TimeoutError():
            return f"{'no answer' if begun else 'no connection'} within {timeout:g} s"
        case aiohttp.ClientConnectorDNSError():
            return "its host name cannot be resolved"
        case aiohttp.ClientConnectorCertificateError():
            reason = getattr(error.certificate_error, "verify_message", "")
            return f"its TLS certificate is not accepted{f': {reason}' if reason else ''}"
        case aiohttp.ClientSSLError():
            return "TLS could not be established"
        case aiohttp.ServerDisconnectedError():
            return "it hung up without an answer"
        case OSError(errno=int(number)) if not begun:
            return f"no connection: {os.strerror(number).lower()}"
        case OSError():
            return f"the connection broke {'before an answer' if begun else 'while opening'}"
    return "it answered with something that is not HTTP" if begun else "the request could not begin"
