"""Renders a template for whoever is writing it."""

from functools import partial
from typing import Any, Literal

import anyio
import msgspec
from aiohttp import web

from router.errors import DecodeError, RenderError
from router.web import body
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms


class Wanted(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of a request."""

    text: str
    data: dict[str, Any] | None = None
    engine: Literal["go", "jinja2"] = "go"
    type: Literal["text", "html"] = "text"


_decode = msgspec.json.Decoder(Wanted).decode


class TemplatesApi:
    """`/api/v1/templates/render`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def render(self, request: web.Request) -> web.Response:
        """POST `{"text": …, "data"?, "engine"?: "go" or "jinja2", "type"?: "text" or "html"}`.

        `data` is a webhook's body, by default an example. `{"text": …, "jinja2": …}`: what the
        template makes, and itself in the other notation. 422 with a sentence when it is wrong.
        """
        try:
            wanted = _decode(await body.read(request, self._rooms.limits))
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise Refused(400, f"the body cannot be read: {error}") from None
        make = partial(
            self._rooms.render,
            wanted.text,
            body=wanted.data,
            engine=wanted.engine,
            html=wanted.type == "html",
        )
        try:
            made = await anyio.to_thread.run_sync(make)
        except (RenderError, DecodeError) as error:
            raise Refused(422, str(error)) from None
        return as_json({"text": made.text, "jinja2": made.jinja2})
