"""Receivers and people tried out: a test that is really sent."""

from collections.abc import Mapping
from difflib import get_close_matches

import msgspec
from aiohttp import web

from router.core.configuration import Configuration
from router.core.integration import Integration
from router.web import body
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.who import CALLER


class _Posted(msgspec.Struct):
    to: str


_posted = msgspec.json.Decoder(_Posted).decode


class Receivers:
    """`/api/v1/receivers`."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms

    async def test(self, request: web.Request) -> web.Response:
        """POST /api/v1/receivers/test with `{"to": NAME or "user:ID"}`: send a test, really.

        `{"ok", "results": [{"target", "integration", "ok", "seconds", "detail", "error"}]}`. 429
        when there were too many tests within a minute; 404 when nobody has that name.
        """
        to = _read(await body.read(request, self._rooms.limits))
        targets = _targets(self._rooms.door.state.configuration, to)
        if wait := self._rooms.trials.admit():
            sentence = f"too many tests within a minute; ask again in {wait} seconds"
            raise Refused(429, sentence, headers={"Retry-After": str(wait)})
        name = to.partition(":")[2] or to
        results = await self._rooms.trials.run(name, request[CALLER].name, targets)
        return as_json({"ok": all(result.ok for result in results), "results": results})


def _read(payload: bytes) -> str:
    try:
        return _posted(payload).to
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Refused(400, f"the body cannot be read: {error}") from None


def _targets(configuration: Configuration, to: str) -> Mapping[str, Integration]:
    """The integrations a receiver's name, `receiver:NAME` or `user:ID` stands for."""
    kind, _, name = to.partition(":")
    if kind == "user":
        user = configuration.users.get(name)
        found = {f"user:{name}/{via}": i for via, i in user.methods.items()} if user else None
        known = [f"user:{each}" for each in configuration.users]
    else:
        name = name if kind == "receiver" and name in configuration.receivers else to
        found = dict(configuration.targets(name)) if name in configuration.receivers else None
        known = [*configuration.receivers, *(f"user:{each}" for each in configuration.users)]
    if found is None:
        near = get_close_matches(to, known, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise Refused(404, f"there is no receiver or user {to[:100]!r}{hint}")
    if not found:
        raise Refused(400, f"{to!r} has nothing that could be sent to")
    return found
