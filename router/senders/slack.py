"""Posts to Slack: by a bot's token, which gives threads, or by an incoming webhook."""

import re
from typing import Any

import msgspec

from router.core.integration import SlackIntegration
from router.core.moment import SECOND
from router.core.outgoing import Outgoing, Receipt
from router.core.secret import Secret
from router.core.slack_buttons import buttons
from router.errors import DeliveryError, PermanentDeliveryError
from router.senders.clean import link_secrets, one_line
from router.senders.http import Answer, Http, Post, Wanted, refusal, shown
from router.senders.message import Messages
from router.senders.placed import Placing
from router.senders.slack_attachment import form as attachment_form
from router.senders.view import view
from router.senders.wording import Wording

# docs.slack.dev/reference/methods/chat.postMessage: these stay until somebody changes something.
_PERMANENT_WORDS = """
account_inactive access_denied cannot_reply_to_message channel_is_archived channel_not_found
ekm_access_denied enterprise_is_restricted invalid_auth invalid_arguments is_archived
missing_scope messages_tab_disabled no_permission not_allowed_token_type not_authed
not_in_channel org_login_required restricted_action restricted_action_read_only_channel
team_access_not_granted token_expired token_revoked user_not_found
"""
_PERMANENT = frozenset(_PERMANENT_WORDS.split())
_PLAIN_MAY_DO = frozenset(
    {
        *("msg_too_long", "invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"),
        *("invalid_attachments", "too_many_attachments"),
    }
)
_THREAD_GONE = frozenset(
    {
        *("thread_not_found", "message_not_found", "cannot_reply_to_message", "invalid_thread_ts"),
        *("cant_update_message", "edit_window_closed"),
    }
)
_IN_DOUBT = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})

_JSON = {"Content-Type": "application/json; charset=utf-8"}
_SECTION_MAX = 2900
_SECTIONS_MAX = 8
_PLAIN_MAX = 3900
_FOLDED = {"unfurl_links": False, "unfurl_media": False}
_QUIET = ("acknowledged", "resolved")


class SlackSender:
    """Sends blocks, and at once plain text when Slack refuses the blocks."""

    def __init__(self, http: Http, messages: Messages, timeout: float) -> None:
        self._http = http
        self._messages = messages
        self._timeout = timeout

    async def send(
        self, outgoing: Outgoing, integration: SlackIntegration, wanted: Wanted
    ) -> Receipt:
        """Post the message; with a token the receipt's ref is `channel:ts`.

        A delivery with such a ref goes into that thread, shown in the channel as well while
        alerts fire; one worded by the receiver's own fields does not, and edits the message
        instead if it is to. What is gone is begun anew.
        """
        if not integration.webhook_url:
            place = Placing("slack", self._messages, outgoing).text(integration.channel, "channel")
            integration = msgspec.structs.replace(integration, channel=place)
        data = view(outgoing)
        text = self._messages.text("slack.txt", data)
        form = _rich(text)
        if integration.buttons and outgoing.kind == "page" and not outgoing.bundle:
            form["blocks"].append(buttons(outgoing.subject))
        if integration.attachment is not None:
            words = Wording(self._messages, outgoing)
            form = attachment_form(integration, integration.attachment, words)
        thread = outgoing.ref if _goes_on(integration, outgoing.kind) else ""
        for _ in range(3):
            refused = await self._attempt(outgoing, integration, wanted, form, thread)
            if isinstance(refused, Receipt):
                return refused
            if refused in _THREAD_GONE and thread:
                thread = ""
            elif "text" not in form or len(form) > 1:
                form = {"text": _cut(text, _PLAIN_MAX)}
            else:
                break
        raise PermanentDeliveryError(f"slack: refused the text in every form: {refused}")

    async def _attempt(
        self,
        outgoing: Outgoing,
        integration: SlackIntegration,
        wanted: Wanted,
        form: dict[str, Any],
        thread: str,
    ) -> Receipt | str:
        """The receipt, or Slack's word for why the same message in another form might pass."""
        form = form if integration.attachment else {**form, **_FOLDED}
        if address := integration.webhook_url:
            return await self._by_webhook(outgoing, integration, address, wanted, form)
        if integration.token is None:
            raise PermanentDeliveryError("slack: it has neither a token nor a webhook_url")
        channel, _, ts = thread.rpartition(":")
        form["channel"] = channel or integration.channel
        form["metadata"] = {
            "event_type": "tocsin_delivery",
            "event_payload": {"key": outgoing.key, "attempt": outgoing.attempt},
        }
        method = "chat.postMessage"
        if thread and integration.update_message:
            method, form["ts"] = "chat.update", ts
        elif thread:
            form["thread_ts"] = ts
            form["reply_broadcast"] = outgoing.kind not in _QUIET
        post = Post(
            name=_name(integration),
            url=f"{integration.api_url.rstrip('/')}/{method}",
            body=msgspec.json.encode(form),
            headers={**_JSON, "Authorization": f"Bearer {integration.token.value}"},
            timeout=integration.timeout / SECOND or self._timeout,
            at=outgoing.at,
            http=integration.http,
            secrets=(integration.token.value,),
        )
        answer = await self._http.post(post, wanted)
        if not answer.ok:
            raise refusal(post, answer)
        return _taken(post, answer, thread)

    async def _by_webhook(
        self,
        outgoing: Outgoing,
        integration: SlackIntegration,
        address: Secret,
        wanted: Wanted,
        form: dict[str, Any],
    ) -> Receipt | str:
        post = Post(
            name=f"slack {address.origin}",
            url=address.value,
            body=msgspec.json.encode(form),
            headers=_JSON,
            timeout=integration.timeout / SECOND or self._timeout,
            at=outgoing.at,
            http=integration.http,
            secrets=link_secrets(address.value),
        )
        answer = await self._http.post(post, wanted)
        said = answer.body.decode("utf-8", "replace").strip()
        if answer.ok and said == "ok":
            return Receipt(detail="ok")
        if answer.ok:
            raise _nonsense(post, answer)
        if answer.status == 400 and said in _PLAIN_MAY_DO:
            return said
        raise refusal(post, answer)


class _Said(msgspec.Struct):
    ok: bool
    error: str = ""
    channel: str = ""
    ts: str = ""


def _taken(post: Post, answer: Answer, thread: str) -> Receipt | str:
    """What the Web API's answer means: HTTP 200 says nothing, `ok` does."""
    try:
        said = msgspec.json.decode(answer.body, type=_Said)
    except msgspec.DecodeError:
        raise _nonsense(post, answer) from None
    if said.ok:
        ref = f"{said.channel}:{said.ts}" if said.channel and said.ts else ""
        return Receipt(ref=thread or ref, detail=ref)
    if said.error in _PLAIN_MAY_DO or (thread and said.error in _THREAD_GONE):
        return said.error
    words = f"{post.name}: refused: {one_line(said.error, 80) or 'no reason given'}"
    if said.error in _PERMANENT:
        raise PermanentDeliveryError(words)
    raise DeliveryError(words, retry_after=answer.retry_after, ambiguous=said.error in _IN_DOUBT)


def _goes_on(integration: SlackIntegration, kind: str) -> bool:
    """Whether a message goes to the thread of an earlier one, or edits it. A page edits none: that
    would ring nobody."""
    if integration.webhook_url:
        return False
    if integration.update_message:
        return kind != "page"
    return integration.attachment is None


def _nonsense(post: Post, answer: Answer) -> DeliveryError:
    words = f"{post.name}: its answer is not Slack's: {shown(post, answer)[:60]!r}"
    return DeliveryError(words, ambiguous=True)


def _name(integration: SlackIntegration) -> str:
    return f"slack {one_line(integration.channel, 80)}"


def _rich(text: str) -> dict[str, Any]:
    """The text as section blocks, with its first line for phones' notifications.

    A block holds at most 3000 characters, a message at most 50 blocks.
    """
    sections: list[str] = []
    for line in text.split("\n"):
        line = _cut(line, _SECTION_MAX)
        if sections and len(sections[-1]) + len(line) < _SECTION_MAX:
            sections[-1] += f"\n{line}"
        else:
            sections.append(line)
    blocks = [
        {"type": "section", "text": {"type": "mrkdwn", "text": section}}
        for section in sections[:_SECTIONS_MAX]
        if section.strip()
    ]
    return {"text": _cut(text.split("\n", 1)[0], 1000), "blocks": blocks}


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, never ending inside an escape or a link."""
    if len(text) <= limit:
        return text
    return re.sub(r"(?:&[^;\s]{0,4}|<[^>]*)$", "", text[: limit - 1]) + "…"
