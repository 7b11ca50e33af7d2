"""Sends text messages by Twilio's Messages API."""

import base64
from typing import Any
from urllib.parse import quote, urlencode

import msgspec

from router.core.integration import SmsIntegration
from router.core.outgoing import Outgoing, Receipt
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.clean import hide, one_line
from router.senders.http import Answer, Http, Post, Wanted, refusal
from router.senders.message import Messages, sms_text
from router.senders.view import View, view

# A page that could not be handed to the phone by then is not handed to it later: by that time
# somebody else was called.
_VALIDITY_SECONDS = 900
_LONGEST = 320

# www.twilio.com/docs/api/errors: what no repeat mends, whatever status it comes with …
_PERMANENT = {
    20003: "the account or its token is wrong",
    21211: "the number is not a phone number",
    21212: "the sender is not a phone number",
    21408: "texting to that region is not enabled",
    21606: "the sender cannot send text messages",
    21608: "a trial account texts to verified numbers only",
    21610: "the recipient has opted out (STOP)",
    21612: "no route from this sender to this number",
    21614: "the number is not a mobile number",
    30002: "the account is suspended",
    30004: "the recipient blocks the message",
    30005: "the number does not exist",
    30006: "the number is a landline",
}
# … and what passes: full queues and unknown trouble.
_PASSING = frozenset({14107, 20429, 20500, 20503, 21611, 30001, 30003, 30008, 30022})


class SmsSender:
    """The receipt's ref is Twilio's message sid. Twilio cannot tell a repeat from a new text."""

    def __init__(self, http: Http, messages: Messages, timeout: float) -> None:
        self._http = http
        self._messages = messages
        self._timeout = timeout

    async def send(
        self, outgoing: Outgoing, integration: SmsIntegration, wanted: Wanted
    ) -> Receipt:
        """Hand the text to Twilio. A sender that begins with `MG` is a messaging service."""
        data = view(outgoing)
        hint = _hint(data) if integration.replies else ""
        room = _LONGEST - len(hint)
        text = sms_text(self._messages.text("sms.txt", data), data["ack_url"], room) + hint
        sender = "MessagingServiceSid" if integration.sender.startswith("MG") else "From"
        form = {
            "To": integration.to,
            sender: integration.sender,
            "Body": text,
            "ValidityPeriod": str(_VALIDITY_SECONDS),
        }
        account, token = integration.account.value, integration.token.value
        login = base64.b64encode(f"{account}:{token}".encode()).decode()
        path = f"/2010-04-01/Accounts/{quote(account, safe='')}/Messages.json"
        post = Post(
            name="sms by Twilio",
            url=integration.api_url.rstrip("/") + path,
            body=urlencode(form).encode(),
            headers={
                "Content-Type": "application/x-www-form-urlencoded",
                "Authorization": f"Basic {login}",
            },
            timeout=self._timeout,
            at=outgoing.at,
            http=integration.http,
            secrets=(account, token, login),
        )
        return _receipt(post, await self._http.post(post, wanted))


def _hint(data: View) -> str:
    """How a page can be answered by text; nothing for other messages."""
    if any(each["ack_url"] for each in data["bundle"]):
        return "\nReply aa to ack all"
    return f"\nReply {data['incident']['number']}a to ack" if data["ack_url"] else ""


class _Said(msgspec.Struct):
    """The parts of Twilio's answers that we read: a message resource, or an error."""

    sid: str = ""
    status: Any = None
    error_code: int | None = None
    code: int | None = None
    message: str = ""


def _receipt(post: Post, answer: Answer) -> Receipt:
    try:
        said = msgspec.json.decode(answer.body, type=_Said)
    except msgspec.DecodeError:
        said = _Said()
    if answer.ok and said.sid and said.status not in ("failed", "undelivered", "canceled"):
        return Receipt(ref=one_line(said.sid, 100), detail=one_line(str(said.status), 40))
    if answer.ok and not said.sid:
        raise DeliveryError(f"{post.name}: its answer is not Twilio's", ambiguous=True)
    code = said.error_code if answer.ok else said.code
    reason = _PERMANENT.get(code or 0) or hide(one_line(said.message, 120), post.secrets)
    words = f"{post.name}: refused ({code}): {reason}" if code else f"{post.name}: {said.status}"
    if code in _PERMANENT:
        raise PermanentDeliveryError(words)
    if code in _PASSING or answer.ok:
        raise DeliveryError(words, retry_after=answer.retry_after)
    raise refusal(post, answer, f"({code}) {reason}" if code else "")
