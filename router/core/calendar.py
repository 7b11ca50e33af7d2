"""Who is on call by a calendar that somebody else keeps, as a table that is looked up."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator

import msgspec

Entry = tuple[int, int, tuple[str, ...]]
"""From when until when, in wall microseconds, and who."""


class Calendar(msgspec.Struct, frozen=True):
    """From `starts[i]` on it is `users[i]`, until the next start; before the first it is nobody."""

    starts: tuple[int, ...] = ()
    users: tuple[tuple[str, ...], ...] = ()

    def people(self, wall: int) -> tuple[str, ...]:
        """Whom it names at a wall time."""
        place = bisect_right(self.starts, wall)
        return self.users[place - 1] if place else ()

    def changes(self, since: int, until: int) -> Iterator[int]:
        """When it changes, after `since` and before `until`."""
        first = bisect_right(self.starts, since)
        for at in self.starts[first:]:
            if at >= until:
                return
            yield at

    def everybody(self) -> tuple[str, ...]:
        """All it ever names."""
        return tuple(dict.fromkeys(who for users in self.users for who in users))


def table(entries: Iterable[Entry]) -> Calendar:
    """The calendar of these entries; those that overlap count together, the earlier first."""
    begins: dict[int, list[int]] = {}
    ends: dict[int, list[int]] = {}
    known = sorted(entry for entry in entries if entry[0] < entry[1])
    for number, (start, end, _) in enumerate(known):
        begins.setdefault(start, []).append(number)
        ends.setdefault(end, []).append(number)
    present: dict[int, None] = {}
    starts: list[int] = []
    users: list[tuple[str, ...]] = []
    for at in sorted(begins.keys() | ends.keys()):
        for number in ends.get(at, ()):
            present.pop(number)
        present.update(dict.fromkeys(begins.get(at, ())))
        here = tuple(dict.fromkeys(who for number in sorted(present) for who in known[number][2]))
        if here != (users[-1] if users else ()):
            starts.append(at)
            users.append(here)
    return Calendar(tuple(starts), tuple(users))
