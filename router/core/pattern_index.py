"""Which of many patterns match one value, asked of all of them in one pass."""

from collections.abc import Callable
from typing import Generic, TypeVar

import re2

from router.core.pattern import Test, compiled, options, predicate, utf8

E = TypeVar("E")

SET_MEMORY = 32 << 20  # A ceiling for RE2's cache of states, grown only as values need it.
SET_INSTRUCTIONS = 50_000  # A set compiles far below its memory: above it, RE2 would refuse.
FRESH_MOST = 24  # So many are tried one by one for about what compiling one of them costs.
REMEMBERED = 4096
REMEMBERED_LENGTH = 256


class PatternIndex(Generic[E]):
    """Entries under patterns; most are compiled into sets, the newest are tried one by one.

    The newest go into a set together with those sets that hold no more than they do, so that
    each pattern is compiled a few times only, however many come one after another.
    """

    def __init__(
        self,
        order: Callable[[E], int],
        *,
        set_memory: int = SET_MEMORY,
        remembered: int = REMEMBERED,
    ) -> None:
        self._order = order
        self._set_memory = set_memory
        self._remembered_max = remembered
        self._patterns: dict[int, tuple[E, str]] = {}
        self._fresh: dict[int, Test] = {}
        self._tried = 0
        self._sizes: dict[int, int] = {}
        self._sets: list[_PatternSet] = []
        self._gone = 0
        self._remembered: dict[str, tuple[E, ...]] = {}

    def __bool__(self) -> bool:
        return bool(self._patterns)

    def add(self, entry: E, pattern: str) -> None:
        """Index an entry; its order must be new."""
        order = self._order(entry)
        self._patterns[order] = (entry, pattern)
        self._fresh[order] = predicate(pattern)
        self._remembered.clear()

    def discard(self, entry: E) -> None:
        """Forget an entry that is in the index."""
        order = self._order(entry)
        del self._patterns[order]
        self._sizes.pop(order, None)
        if self._fresh.pop(order, None) is None:
            self._gone += 1
        self._remembered.clear()

    def matching(self, value: str) -> tuple[E, ...]:
        """The entries whose patterns match the whole value, in order."""
        found = self._remembered.get(value)
        if found is not None:
            return found
        found = self._search(value)
        if len(value) <= REMEMBERED_LENGTH:
            if len(self._remembered) >= self._remembered_max:
                self._remembered.clear()
            self._remembered[value] = found
        return found

    def _search(self, value: str) -> tuple[E, ...]:
        settled = len(self._patterns) - len(self._fresh)
        if self._gone > 16 + settled:
            self._sets, self._gone = [], 0
            self._settle([*self._patterns])
        elif len(self._fresh) > min(4 + settled // 8, FRESH_MOST) or self._tried >= FRESH_MOST:
            self._settle([*self._fresh])
        orders = [order for one in self._sets for order in one.matching(value)]
        if self._fresh:
            self._tried += 1
            orders += [order for order, test in self._fresh.items() if test(value)]
        orders.sort()
        return tuple(self._patterns[order][0] for order in orders if order in self._patterns)

    def _settle(self, newest: list[int]) -> None:
        """Compile these into sets, with the members of sets that are no larger."""
        self._fresh.clear()
        self._tried = 0
        size = sum(map(self._size, newest))
        while self._sets and len(self._sets[-1].orders) <= len(newest):
            members = self._sets[-1].orders
            kept = [order for order in members if order in self._patterns]
            size += sum(map(self._size, kept))
            if size > SET_INSTRUCTIONS:
                break
            self._sets.pop()
            self._gone -= len(members) - len(kept)
            newest = kept + newest
        self._compile(newest)

    def _compile(self, newest: list[int]) -> None:
        room: list[tuple[int, str]] = []
        left = SET_INSTRUCTIONS
        for order in newest:
            size = self._size(order)
            if room and size > left:
                self._sets.append(_PatternSet(room, self._set_memory))
                room, left = [], SET_INSTRUCTIONS
            room.append((order, self._patterns[order][1]))
            left -= size
        if room:
            self._sets.append(_PatternSet(room, self._set_memory))

    def _size(self, order: int) -> int:
        """The instructions of a pattern."""
        found = self._sizes.get(order)
        if found is None:
            found = self._sizes[order] = compiled(self._patterns[order][1]).programsize
        return found


class _PatternSet:
    """Patterns compiled into one automaton.

    When RE2 runs out of memory it answers that nothing matches. So each set also holds a pattern
    that matches everything: where it is missing from the answer, the patterns are tried singly,
    and so they are when RE2 does not take them together at all.
    """

    __slots__ = ("_members", "_set", "orders")

    def __init__(self, members: list[tuple[int, str]], memory: int) -> None:
        self._members = members
        self.orders = [order for order, _ in members]
        chosen = options()
        chosen.max_mem = memory
        self._set = re2.Set.FullMatchSet(chosen)
        try:
            for _, pattern in members:
                self._set.Add(pattern)
            self._set.Add(r"\C*")
            self._set.Compile()
        except re2.error:
            self._set = None

    def matching(self, value: str) -> list[int]:
        """The members' numbers whose patterns match the whole value."""
        hits = (self._set and self._set.Match(utf8(value))) or ()
        if len(self._members) in hits:
            return [self.orders[hit] for hit in hits if hit < len(self.orders)]
        return [order for order, pattern in self._members if predicate(pattern)(value)]
