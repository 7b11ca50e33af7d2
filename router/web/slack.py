"""Slack's doors: is it really Slack, and what does the person want?"""

import hmac
from collections.abc import Sequence
from hashlib import sha256
from urllib.parse import parse_qs

import structlog
from aiohttp import web

from router.core.moment import SECOND
from router.core.secret import Secret
from router.web import body
from router.web.envelope import CID
from router.web.refusal import Refused, as_json
from router.web.rooms import Rooms
from router.web.slack_presses import Presses
from router.web.slash import Slash, escape

WINDOW = 300 * SECOND
_FIELDS_MOST = 64
_log = structlog.get_logger("tocsin.answer")


class Slack:
    """Both requests that Slack makes: a slash command, and the press of a button."""

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._slash = Slash(rooms)
        self._presses = Presses(rooms, self._slash)

    async def command(self, request: web.Request) -> web.Response:
        """`POST /slack/command`: do what was typed. Always 200 once Slack has proved itself.

        Raises:
            Refused: 404 when no signing secret is set, 401 when the signature is not Slack's.
        """
        form = await self._form(request)
        if form.get("ssl_check") == "1":
            return web.Response()
        user = form.get("user_id", "")
        told = await self._slash.answer(user, form.get("text", ""))
        _log.info("slash command", user=user, text=form.get("text", "")[:200], cid=request[CID])
        kind = "in_channel" if told.public else "ephemeral"
        return as_json({"response_type": kind, "text": told.text})

    async def press(self, request: web.Request) -> web.Response:
        """`POST /slack/interactive`: do what a button is for. 200 also for buttons not ours.

        Raises:
            Refused: as with `command`, and 400 when the payload cannot be read.
        """
        form = await self._form(request)
        await self._presses.take(form.get("payload", ""), request[CID])
        return web.Response()

    async def _form(self, request: web.Request) -> dict[str, str]:
        rooms = self._rooms
        secrets = [secret for secret in rooms.slack_secrets() if not secret.missing]
        if not secrets:
            raise Refused(404, "set channels.slack.signing_secret in routes.toml first")
        raw = await body.read(request, rooms.limits)
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not is_signed(raw, stamp, signature, secrets, rooms.door.now().wall):
            raise Refused(401, "this is not signed by Slack, or not now")
        return _fields(raw)


def is_signed(
    raw: bytes, stamp: str, signature: str, secrets: Sequence[Secret], now_wall: int
) -> bool:
    """Whether Slack sent exactly these bytes within five minutes of now.

    Signing v0 (docs.slack.dev, "Verifying requests from Slack"): HMAC-SHA256 of
    `v0:{timestamp}:{body}` in hex. With several secrets any may have signed.
    """
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12 and signature.isascii()):
        return False
    if abs(now_wall - int(stamp) * SECOND) > WINDOW:
        return False
    message = b"v0:%b:%b" % (stamp.encode(), raw)
    found = False
    for secret in secrets:
        wanted = hmac.new(secret.value.encode(), message, sha256).hexdigest()
        found |= hmac.compare_digest(f"v0={wanted}", signature)
    return found


def _fields(raw: bytes) -> dict[str, str]:
    try:
        form = parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MOST)
    except ValueError as error:
        raise Refused(400, f"the form cannot be read: {escape(str(error))}") from None
    return {name: values[0] for name, values in form.items()}
