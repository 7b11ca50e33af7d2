"""An override of the simulated schedule, as far as those know who asked for it."""

from collections.abc import Mapping, Sequence
from itertools import chain

import msgspec

from router.core import event as e
from router.core.schedule import Override

Laid = e.Overridden | e.Swapped
_USUAL = ("bo",)


class Turn(msgspec.Struct):
    """An override that was asked for, and between which times of the wall it begins and ends.

    `stands` is None while it is in doubt whether it was made, or is kept. `removing` who take it
    back wait to hear of it, or never did.
    """

    begins: tuple[int, int]
    ends: tuple[int, int]
    users: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    gives: Mapping[str, str] = {}
    stands: bool | None = None
    removing: int = 0

    def may_hold(self, wall: int) -> bool:
        """Whether it counts then, perhaps."""
        return self.stands is not False and self.begins[0] <= wall < self.ends[1]

    def holds(self, wall: int) -> bool:
        """Whether it surely counts then."""
        return self.is_sure and self.begins[1] <= wall < self.ends[0]

    @property
    def is_sure(self) -> bool:
        """Whether it surely was made, and nobody takes it back."""
        return self.stands is True and not self.removing

    @property
    def empties(self) -> bool:
        """Whether nobody may be left because of it."""
        return self.users == () or bool(self.remove)

    def is_made(self, start: int, wall: int) -> None:
        """It was asked to begin at `start`, and counts from now on at the latest."""
        asked, now = self.begins[0], max(start, wall)
        self.begins, self.stands = (min(asked, now), max(asked, now)), True

    def is_taken_back(self, walls: Sequence[int]) -> None:
        """At some time between these it counts no more."""
        if walls[1] < self.begins[0]:
            self.stands = False
            return
        if walls[0] < self.begins[1]:
            self.stands = None  # It is not kept at all if it had not begun.
        self.ends = (min(self.ends[0], walls[0]), min(self.ends[1], walls[1]))


def changes_of(event: Laid) -> tuple[Override, ...]:
    """What was asked for, as overrides."""
    if isinstance(event, e.Overridden):
        return event.overrides
    gives = ((event.user, event.taker),)
    return (Override(start=event.start, end=event.end, replace=gives),)


def turn_of(one: Override) -> Turn:
    """What is known of an override that is being asked for."""
    gives = dict(one.replace)
    return Turn((one.start,) * 2, (one.end,) * 2, one.users, one.add, one.remove, gives)


def on_call(turns: Sequence[Turn]) -> frozenset[str]:
    """Who is on call while these count: the newest name them, others add, some give and take."""
    named = [turn.users for turn in turns if turn.users is not None]
    gone = set(chain.from_iterable(turn.remove for turn in turns))
    found = {*(named[-1] if named else _USUAL)} - gone
    found.update(chain.from_iterable(turn.add for turn in turns))
    for turn in turns:
        found = {turn.gives.get(who, who) for who in found}
    return frozenset(found)
