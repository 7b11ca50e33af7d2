"""One request on the wire: whether it left, what came back, and what went wrong, in words."""

import os
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

import aiohttp
from aiohttp import payload
from aiohttp.abc import AbstractStreamWriter

from router.errors import Withdrawn
from router.senders.post import Answer, Wanted

ANSWER_MAX = 65_536
RETRY_AFTER_MAX = 3600.0


class Guarded(payload.Payload):
    """A body that asks, in the very step that writes headers and body, whether it may."""

    _autoclose = True

    def __init__(self, body: bytes, wanted: Wanted) -> None:
        super().__init__(body)
        self._size = len(body)
        self._wanted = wanted
        self.begun = self.withdrawn = False

    def decode(self, encoding: str = "utf-8", errors: str = "strict") -> str:
        """The body as text."""
        return bytes(self._value).decode(encoding, errors)

    async def write(self, writer: AbstractStreamWriter) -> None:
        """Write headers and body, or nothing when it is no longer wanted."""
        await self.write_with_length(writer, None)

    async def write_with_length(
        self, writer: AbstractStreamWriter, content_length: int | None
    ) -> None:
        """The same; the body is written whole, whatever length is asked for."""
        if not self._wanted():
            self.withdrawn = True
            raise Withdrawn("no longer wanted")
        self.begun = True
        await writer.write(self._value)


async def read(response: aiohttp.ClientResponse, at: int) -> Answer:
    """The answer, at most ANSWER_MAX bytes of it; `at` is the wall time in microseconds."""
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
        retry_after=_retry_after(response.headers, at),
        whole=whole,
        location=response.headers.get("Location", ""),
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


def failure(error: Exception, timeout: float, begun: bool) -> str:
    """What happened, in words that hold no address and no secret."""
    match error:
        case TimeoutError():
            return f"{'no answer' if begun else 'no connection'} within {timeout:g} s"
        case aiohttp.ClientProxyConnectionError():
            return "its proxy cannot be reached"
        case aiohttp.ClientHttpProxyError(status=status):
            return f"its proxy answered {status}"
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
