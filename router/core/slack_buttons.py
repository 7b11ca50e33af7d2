"""The buttons under a page in Slack, and how the message looks once one was pressed.

Block Kit's shapes (docs.slack.dev/reference/block-kit): an actions block of buttons.
"""

from collections.abc import Sequence
from typing import Any

ACKNOWLEDGE = "tocsin_acknowledge"
RESOLVE = "tocsin_resolve"

Block = dict[str, Any]


def buttons(subject: str) -> Block:
    """What answers the incident of this subject; a press hands the subject back, and no secret."""
    return {
        "type": "actions",
        "elements": [
            _button(ACKNOWLEDGE, "Acknowledge", subject) | {"style": "primary"},
            _button(RESOLVE, "Resolve", subject)
            | {
                "confirm": {
                    "title": _plain("Resolve the incident?"),
                    "text": _plain("Nobody is called any more, though its alerts may still fire."),
                    "confirm": _plain("Resolve"),
                    "deny": _plain("Not yet"),
                }
            },
        ],
    }


def answered(blocks: Sequence[Block], action: str, said: str) -> list[Block]:
    """The blocks of a page after an answer: what was said (mrkdwn), and what is left to press."""
    told: Block = {"type": "context", "elements": [{"type": "mrkdwn", "text": said}]}
    after: list[Block] = []
    for block in blocks:
        if not _is_ours(block):
            after.append(block)
            continue
        left = [each for each in block["elements"] if each.get("action_id") == RESOLVE]
        after.append(told)
        if action == ACKNOWLEDGE and left:
            after.append(block | {"elements": left})
    return after


def _is_ours(block: Block) -> bool:
    elements = block.get("elements")
    if block.get("type") != "actions" or not isinstance(elements, list):
        return False
    ids = [each.get("action_id") for each in elements if isinstance(each, dict)]
    return len(ids) == len(elements) and RESOLVE in ids


def _button(action: str, text: str, subject: str) -> Block:
    return {"type": "button", "action_id": action, "text": _plain(text), "value": subject}


def _plain(text: str) -> Block:
    return {"type": "plain_text", "text": text}
