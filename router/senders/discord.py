"""Posts to Discord by a channel's webhook; with update_message, edits what was posted before."""

from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from router.core.chat import DiscordIntegration
from router.core.outgoing import Outgoing, Receipt
from router.errors import DeliveryError
from router.senders.clean import cut, link_secrets, one_line
from router.senders.http import Answer, Http, Post, Wanted, refusal, taken
from router.senders.markdown import markdown
from router.senders.message import Messages
from router.senders.wording import Wording

# discord.com/developers/docs/resources/message#embed-object-embed-limits
TITLE_MAX, MESSAGE_MAX, CONTENT_MAX = 256, 4096, 2000
_RED, _GREEN, _GREY = 10038562, 3066993, 9807270


class DiscordSender:
    """One embed a message, red while alerts fire. What is posted twice is seen twice."""

    def __init__(self, http: Http, messages: Messages, timeout: float) -> None:
        self._http = http
        self._messages = messages
        self._timeout = timeout

    async def send(
        self, outgoing: Outgoing, integration: DiscordIntegration, wanted: Wanted
    ) -> Receipt:
        """Post it, or edit the message `ref` names; the receipt's ref is the message's id.

        A page always is a new message: an edit rings nobody.
        """
        words = Wording(self._messages, outgoing)
        body = msgspec.json.encode(
            message(
                integration,
                color=_color(outgoing),
                title=words.text(integration.title, "chat.title", markdown),
                text=words.body(integration.message, "chat.txt", markdown),
                content=words.plain(integration.content),
            )
        )
        url = integration.webhook_url.value
        if integration.update_message and outgoing.ref and outgoing.kind != "page":
            post = self._post(outgoing, integration, _edited(url, outgoing.ref), body, "PATCH")
            answer = await self._http.post(post, wanted)
            if answer.ok:
                return Receipt(ref=outgoing.ref, detail="edited")
            if answer.status != 404:
                raise _refusal(post, answer)
        if integration.update_message:
            url = _with_query(url, "wait=true")
        post = self._post(outgoing, integration, url, body, "POST")
        answer = await self._http.post(post, wanted)
        if not answer.ok:
            raise _refusal(post, answer)
        taken(post, answer)
        return Receipt(ref=_id(answer) if integration.update_message else "", detail="posted")

    def _post(
        self, outgoing: Outgoing, integration: DiscordIntegration, url: str, body: bytes, how: str
    ) -> Post:
        return Post(
            name=f"discord {integration.webhook_url.origin}",
            method=how,
            url=url,
            body=body,
            headers={"Content-Type": "application/json"},
            timeout=self._timeout,
            at=outgoing.at,
            http=integration.http,
            secrets=link_secrets(url),
        )


def message(
    integration: DiscordIntegration, *, color: int, title: str, text: str, content: str
) -> dict[str, Any]:
    """The message of these texts, each within its limit."""
    embed = {"title": cut(title, TITLE_MAX), "description": cut(text, MESSAGE_MAX), "color": color}
    told: dict[str, Any] = {"content": cut(content, CONTENT_MAX), "embeds": [embed]}
    if integration.username:
        told["username"] = integration.username
    if integration.avatar_url:
        told["avatar_url"] = integration.avatar_url
    return told


def _color(outgoing: Outgoing) -> int:
    if outgoing.kind == "acknowledged":
        return _GREY
    return _RED if outgoing.snapshot.status == "firing" else _GREEN


def _edited(url: str, ref: str) -> str:
    parts = urlsplit(url)
    path = f"{parts.path.rstrip('/')}/messages/{quote(ref, safe='')}"
    return urlunsplit(parts._replace(path=path))


def _with_query(url: str, query: str) -> str:
    parts = urlsplit(url)
    return urlunsplit(parts._replace(query=f"{parts.query}&{query}" if parts.query else query))


class _Said(msgspec.Struct):
    id: str = ""
    retry_after: float | None = None


def _said(answer: Answer) -> _Said:
    try:
        return msgspec.json.decode(answer.body, type=_Said)
    except msgspec.DecodeError:
        return _Said()


def _id(answer: Answer) -> str:
    return one_line(_said(answer).id, 40)


def _refusal(post: Post, answer: Answer) -> DeliveryError:
    """Discord also says in the body, to the millisecond, how long to wait."""
    wait = _said(answer).retry_after
    if answer.status == 429 and wait is not None and answer.retry_after is None:
        answer = msgspec.structs.replace(answer, retry_after=min(3600.0, max(0.0, wait)))
    return refusal(post, answer)
