"""The one front door, as the rooms that knock at it see it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from router.core.command import Answer, Command
from router.core.event import Event
from router.core.moment import Now
from router.core.state import State


class Outcome(msgspec.Struct, frozen=True, gc=False):
    """What one event led to. `error` is set when a rule failed on it: then nothing changed."""

    commands: Sequence[Command] = ()
    error: str = ""

    @property
    def answer(self) -> Answer | None:
        """What the decision says to whoever submitted the event."""
        return next((c for c in self.commands if isinstance(c, Answer)), None)

    @property
    def no_room(self) -> str:
        """Why there was no room for an alert, as there may be later; empty when there was."""
        said = self.answer
        return said.text if said is not None and said.code == "crowded" else ""


Observed = tuple[Event, Outcome]


class Door(Protocol):
    """Takes events in; what it returns is durable."""

    @property
    def state(self) -> State:
        """What is known. Read it, never change it, and await settled() before telling anybody."""

    @property
    def accepting(self) -> bool:
        """Whether new alerts can be taken and kept now (not while the disk is full)."""

    def now(self) -> Now:
        """This instant on both clocks."""

    async def submit(
        self, events: Sequence[Event], *, urgent: bool = False, insists: bool = False
    ) -> list[Outcome]:
        """Decide, commit, apply: when this returns, the outcomes are durable, in order.

        All events of one submit share one transaction. `urgent` ones (answers, results of sends)
        go before reports, and those of something critical before others; in between each source
        has its turn.

        Raises:
            Overloaded: too much of the same source waits already; nothing was taken. Not for what
                is critical, nor where somebody `insists`, because the sender does not come again:
                of those an alert for which there is no room is kept among the rejects.
            DiskFull, StoreError: nothing was kept; the sender must keep what it has.
        """

    async def settled(self) -> None:
        """Return when everything applied to the state so far is durable."""
