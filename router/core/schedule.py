"""Who is on call: layers above one another, and exceptions to them."""

from collections.abc import Iterable, Iterator
from itertools import chain, groupby, pairwise
from typing import NamedTuple

import msgspec

from router.core.layer import Layer


class Override(msgspec.Struct, frozen=True, kw_only=True):
    """An exception from `start` on until just before `end` (wall microseconds).

    `users` are on call in place of the layers, even when they are nobody; None leaves the layers.
    `remove` are not on call, so that another of the turn or the layer below steps in. `add` are
    on call beside whoever else is. Of each pair in `replace` the second carries what the first
    would. `id` is the number of one that was made while the service ran, 0 of one in the file.
    """

    start: int
    end: int
    users: tuple[str, ...] | None = None
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()
    replace: tuple[tuple[str, str], ...] = ()
    id: int = 0

    def people(self) -> tuple[str, ...]:
        """Everybody it can put on call."""
        return (*(self.users or ()), *self.add, *(taker for _, taker in self.replace))

    def covers(self, wall: int) -> bool:
        """Whether it holds at a wall time."""
        return self.start <= wall < self.end


class Schedule(msgspec.Struct, frozen=True, kw_only=True):
    """A calendar of people. `timezone` is that of its own dates; a layer has one itself.

    `allow_gaps` says that there may be hours in which nobody is on call, `shift_notices` that its
    people hear when a shift of theirs begins and ends. Another `ical_version` makes the secret
    addresses of its calendar void.
    """

    name: str
    layers: tuple[Layer, ...] = ()
    overrides: tuple[Override, ...] = ()
    timezone: str = "UTC"
    allow_gaps: bool = False
    shift_notices: bool = False
    ical_version: int = 0

    def people(self) -> tuple[str, ...]:
        """Everybody it can ever put on call."""
        rostered = chain.from_iterable(layer.everybody() for layer in self.layers)
        excepted = chain.from_iterable(override.people() for override in self.overrides)
        return tuple(dict.fromkeys(chain(rostered, excepted)))


class Shift(NamedTuple):
    """`users` are on call from `start` on until just before `end` (wall microseconds)."""

    start: int
    end: int
    users: tuple[str, ...]


def on_call(schedule: Schedule, wall: int) -> tuple[str, ...]:
    """Who is on call at a wall time in microseconds, first to be called first.

    The highest layer with anybody on call counts, and those of equal priority together. An
    override's `users` hide the layers completely, even when they name nobody; of several the last
    one counts. Then whoever an override removes goes, whoever one adds comes last, and whoever one
    replaces gives way, by one override after another.
    """
    present = [override for override in schedule.overrides if override.covers(wall)]
    removed = frozenset(chain.from_iterable(override.remove for override in present))
    named = [override.users for override in present if override.users is not None]
    people = named[-1] if named else _rostered(schedule.layers, wall, removed)
    added = chain.from_iterable(override.add for override in present)
    found = [*(person for person in people if person not in removed), *added]
    for override in present:
        if override.replace:
            takers = dict(override.replace)
            found = [takers.get(person, person) for person in found]
    return tuple(dict.fromkeys(found))


def _rostered(layers: Iterable[Layer], wall: int, removed: frozenset[str]) -> list[str]:
    """Those of the highest priority at which there is anybody."""
    from_above = sorted(layers, key=lambda layer: -layer.priority)
    for _, beside in groupby(from_above, key=lambda layer: layer.priority):
        everybody = chain.from_iterable(layer.people(wall) for layer in beside)
        if people := [person for person in everybody if person not in removed]:
            return people
    return []


def timeline(schedule: Schedule, since: int, until: int) -> list[Shift]:
    """Who is on call from `since` on until just before `until`, without a pause.

    Shifts in which nobody is on call are there too; neighbours never have the same people. At
    every moment it agrees with `on_call`.
    """
    near = tuple(o for o in schedule.overrides if o.start < until and since < o.end)
    schedule = msgspec.structs.replace(schedule, overrides=near)
    shifts: list[Shift] = []
    for start, end in pairwise(_changes(schedule, since, until)):
        users = on_call(schedule, start)
        if shifts and shifts[-1].users == users:
            start = shifts.pop().start
        shifts.append(Shift(start, end, users))
    return shifts


def _changes(schedule: Schedule, since: int, until: int) -> list[int]:
    """Every moment at which somebody may come or go, the two ends included."""
    if since >= until:
        return []
    exceptions = chain.from_iterable((o.start, o.end) for o in schedule.overrides)
    inside = {at for at in exceptions if since < at < until}
    for layer in schedule.layers:
        inside.update(layer.changes(since, until))
    return sorted(inside | {since, until})


def gaps(schedule: Schedule, since: int, until: int) -> Iterator[tuple[int, int]]:
    """The spans in which nobody is on call."""
    return ((s.start, s.end) for s in timeline(schedule, since, until) if not s.users)
