"""What one delivery says: the operator's own words where a field of the integration holds any."""

from collections.abc import Callable

from router.core.outgoing import Outgoing
from router.senders.clean import cut
from router.senders.message import Messages
from router.senders.view import view

LIMIT = 4096
_ACTION = "{{"


class Wording:
    """The texts of one delivery. A field that is None, or cannot be rendered, is ours."""

    def __init__(self, messages: Messages, outgoing: Outgoing) -> None:
        self.data = view(outgoing)
        self._messages = messages

    def plain(self, written: str) -> str:
        """What a field says; nothing when it cannot be rendered."""
        return "" if _ACTION in written else written

    def text(
        self, written: str | None, form: str, escape: Callable[[str], str] = lambda text: text
    ) -> str:
        """What a field says, or our own text of that form, escaped for where it goes."""
        if written is None or _ACTION in written:
            return escape(self._messages.text(form, self.data))
        return written

    def body(
        self,
        written: str | None,
        form: str,
        escape: Callable[[str], str] = lambda text: text,
        limit: int = LIMIT,
    ) -> str:
        """As `text`; a page whose own words leave out the answer link has it added.

        Then the words are cut to leave it room within `limit` characters.
        """
        said, link = self.text(written, form, escape), self.data["ack_url"]
        if not link or link in said or escape(link) in said:
            return said
        answer = escape(f"Acknowledge: {link}")
        return f"{cut(said, limit - len(answer) - 2)}\n\n{answer}".strip()
