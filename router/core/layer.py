"""One layer of a schedule: people who take turns, at the hours they take them."""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain

import msgspec

from router.core import civil
from router.core.calendar import Calendar
from router.core.restriction import Restriction, days_off, is_open
from router.core.rotation import Rotation

Turns = Sequence[tuple[str, ...]]


class Layer(msgspec.Struct, frozen=True, kw_only=True):
    """Those of one of `turns` are on call together, then those of the next, and around again.

    Turn 0 of the rotation is that of `turns[first]`; without a rotation it is always theirs. It
    is nobody's outside the windows of `restrict`, if there are any, and on `holidays`, which are
    days of `timezone` as the windows are, or while `rests` names anybody. Layers of a higher
    `priority` lie above. With a `calendar` there are no turns: they are whom it names.
    """

    turns: tuple[tuple[str, ...], ...]
    rotation: Rotation | None = None
    first: int = 0
    restrict: tuple[Restriction, ...] = ()
    holidays: tuple[date, ...] = ()
    timezone: str = "UTC"
    priority: int = 0
    calendar: Calendar | None = None
    rests: Calendar | None = None

    def everybody(self) -> tuple[str, ...]:
        """All whose turn it may ever be."""
        named = self.calendar.everybody() if self.calendar else ()
        return (*chain.from_iterable(self.turns), *named)

    def people(self, wall: int) -> tuple[str, ...]:
        """Who is on call at a wall time, first to be called first."""
        zone = civil.zone(self.timezone)
        if self.holidays and any(True for _ in days_off(self.holidays, wall, wall + 1, zone)):
            return ()
        if self.restrict and not is_open(self.restrict, wall, zone):
            return ()
        if self.rests and self.rests.people(wall):
            return ()
        if self.calendar is not None:
            return self.calendar.people(wall)
        turn = self.rotation.turn(wall) if self.rotation else 0
        return self.turns[(self.first + turn) % len(self.turns)]

    def changes(self, since: int, until: int) -> Iterator[int]:
        """Every wall time after `since` and before `until` at which its people may change."""
        zone = civil.zone(self.timezone)
        opened = chain.from_iterable(r.windows(since, until, zone) for r in self.restrict)
        for window in chain(opened, days_off(self.holidays, since, until, zone)):
            yield from (at for at in window if since < at < until)
        for calendar in (self.calendar, self.rests):
            yield from calendar.changes(since, until) if calendar else ()
        if self.rotation and len(self.turns) > 1:
            yield from self.rotation.handoffs(since, until)


def anchored(turns: Turns, rotation: Rotation, person: str, wall: int) -> int:
    """The `first` with which the turn that contains `wall` is the person's.

    Written down beside an edited list, it lets whoever is on call now stay so until the hand-off.
    Of several turns of hers it is the first.

    Raises:
        ValueError: she has no turn.
    """
    hers = next((i for i, people in enumerate(turns) if person in people), None)
    if hers is None:
        raise ValueError(f"{person!r} has no turn")
    return (hers - rotation.turn(wall)) % len(turns)
