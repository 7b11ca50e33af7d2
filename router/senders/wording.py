"""What one delivery says: the operator's own words where a field of the integration holds any."""

from collections.abc import Callable, Mapping
from typing import Any

from router.core.outgoing import Outgoing
from router.core.template import is_template
from router.senders.clean import clean, cut
from router.senders.message import Messages
from router.senders.view import view

LIMIT = 4096
FIELD_MAX = 262_144  # Channels cut far below; this only bounds what is cleaned.


class Wording:
    """The texts of one delivery. A field that is None, or cannot be rendered, is ours."""

    def __init__(self, messages: Messages, outgoing: Outgoing) -> None:
        self.data = view(outgoing)
        self._messages = messages
        self._outgoing = outgoing

    def plain(self, written: str, otherwise: str = "") -> str:
        """What a field says; *otherwise* when it cannot be rendered."""
        said = self._said(written)
        return otherwise if said is None else said

    def all(self, value: Any) -> Any:
        """A value with every text inside it filled in, `plain` each."""
        if isinstance(value, str):
            return self.plain(value)
        if isinstance(value, Mapping):
            return {key: self.all(each) for key, each in value.items()}
        return [self.all(each) for each in value] if isinstance(value, list) else value

    def _said(self, written: str) -> str | None:
        if not is_template(written):
            return written
        said = self._messages.field(written, self._outgoing)
        return None if said is None else clean(said, FIELD_MAX)

    def text(
        self, written: str | None, form: str, escape: Callable[[str], str] = lambda text: text
    ) -> str:
        """What a field says, or our own text of that form, escaped for where it goes."""
        said = None if written is None else self._said(written)
        return escape(self._messages.text(form, self.data)) if said is None else said

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
