"""How a request is refused: one exception, and the shape each part of the API gives it."""

from collections.abc import AsyncIterator, Mapping, Sequence

import msgspec
from aiohttp import web

from router.web import page

_AT_ONCE = 256 * 1024  # A list of fewer bytes leaves in one piece …
_TOGETHER = 200  # … and a longer one in pieces of so many items.


class Refused(Exception):
    """The request is answered with `status` and one sentence.

    On `/api/v2` the sentence is a JSON string, or with `code` an object as go-openapi's framework
    answers; under `/a/` it is a page; among the probes it is text; elsewhere `{"error": …}`.
    `close`: the connection cannot be used any more.
    """

    def __init__(
        self,
        status: int,
        sentence: str,
        *,
        code: int | None = None,
        headers: Mapping[str, str] | None = None,
        close: bool = False,
    ) -> None:
        self.status = status
        self.sentence = sentence
        self.code = code
        self.headers = dict(headers or {})
        self.close = close
        super().__init__(sentence)


def answer(refused: Refused, path: str) -> web.Response:
    """The refusal in the shape that clients of this path expect."""
    response = _shaped(refused, path)
    response.headers.update(refused.headers)
    if refused.close:
        response.force_close()
    return response


def _shaped(refused: Refused, path: str) -> web.Response:
    if path.startswith("/a/"):
        return page.notice(refused.status, refused.sentence)
    if path.startswith(("/-/", "/health/", "/metrics")):
        return web.Response(status=refused.status, text=f"{refused.sentence}\n")
    if not path.startswith("/api/v2/"):
        return as_json({"error": refused.sentence}, refused.status)
    if refused.code is None:
        return as_json(refused.sentence, refused.status)
    return as_json({"code": refused.code, "message": refused.sentence}, refused.status)


def json_list(items: Sequence[bytes]) -> web.Response:
    """An answer that is a list of what is JSON already; a long one leaves in chunks."""
    if sum(map(len, items)) < _AT_ONCE:
        body = b"[" + b",".join(items) + b"]"
        return web.Response(body=body, content_type="application/json")
    return web.Response(body=_chunks(items), content_type="application/json")


async def _chunks(items: Sequence[bytes]) -> AsyncIterator[bytes]:
    """The list in pieces, so that nothing else waits for all of it."""
    opening = b"["
    for start in range(0, len(items), _TOGETHER):
        yield opening + b",".join(items[start : start + _TOGETHER])
        opening = b","
    yield b"]"


def as_json(value: object, status: int = 200) -> web.Response:
    """An answer in JSON."""
    body = msgspec.json.encode(value)
    return web.Response(body=body, status=status, content_type="application/json")
