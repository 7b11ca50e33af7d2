"""A journal and a post that tell how long they took."""

from collections.abc import Callable, Sequence
from time import perf_counter

from router.core.command import Command
from router.core.integration import Integration
from router.core.moment import Stamp
from router.core.outgoing import Destination, Outgoing, Receipt
from router.core.stored import Stored
from router.runtime.courier import Post
from router.runtime.loop import Journal


class MeasuredJournal:
    """A journal that tells `committed` the seconds and the number of commands of each commit."""

    def __init__(self, journal: Journal, committed: Callable[[float, int], None]) -> None:
        self._journal = journal
        self._committed = committed

    async def commit(self, commands: Sequence[Command], stamp: Stamp) -> None:
        """All of them or none; also a commit that fails is measured."""
        began = perf_counter()
        try:
            await self._journal.commit(commands, stamp)
        finally:
            self._committed(perf_counter() - began, len(commands))

    async def load(self) -> Stored:
        """Everything committed that still matters."""
        return await self._journal.load()

    def release_ballast(self) -> None:
        """Give up reserved room."""
        self._journal.release_ballast()

    async def restore_ballast(self) -> bool:
        """Reserve it again; False while there is no room."""
        return await self._journal.restore_ballast()


class MeasuredPost:
    """A post that tells `attempted` the kind of integration and the seconds of each attempt."""

    def __init__(self, post: Post, attempted: Callable[[str, float], None]) -> None:
        self._post = post
        self._attempted = attempted

    def destination(self, integration: Integration) -> Destination:
        """The queue an integration's messages share."""
        return self._post.destination(integration)

    async def send(
        self, outgoing: Outgoing, integration: Integration, wanted: Callable[[], bool]
    ) -> Receipt:
        """Say it once; also an attempt that fails is measured."""
        began = perf_counter()
        try:
            return await self._post.send(outgoing, integration, wanted)
        finally:
            self._attempted(integration.kind, perf_counter() - began)
