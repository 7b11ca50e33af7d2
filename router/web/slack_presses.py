"""The buttons under a page in Slack: pressing one answers the incident."""

from collections.abc import Sequence
from typing import Any

import msgspec
import structlog

from router.core.event import Acknowledged, Resolved
from router.core.slack_buttons import ACKNOWLEDGE, RESOLVE, answered
from router.errors import DeliveryError
from router.web.refusal import Refused
from router.web.rooms import Rooms
from router.web.slash import Slash, Told, stranger

_GONE = Told("This button does not lead anywhere any more.")
_log = structlog.get_logger("tocsin.answer")


class _Person(msgspec.Struct):
    id: str = ""


class _Action(msgspec.Struct):
    action_id: str = ""
    value: str = ""


class _Message(msgspec.Struct):
    text: str = ""
    blocks: list[dict[str, Any]] = []


class _Press(msgspec.Struct):
    """A `block_actions` payload (docs.slack.dev/reference/interaction-payloads)."""

    type: str = ""
    user: _Person = msgspec.field(default_factory=_Person)
    actions: list[_Action] = []
    message: _Message = msgspec.field(default_factory=_Message)
    response_url: str = ""


_press = msgspec.json.Decoder(_Press).decode


class Presses:
    """Does what the buttons are for, in the name of who pressed, and shows it in the message.

    Pressed twice, or handed over twice, a button says the second time how things are.
    """

    def __init__(self, rooms: Rooms, slash: Slash) -> None:
        self._rooms = rooms
        self._slash = slash

    async def take(self, payload: str, cid: str) -> None:
        """Do what was pressed. Buttons that are not ours, such as links, do nothing.

        Raises:
            Refused: 400, the payload cannot be read.
        """
        try:
            press = _press(payload)
        except (msgspec.MsgspecError, RecursionError, UnicodeEncodeError) as error:
            raise Refused(400, f"the payload cannot be read: {error}") from None
        ours = [each for each in press.actions if each.action_id in (ACKNOWLEDGE, RESOLVE)]
        if press.type != "block_actions" or not ours:
            return
        action = ours[0]
        told = await self._do(action, press.user.id)
        _log.info(
            "button", user=press.user.id, action=action.action_id, value=action.value[:80], cid=cid
        )
        if press.response_url:
            await self._reply(press, action.action_id, told, cid)

    async def _do(self, action: _Action, slack_user: str) -> Told:
        user = self._slash.user(slack_user)
        if user is None:
            return stranger(slack_user)
        instance, _, number = action.value.rpartition("/")
        known = number.isascii() and number.isdigit() and len(number) < 19
        if not known or instance != self._rooms.door.state.instance:
            return _GONE
        asked = Acknowledged if action.action_id == ACKNOWLEDGE else Resolved
        event = asked(incident=int(number), by=user.id, via="slack")
        return await self._slash.act(event, int(number))

    async def _reply(self, press: _Press, action: str, told: Told, cid: str) -> None:
        """Show news in the message itself; tell all else to the one who pressed alone."""
        blocks: Sequence[dict[str, Any]] = press.message.blocks if told.public else ()
        form: dict[str, Any] = {
            "response_type": "ephemeral",
            "replace_original": False,
            "text": told.text,
        }
        if blocks:
            shown = answered(blocks, action, told.text)
            form = {"replace_original": True, "text": press.message.text, "blocks": shown}
        try:
            await self._rooms.slack_reply(press.response_url, form)
        except DeliveryError as error:
            _log.warning("the reply to a button could not be given", reason=str(error), cid=cid)
