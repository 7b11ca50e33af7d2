"""Posts to Mattermost by an incoming webhook."""

from typing import Any

import msgspec

from router.core.chat import Attachment, Field, MattermostIntegration, Priority
from router.core.outgoing import Outgoing, Receipt
from router.senders.clean import cut
from router.senders.http import Wanted, taken
from router.senders.markdown import markdown
from router.senders.webhook_chat import WebhookChatSender, shade
from router.senders.wording import Wording

# developers.mattermost.com/integrate/webhooks/incoming/#tips-and-best-practices
TEXT_MAX = 16_383
_RED, _GREEN, _GREY = "#D63232", "#2EB67D", "#95A5A6"


class MattermostSender(WebhookChatSender):
    """One post with attachments. An incoming webhook gives no id: nothing can be edited."""

    async def send(
        self, outgoing: Outgoing, integration: MattermostIntegration, wanted: Wanted
    ) -> Receipt:
        """Post it."""
        color = shade(outgoing, firing=_RED, resolved=_GREEN, acknowledged=_GREY)
        told = _told(integration, self._wording(outgoing), color)
        post = self._request(outgoing, integration, msgspec.json.encode(told))
        answer = await self._http.post(post, wanted)
        taken(post, answer)
        return Receipt(detail=f"answered {answer.status}")


def _told(integration: MattermostIntegration, words: Wording, color: str) -> dict[str, Any]:
    text = words.body(integration.text, "chat.txt", markdown)
    told: dict[str, Any] = {
        "channel": words.plain(integration.channel),
        "username": words.plain(integration.username),
        "icon_url": words.plain(integration.icon_url),
        "icon_emoji": words.plain(integration.icon_emoji),
        "type": words.plain(integration.type),
    }
    if integration.attachments:
        told["text"] = cut(text, TEXT_MAX)
        attachments = [_rendered(each, words) for each in integration.attachments]
    else:
        own = msgspec.structs.replace(
            _rendered(integration.attachment, words),
            title=words.text(integration.title, "chat.title", markdown),
            text=cut(text, TEXT_MAX),
            color=color if integration.color is None else words.plain(integration.color),
        )
        attachments = [own]
    told["attachments"] = [msgspec.to_builtins(each) for each in attachments]
    if integration.card:
        told["props"] = {"card": words.plain(integration.card)}
    if integration.priority.priority:
        told["priority"] = priority(
            integration.priority, words.plain(integration.priority.priority)
        )
    return {key: value for key, value in told.items() if value}


def _rendered(attachment: Attachment, words: Wording) -> Attachment:
    """The attachment with every text of it rendered."""
    found: dict[str, Any] = {}
    for name in attachment.__struct_fields__:
        value = getattr(attachment, name)
        if isinstance(value, str):
            found[name] = words.plain(value)
    fields = tuple(
        Field(title=words.plain(each.title), value=words.plain(each.value), short=each.short)
        for each in attachment.fields
    )
    return Attachment(**found, fields=fields)


def priority(wanted: Priority, said: str) -> dict[str, Any]:
    """The priority Mattermost takes: only an urgent message may go on ringing, and only what is
    not standard may ask to be acknowledged (docs.mattermost.com, message priority)."""
    level = said.lower() if said.lower() in ("urgent", "important") else "standard"
    told: dict[str, Any] = {"priority": level}
    if wanted.requested_ack and level != "standard":
        told["requested_ack"] = True
    if wanted.persistent_notifications and level == "urgent":
        told["persistent_notifications"] = True
    return told
