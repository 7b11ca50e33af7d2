"""Prints deliveries to the terminal the service runs in, for trying it out without accounts."""

from typing import TextIO

from router.core.outgoing import Outgoing, Receipt
from router.errors import Withdrawn
from router.senders.http import Wanted
from router.senders.message import Messages
from router.senders.threads import on_daemon_thread
from router.senders.view import view

_RULE = "-" * 72


class ConsoleSender:
    """One write a delivery, so that two pages never mix."""

    def __init__(self, messages: Messages, out: TextIO) -> None:
        self._messages = messages
        self._out = out

    async def send(self, outgoing: Outgoing, channel: str, wanted: Wanted) -> Receipt:
        """Print the delivery as if sent by `channel`. Off the loop: a terminal may be stopped."""
        page = self._messages.text("console.txt", view(outgoing))
        encoding = getattr(self._out, "encoding", None) or "utf-8"
        text = f"{_RULE}\n{channel}: {page}\n{_RULE}\n"
        text = text.encode(encoding, "replace").decode(encoding)
        if not wanted():
            raise Withdrawn(f"{channel}: withdrawn before it was printed")
        await on_daemon_thread(lambda: self._print(text))
        return Receipt(detail="printed")

    def _print(self, text: str) -> None:
        self._out.write(text)
        self._out.flush()
