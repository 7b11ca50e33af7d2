"""Who was told that a shift has begun, and when to look again whether another has."""

from collections.abc import Iterable

import msgspec

from router.core.waiting import Kind, Waiting


class ToldShift(msgspec.Struct, frozen=True, kw_only=True):
    """Those who are on call in a schedule as far as its people were told, at a wall time."""

    schedule: str
    users: tuple[str, ...]
    at: int


class Shifts:
    """What was told of every schedule of which somebody wants to hear, and when to look again.

    Shifts are facts of the calendar, and nobody waits for one by service time alone: however the
    wall clock was set, one looks again within a minute.
    """

    def __init__(self, told: Iterable[ToldShift], waiting: Waiting) -> None:
        self._waiting = waiting
        self.told = {each.schedule: each for each in told}
        self.due: int | None = None

    def put(self, told: ToldShift) -> None:
        """Remember who was told."""
        self.told[told.schedule] = told

    def drop(self, schedule: str) -> None:
        """Nobody wants to hear of it any more."""
        self.told.pop(schedule, None)

    def look(self, due: int | None) -> None:
        """Look again then; None: there is nobody to tell."""
        self.due = due
        if due is not None:
            self._waiting.add(due, Kind.SHIFT, 0)
