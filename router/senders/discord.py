"""Posts to Discord by a channel's webhook; with update_message, edits what was posted before."""

from typing import Any
from urllib.parse import quote, urlsplit, urlunsplit

import msgspec

from router.core.chat import DiscordIntegration
from router.core.outgoing import Outgoing, Receipt
from router.errors import DeliveryError
from router.senders.clean import cut, one_line
from router.senders.http import Answer, Post, Wanted, refusal, taken
from router.senders.markdown import markdown
from router.senders.webhook_chat import WebhookChatSender, shade

# discord.com/developers/docs/resources/message#embed-object-embed-limits
TITLE_MAX, MESSAGE_MAX, CONTENT_MAX = 256, 4096, 2000
_RED, _GREEN, _GREY = 10038562, 3066993, 9807270


class DiscordSender(WebhookChatSender):
    """One embed a message, red while alerts fire. What is posted twice is seen twice."""

    async def send(
        self, outgoing: Outgoing, integration: DiscordIntegration, wanted: Wanted
    ) -> Receipt:
        """Post it, or edit the message `ref` names; the receipt's ref is the message's id.

        A page always is a new message: an edit rings nobody.
        """
        words = self._wording(outgoing)
        body = msgspec.json.encode(
            message(
                integration,
                color=shade(outgoing, firing=_RED, resolved=_GREEN, acknowledged=_GREY),
                title=words.text(integration.title, "chat.title", markdown),
                text=words.body(integration.message, "chat.txt", markdown),
                content=words.plain(integration.content),
            )
        )
        url = integration.webhook_url.value
        if integration.update_message and outgoing.ref and outgoing.kind != "page":
            edited = _edited(url, outgoing.ref)
            post = self._request(outgoing, integration, body, url=edited, method="PATCH")
            answer = await self._http.post(post, wanted)
            if answer.ok:
                return Receipt(ref=outgoing.ref, detail="edited")
            if answer.status != 404:
                raise _refusal(post, answer)
        if integration.update_message:
            url = _with_query(url, "wait=true")
        post = self._request(outgoing, integration, body, url=url)
        answer = await self._http.post(post, wanted)
        if not answer.ok:
            raise _refusal(post, answer)
        taken(post, answer)
        return Receipt(ref=_id(answer) if integration.update_message else "", detail="posted")


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
