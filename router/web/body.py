"""Reads a request's body within bounds of size and time."""

import anyio
from aiohttp import StreamReader, web

from router.web.connection import Connection
from router.web.refusal import Refused
from router.web.rooms import Limits

_ENCODINGS = ("", "identity", "gzip")


async def read(request: web.Request, limits: Limits) -> bytes:
    """The whole body, inflated if it was sent as gzip.

    Raises:
        Refused: 408 when it takes too long, 413 when it is (or inflates to) more than we take,
            415 when it is compressed in another way, 400 when it is not what its headers say.
    """
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in _ENCODINGS:
        sentence = f"a body in the encoding {encoding!r} is not taken; send it plain or as gzip"
        raise Refused(415, sentence, code=415, close=True)
    try:
        if request.content.is_eof():  # All of it is here: there is nothing to time.
            if encoding != "gzip":
                return _at_once(request.content, limits.body_bytes)
            return await request.read()
        with anyio.fail_after(limits.body_seconds):
            return await request.read()
    except TimeoutError:
        sentence = f"the body was not complete after {limits.body_seconds:g} seconds"
        raise Refused(408, sentence, code=408, close=True) from None
    except web.HTTPRequestEntityTooLarge:
        if encoding == "gzip" and isinstance(request.protocol, Connection):
            request.protocol.stop_reading()
        sentence = f"the body is larger than the {limits.body_bytes} bytes that are taken"
        raise Refused(413, sentence, code=413, close=True) from None
    except web.RequestPayloadError as error:
        sentence = f"the body is not what its headers say: {error}"
        raise Refused(400, sentence, code=400, close=True) from None


def _at_once(content: StreamReader, most: int) -> bytes:
    """What has arrived, without a copy where it came in one piece. For a body read only once."""
    payload = content.read_nowait()
    if len(payload) > most:
        raise web.HTTPRequestEntityTooLarge(most, len(payload))
    return payload


def require_json(request: web.Request) -> None:
    """Check that a body says it is JSON, as go-openapi does; saying nothing is something else.

    Raises:
        Refused: 415.
    """
    sent = request.headers.get("Content-Type", "application/octet-stream")
    if sent.partition(";")[0].strip().lower() != "application/json":
        sentence = f'unsupported media type "{sent}", only [application/json] are allowed'
        raise Refused(415, sentence, code=415)
