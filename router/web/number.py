"""Whole numbers in a query."""

from aiohttp import web

from router.web.refusal import Refused


def whole(request: web.Request, name: str, default: int, most: int) -> int:
    """The number from 1 to `most` that the query gives under this name, if it gives one.

    Raises:
        Refused: 400 when it is none.
    """
    text = request.query.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:20]) <= most:
        raise Refused(400, f"{name}={text[:40]!r} is no whole number from 1 to {most}")
    return int(text)
