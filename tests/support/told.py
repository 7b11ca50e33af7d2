"""Messages whose template errors are noted."""

from pathlib import Path
from typing import Any

from router.senders.message import Messages
from router.senders.view import view
from support.outgoing import outgoing


class Told:
    """Messages that note every template error."""

    def __init__(self, folder: Path | None = None) -> None:
        self.errors: list[tuple[str, str]] = []
        self.messages = Messages(folder, lambda file, reason: self.errors.append((file, reason)))

    def text(self, name: str, **over: Any) -> str:
        return self.messages.text(name, view(outgoing(**over)))
