"""Twilio's door: people answer by text message."""

import hmac
from base64 import b64encode
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from hashlib import sha1
from urllib.parse import parse_qs, urlsplit
from xml.sax.saxutils import escape

import structlog
from aiohttp import web

from router.core.configuration import User
from router.core.integration import SmsIntegration
from router.core.secret import Secret
from router.web import body, texted
from router.web.envelope import CID
from router.web.refusal import Refused
from router.web.rooms import Rooms
from router.web.texted import HELP, Wish

REPLY_LONGEST = 160
HELPED_MOST = 5  # Two machines that answer each other must come to an end.
_FIELDS_MOST = 128
_REMEMBERED = 1000
_ALL_MOST = 50
_PORTS = {"https": 443, "http": 80}
_log = structlog.get_logger("tocsin.answer")


class Twilio:
    """`POST /sms/twilio`: Twilio hands over what was texted to our number.

    A message is known by its sid and done once, as long as the process runs; done twice, all but
    an escalation say the same.
    """

    def __init__(self, rooms: Rooms) -> None:
        self._rooms = rooms
        self._done: OrderedDict[str, None] = OrderedDict()
        self._helped: dict[str, int] = {}

    async def take(self, request: web.Request) -> web.Response:
        """Do what was texted, and answer in TwiML. Numbers that are nobody's hear nothing.

        Raises:
            Refused: 404 when replies are not set up, 401 when the signature is not Twilio's.
        """
        rooms = self._rooms
        phones = list(self._phones())
        base = rooms.door.state.configuration.url
        if not phones or not base:
            raise Refused(404, "set service.url, and channels.sms.replies = true, in routes.toml")
        form = _form(await body.read(request, rooms.limits))
        signature = request.headers.get("X-Twilio-Signature", "")
        tokens = list({phone.token.value: phone.token for _, phone in phones}.values())
        if not is_signed(base.rstrip("/") + request.raw_path, form, signature, tokens):
            raise Refused(401, "this is not signed by Twilio for this address")
        number, sid = _first(form, "From"), _first(form, "MessageSid")
        users = [user for user, phone in phones if phone.to == number]
        if not users or sid in self._done:
            return _twiml("")
        self._remember(sid)
        text = _first(form, "Body")
        _log.info("text", user=users[0].id, text=text[:100], cid=request[CID])
        try:
            return _twiml(await self._answer(users, number, text, sid))
        except BaseException:
            self._done.pop(sid, None)  # It was not done: handed over again, it ought to be.
            raise

    def _phones(self) -> Iterator[tuple[User, SmsIntegration]]:
        for user in self._rooms.door.state.configuration.users.values():
            phone = user.methods.get("sms")
            if isinstance(phone, SmsIntegration) and phone.replies and not phone.token.missing:
                yield user, phone

    def _remember(self, sid: str) -> None:
        if sid:
            self._done[sid] = None
        if len(self._done) > _REMEMBERED:
            self._done.popitem(last=False)

    async def _answer(self, users: Sequence[User], number: str, text: str, sid: str) -> str:
        """What to text back; empty for nothing."""
        told = self._told(users)
        wish = texted.read(text)
        if wish is None:
            return self._help(number, HELP)
        if wish.verb == "all":
            return await self._all(told, sid) or self._help(number, "Nothing here is unanswered.")
        named = wish.number or next(iter(told), 0)
        if not named:
            return self._help(number, f"Nothing that is open was texted to you. {HELP}")
        by = told.get(named, users[0])
        try:
            asked = texted.event(wish, named, by.id)
        except ValueError as error:
            return self._help(number, str(error))
        self._helped.pop(number, None)
        return await self._do(asked, sid)

    async def _all(self, told: dict[int, User], sid: str) -> str:
        incidents = self._rooms.door.state.incidents
        open_ = [number for number in told if incidents[number].ringing][:_ALL_MOST]
        said = [
            await self._do(texted.event(Wish("ack"), number, told[number].id), sid)
            for number in sorted(open_)
        ]
        return said[0] if len(said) == 1 else f"{len(said)} acknowledged." if said else ""

    async def _do(self, asked: texted.Doing, sid: str) -> str:
        outcome = (await self._rooms.door.submit([asked], urgent=True))[0]
        if outcome.error or outcome.answer is None:
            self._done.pop(sid, None)
            return "That could not be recorded. Please answer in another way."
        return f"{outcome.answer.text[:1].upper()}{outcome.answer.text[1:]}."

    def _told(self, users: Sequence[User]) -> dict[int, User]:
        """The open incidents that this number was texted of, the last one first."""
        state = self._rooms.door.state
        found = [
            (entry.sent_at, number, user)
            for number in state.incidents
            for user in users
            if (entry := state.log.get(f"i{number}:user:{user.id}/sms")) is not None
        ]
        found.sort(key=lambda each: each[:2], reverse=True)
        return {number: user for _, number, user in found}

    def _help(self, number: str, text: str) -> str:
        count = self._helped[number] = self._helped.get(number, 0) + 1
        return text if count <= HELPED_MOST else ""


def is_signed(
    url: str, form: dict[str, list[str]], signature: str, tokens: Sequence[Secret]
) -> bool:
    """Whether Twilio sent these fields to this address of ours, as the outside knows it.

    HMAC-SHA1 of the whole address and, sorted, each distinct name and value, in base64
    (www.twilio.com/docs/usage/security). Twilio may or may not have counted the port in.
    """
    fields = "".join(
        name + value for name in sorted(form) for value in sorted(set(form[name]))
    ).encode("utf-8", "surrogatepass")
    found = False
    for token in tokens:
        for each in _spellings(url):
            digest = hmac.new(
                token.value.encode(), each.encode("utf-8", "surrogateescape") + fields, sha1
            ).digest()
            found |= hmac.compare_digest(b64encode(digest), signature.encode("utf-8", "replace"))
    return found


def _spellings(url: str) -> list[str]:
    """The address with its port and without."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    host = f"[{host}]" if ":" in host else host
    port = parts.port or _PORTS.get(parts.scheme, 0)
    rest = url.partition("://")[2].partition(parts.netloc)[2]
    return list(
        dict.fromkeys((url, *(f"{parts.scheme}://{h}{rest}" for h in (host, f"{host}:{port}"))))
    )


def _form(raw: bytes) -> dict[str, list[str]]:
    try:
        return parse_qs(raw.decode(), keep_blank_values=True, max_num_fields=_FIELDS_MOST)
    except ValueError:
        raise Refused(400, "the form cannot be read") from None


def _first(form: dict[str, list[str]], name: str) -> str:
    return form.get(name, [""])[0].strip()


def _twiml(text: str) -> web.Response:
    said = f"<Message>{escape(text[:REPLY_LONGEST])}</Message>" if text else ""
    whole = f'<?xml version="1.0" encoding="UTF-8"?><Response>{said}</Response>'
    return web.Response(text=whole, content_type="text/xml")
