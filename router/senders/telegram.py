"""Sends to a Telegram chat by a bot; with update_message, edits what was sent before."""

import html
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import msgspec

from router.core.chat import TelegramIntegration
from router.core.outgoing import Outgoing, Receipt
from router.errors import DeliveryError
from router.senders.clean import cut, hide, one_line
from router.senders.http import Answer, Http, Post, Wanted, refusal
from router.senders.message import Messages
from router.senders.wording import Wording

TEXT_MAX = 4096  # core.telegram.org/bots/api#sendmessage: characters, entities not counted.
_TAG = re.compile(r"<[^<>]*>")
_SPECIAL = re.compile(r"([_*\[\]()~`>#+\-=|{}.!\\])")
_SPECIAL_OF_OLD = re.compile(r"([_*`\[])")
_FORMS_MAX = 4  # As an edit, to the chat it moved to, as plain text, and once more.


class TelegramSender:
    """One message a delivery. One that Telegram cannot parse goes out as plain text instead."""

    def __init__(self, http: Http, messages: Messages, timeout: float) -> None:
        self._http = http
        self._messages = messages
        self._timeout = timeout

    async def send(
        self, outgoing: Outgoing, integration: TelegramIntegration, wanted: Wanted
    ) -> Receipt:
        """Send it, or edit the message `ref` names; the receipt's ref is `chat:message`.

        A page always is a new message: an edit rings nobody.
        """
        words = Wording(self._messages, outgoing)
        escape = _escape(integration.parse_mode)
        body = words.body(integration.message, "chat.txt", escape)
        if integration.message is None:
            body = f"{words.text(None, 'chat.title', escape)}\n\n{body}"
        form = message(integration, body)
        edited = outgoing.ref if integration.update_message and outgoing.kind != "page" else ""
        for _ in range(_FORMS_MAX):
            post = self._post(outgoing, integration, form, edited)
            answer = await self._http.post(post, wanted)
            said = _said(answer)
            if answer.ok and said.ok:
                return _receipt(said, form, edited)
            if edited and "not modified" in said.description:
                return Receipt(ref=edited, detail="unchanged")
            if edited and answer.status == 400:
                edited = ""
            elif answer.status == 400 and said.parameters.migrate_to_chat_id:
                form["chat_id"] = str(said.parameters.migrate_to_chat_id)
            elif "parse" in said.description and "parse_mode" in form:
                form = _plain(form)
            else:
                break
        raise _refusal(post, answer, said)

    def _post(
        self,
        outgoing: Outgoing,
        integration: TelegramIntegration,
        form: dict[str, str],
        edited: str,
    ) -> Post:
        token = integration.bot_token.value
        method = "sendMessage"
        if edited:
            method = "editMessageText"
            chat, _, number = edited.rpartition(":")
            kept = {key: form[key] for key in _EDITABLE if key in form}
            form = {**kept, "chat_id": chat, "message_id": number}
        return Post(
            name=f"telegram {one_line(integration.chat_id, 40)}",
            url=f"{integration.api_url.rstrip('/')}/bot{quote(token, safe=':')}/{method}",
            body=msgspec.json.encode(form),
            headers={"Content-Type": "application/json"},
            timeout=self._timeout,
            at=outgoing.at,
            http=integration.http,
            secrets=(token, token.rpartition(":")[2]),
        )


_EDITABLE = ("text", "parse_mode", "disable_web_page_preview")


def message(integration: TelegramIntegration, text: str) -> dict[str, str]:
    """The parameters of sendMessage, all of them texts, as Telegram's clients send them."""
    form = {"chat_id": integration.chat_id, "text": text, "disable_web_page_preview": "true"}
    if integration.message_thread_id:
        form["message_thread_id"] = str(integration.message_thread_id)
    if integration.disable_notifications:
        form["disable_notification"] = "true"
    if integration.parse_mode:
        form["parse_mode"] = integration.parse_mode
    if len(text) > TEXT_MAX and integration.parse_mode == "HTML":
        return _plain(form)  # A cut may leave a tag open, and Telegram refuses that.
    return {**form, "text": cut(text, TEXT_MAX)}


def _plain(form: dict[str, str]) -> dict[str, str]:
    """The same without a format. HTML is made readable; Markdown is readable as it stands."""
    text = form["text"]
    if form.get("parse_mode") == "HTML":
        text = html.unescape(_TAG.sub("", text))
    kept = {key: value for key, value in form.items() if key != "parse_mode"}
    return {**kept, "text": cut(text, TEXT_MAX)}


def _escape(mode: str) -> Callable[[str], str]:
    """What makes a plain text mean only itself in a parse mode."""
    match mode:
        case "HTML":
            return lambda text: html.escape(text, quote=False)
        case "MarkdownV2":
            return lambda text: _SPECIAL.sub(r"\\\1", text)
        case "Markdown":
            return lambda text: _SPECIAL_OF_OLD.sub(r"\\\1", text)
    return lambda text: text


class _Parameters(msgspec.Struct, frozen=True):
    retry_after: float | None = None
    migrate_to_chat_id: int = 0


class _Sent(msgspec.Struct):
    message_id: int = 0


class _Said(msgspec.Struct):
    """The parts that we read of an answer (core.telegram.org/bots/api#making-requests)."""

    ok: bool = False
    description: str = ""
    result: Any = None
    parameters: _Parameters = _Parameters()


def _said(answer: Answer) -> _Said:
    try:
        return msgspec.json.decode(answer.body, type=_Said)
    except msgspec.DecodeError:
        return _Said()


def _receipt(said: _Said, form: dict[str, str], edited: str) -> Receipt:
    if edited:
        return Receipt(ref=edited, detail="edited")
    try:
        number = msgspec.convert(said.result, _Sent).message_id
    except msgspec.ValidationError:
        number = 0
    return Receipt(ref=f"{form['chat_id']}:{number}" if number else "", detail=f"message {number}")


def _refusal(post: Post, answer: Answer, said: _Said) -> DeliveryError:
    """Telegram says in the body how long to wait, and 200 with another body is not Telegram's."""
    if answer.ok:
        return DeliveryError(f"{post.name}: its answer is not Telegram's", ambiguous=True)
    if said.parameters.retry_after is not None:
        wait = min(3600.0, max(0.0, said.parameters.retry_after))
        answer = msgspec.structs.replace(answer, retry_after=wait)
    return refusal(post, answer, one_line(hide(said.description, post.secrets), 200))
