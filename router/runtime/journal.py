"""What the loop needs beneath it: a clock, and something that keeps what was decided."""

from collections.abc import Sequence
from typing import Protocol

from router.core.command import Command
from router.core.moment import Now, Stamp
from router.core.stored import Stored


class Clock(Protocol):
    """Tells both times."""

    def now(self) -> Now:
        """This instant."""

    def stamp(self) -> Stamp:
        """This instant, as a commit saves it."""


class Journal(Protocol):
    """Keeps commands."""

    async def commit(self, commands: Sequence[Command], stamp: Stamp) -> None:
        """All of them or none, durable on return; DiskFull or StoreError otherwise."""

    async def probe(self, stamp: Stamp) -> None:
        """Write next to nothing; DiskFull while not even that has room, StoreError otherwise."""

    async def load(self) -> Stored:
        """Everything committed that still matters."""

    def release_ballast(self) -> None:
        """Give up reserved room, so that answers and pages can still be written."""

    async def restore_ballast(self) -> bool:
        """Reserve it again; False while there is no room."""
