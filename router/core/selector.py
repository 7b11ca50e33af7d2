"""Which of many matcher lists match a label set, at the cost of those that could."""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping
from functools import partial
from heapq import merge
from itertools import chain
from operator import attrgetter
from typing import Generic, TypeVar

import msgspec

from router.core.matcher import Matcher
from router.core.pattern import literals
from router.core.pattern_index import PatternIndex

K = TypeVar("K", bound=Hashable)

CROWDED = 2  # More lists under one label value, and a regex of the list tells better.
FEW = 32  # Up to here, putting all in order at once is cheaper than one after another.


class Entry(msgspec.Struct, Generic[K], eq=False, gc=False):
    """One matcher list: what to call it, and what its place in the index does not yet prove."""

    order: int
    key: K
    tests: tuple[tuple[str, Callable[[str], bool]], ...] = ()

    def matches(self, labels: Mapping[str, str]) -> bool:
        """Whether what is left to ask about the label set holds."""
        for name, test in self.tests:  # noqa: SIM110 - a generator costs as much as the tests.
            if not test(labels.get(name, "")):
                return False
        return True


_order = attrgetter("order")
_Bucket = dict[int, Entry[K]]


class _Label(Generic[K]):
    """The lists that ask for one label, by how they ask: for values, by pattern, to be there."""

    __slots__ = ("patterns", "present", "values")

    def __init__(self) -> None:
        self.values: dict[str, _Bucket[K]] = {}
        self.patterns: PatternIndex[Entry[K]] = PatternIndex(_order)
        self.present: _Bucket[K] = {}

    def __bool__(self) -> bool:
        return bool(self.values or self.patterns or self.present)

    def crowd(self, values: Iterable[str]) -> int:
        """How many lists share the fullest of these values."""
        return max((len(self.values.get(value, ())) for value in values), default=0)


class Selector(Generic[K]):
    """An index of matcher lists under keys, in the order they were added.

    Each list stands under the equality few others share (`a|b|c` counts as three), else in one
    RE2 set per label, else under a label that must be there, else among the `scanned`.
    """

    def __init__(self) -> None:
        self._labels: dict[str, _Label[K]] = {}
        self._scanned: _Bucket[K] = {}
        self._places: dict[K, tuple[str, Callable[[], None]]] = {}
        self._added = 0

    @property
    def scanned(self) -> int:
        """How many lists every label set is tried against: those that need no label at all."""
        return len(self._scanned)

    def __len__(self) -> int:
        return len(self._places)

    def __contains__(self, key: K) -> bool:
        return key in self._places

    def add(self, key: K, matchers: Iterable[Matcher]) -> None:
        """Index a list under a key; a list that had this key is replaced."""
        self.discard(key)
        matchers = tuple(matchers)
        entry: Entry[K] = Entry(self._added, key)
        self._added += 1
        anchor = self._anchor(matchers)
        exact = anchor is not None and self._place(entry, anchor)
        if anchor is None:
            self._scanned[entry.order] = entry
            self._places[key] = ("", partial(self._scanned.__delitem__, entry.order))
        entry.tests = tuple((m.name, m.test()) for m in matchers if not (exact and m is anchor))

    def discard(self, key: K) -> None:
        """Forget the list under a key, if there is one."""
        name, leave = self._places.pop(key, ("", None))
        if leave is None:
            return
        leave()
        if name and not self._labels[name]:
            del self._labels[name]

    def matching(self, labels: Mapping[str, str]) -> Iterator[K]:
        """The keys whose lists match the label set, as they were added; found while asked for."""
        reached = self._reached(labels)
        entries: Iterable[Entry[K]]
        if len(reached) == 1:
            entries = reached[0]
        elif sum(map(len, reached)) <= FEW:
            entries = sorted(chain.from_iterable(reached), key=_order)
        else:
            entries = merge(*reached, key=_order)
        return (entry.key for entry in entries if entry.matches(labels))

    def _reached(self, labels: Mapping[str, str]) -> list[Collection[Entry[K]]]:
        found: list[Collection[Entry[K]]] = [self._scanned.values()] if self._scanned else []
        indexed = self._labels
        names = labels if len(labels) < len(indexed) else indexed
        for name in names:
            label, value = indexed.get(name), labels.get(name, "")
            if label is None or not value:
                continue
            bucket = label.values.get(value)
            if bucket:
                found.append(bucket.values())
            if label.patterns and (hits := label.patterns.matching(value)):
                found.append(hits)
            if label.present:
                found.append(label.present.values())
        return found

    def _anchor(self, matchers: tuple[Matcher, ...]) -> Matcher | None:
        """The matcher that keeps most label sets away from its list; None when none can."""
        best, cost = None, float("inf")
        for matcher in matchers:
            weight = self._weight(matcher)
            if weight < cost:
                best, cost = matcher, weight
        return best

    def _weight(self, matcher: Matcher) -> float:
        if matcher.test()(""):
            return float("inf")
        if _wants_presence(matcher):
            return 1e9
        values = _values(matcher)
        if values is None:
            return CROWDED
        label = self._labels.get(matcher.name)
        return label.crowd(values) if label else 0

    def _place(self, entry: Entry[K], anchor: Matcher) -> bool:
        """Put the entry where its anchor says, and whether being found there proves the anchor."""
        label = self._labels.setdefault(anchor.name, _Label())
        values = _values(anchor)
        leave: Callable[[], None]
        exact = True
        if _wants_presence(anchor):
            label.present[entry.order] = entry
            leave = partial(label.present.__delitem__, entry.order)
            exact = False
        elif values is None:
            label.patterns.add(entry, anchor.value)
            leave = partial(label.patterns.discard, entry)
        else:
            for value in values:
                label.values.setdefault(value, {})[entry.order] = entry
            leave = partial(_leave, label.values, values, entry.order)
        self._places[entry.key] = (anchor.name, leave)
        return exact


def _wants_presence(matcher: Matcher) -> bool:
    """Whether a matcher that needs its label says next to nothing about its value."""
    return matcher.is_negative or (matcher.op == "=~" and matcher.value == ".+")


def _values(matcher: Matcher) -> frozenset[str] | None:
    """The only values a positive matcher lets through; None when a pattern lets through many."""
    return literals(matcher.value) if matcher.is_regex else frozenset((matcher.value,))


def _leave(buckets: dict[str, _Bucket[K]], values: Iterable[str], order: int) -> None:
    for value in values:
        bucket = buckets[value]
        del bucket[order]
        if not bucket:
            del buckets[value]
