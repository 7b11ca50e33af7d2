"""Posts an adaptive card to Microsoft Teams by a workflow's address."""

from typing import Any

import msgspec

from router.core.chat import Msteamsv2Integration
from router.core.outgoing import Outgoing, Receipt
from router.senders.clean import cut
from router.senders.http import Wanted, taken
from router.senders.markdown import markdown
from router.senders.webhook_chat import WebhookChatSender, shade

# learn.microsoft.com/microsoftteams/platform/webhooks-and-connectors: a message over 28 KB is
# dropped by Teams after the workflow has answered 202, so it must never get so large.
BODY_MAX = 28_000
TITLE_MAX = 1000
_SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
_CARD = "application/vnd.microsoft.card.adaptive"


class Msteamsv2Sender(WebhookChatSender):
    """One card a message. Teams can neither edit it nor tell a repeat from a new one."""

    async def send(
        self, outgoing: Outgoing, integration: Msteamsv2Integration, wanted: Wanted
    ) -> Receipt:
        """Post the card; 202 says only that the workflow has begun."""
        words = self._wording(outgoing)
        title = words.text(integration.title, "chat.title", markdown)
        text = words.body(integration.text, "chat.txt", _lines)
        color = shade(outgoing, firing="Attention", resolved="Good", acknowledged="Warning")
        post = self._request(outgoing, integration, _within_limit(title, text, color))
        answer = await self._http.post(post, wanted)
        taken(post, answer)
        return Receipt(detail=f"answered {answer.status}")


def message(title: str, text: str, color: str) -> dict[str, Any]:
    """The message of these texts: a heading in a colour, and what is below it."""
    heading = {
        "type": "TextBlock",
        "text": title,
        "weight": "Bolder",
        "size": "Medium",
        "wrap": True,
        "style": "heading",
        "color": color,
    }
    content = {
        "$schema": _SCHEMA,
        "type": "AdaptiveCard",
        "version": "1.2",
        "body": [heading, {"type": "TextBlock", "text": text, "wrap": True}],
        "msteams": {"width": "full"},
    }
    attachment = {"contentType": _CARD, "contentUrl": None, "content": content}
    return {"type": "message", "attachments": [attachment]}


def _within_limit(title: str, text: str, color: str) -> bytes:
    """The message as JSON, with as much of the text as Teams shows."""
    title = cut(title, TITLE_MAX)
    fits, over = 0, len(text) + 1
    while over - fits > 1:
        middle = len(text) if not fits and over > len(text) else (fits + over) // 2
        body = msgspec.json.encode(message(title, cut(text, middle), color))
        fits, over = (middle, over) if len(body) <= BODY_MAX else (fits, middle)
    return msgspec.json.encode(message(title, cut(text, fits), color))


def _lines(text: str) -> str:
    """Our own text as a card's Markdown, in which a single line break is none."""
    return markdown(text).replace("\n", "\n\n")
