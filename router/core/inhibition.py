"""Inhibition: an alert is held back while another, worse one explains it."""

from collections.abc import Iterable, Mapping
from heapq import heapify, heappop, heappush

import msgspec

from router.core.matcher import Matcher, matches_all
from router.core.selector import Selector


class InhibitRule(msgspec.Struct, frozen=True):
    """While a `source` alert fires, `target` alerts with the same `equal` labels are held back.

    A label that is missing has the empty value. An alert that matches both sides is held back
    only by sources that do not, so that no alert holds back itself.
    """

    source: tuple[Matcher, ...] = ()
    target: tuple[Matcher, ...] = ()
    equal: tuple[str, ...] = ()
    name: str = ""


class _Sources:
    """Firing sources of one kind; the smallest number stands for all."""

    __slots__ = ("_heap", "_present")

    def __init__(self) -> None:
        self._present: set[int] = set()
        self._heap: list[int] = []

    def put(self, alert_id: int) -> None:
        if alert_id not in self._present:
            self._present.add(alert_id)
            heappush(self._heap, alert_id)

    def drop(self, alert_id: int) -> None:
        self._present.discard(alert_id)
        if len(self._heap) > 2 * len(self._present) + 16:
            self._heap = list(self._present)
            heapify(self._heap)

    def first(self) -> int:
        """The smallest source that still fires; there is one."""
        while self._heap[0] not in self._present:
            heappop(self._heap)
        return self._heap[0]

    def __bool__(self) -> bool:
        return bool(self._present)


_Values = tuple[str, ...]
_Place = tuple[int, bool, _Values]


class Inhibitor:
    """The firing alerts that are sources of rules, indexed by what their targets must share.

    Only rules that have a source are looked at, and of those only the ones whose target side an
    index cannot rule out. Two inhibitors with the same rules and alerts answer alike, whatever
    the order the alerts came in.
    """

    def __init__(self, rules: Iterable[InhibitRule] = ()) -> None:
        self.rules = tuple(rules)
        self._by_source: Selector[int] = Selector()
        for index, rule in enumerate(self.rules):
            self._by_source.add(index, rule.source)
        self._by_target: Selector[int] = Selector()
        self._places: dict[int, tuple[_Place, ...]] = {}
        self._kinds: dict[int, dict[tuple[bool, _Values], _Sources]] = {}

    def put(self, alert_id: int, labels: Mapping[str, str]) -> None:
        """Count a firing alert among the sources of the rules it is one for."""
        self.drop(alert_id)
        places = tuple(self._find_places(labels))
        if not places:
            return
        self._places[alert_id] = places
        for index, both, values in places:
            kinds = self._kinds.setdefault(index, {})
            if not kinds:
                self._by_target.add(index, self.rules[index].target)
            kinds.setdefault((both, values), _Sources()).put(alert_id)

    def drop(self, alert_id: int) -> None:
        """Forget an alert that fires no more; one that was never a source does no harm."""
        for index, both, values in self._places.pop(alert_id, ()):
            kinds = self._kinds[index]
            sources = kinds[both, values]
            sources.drop(alert_id)
            if sources:
                continue
            del kinds[both, values]
            if not kinds:
                del self._kinds[index]
                self._by_target.discard(index)

    def __bool__(self) -> bool:
        """Whether any rule has a source that fires."""
        return bool(self._kinds)

    def inhibited_by(self, labels: Mapping[str, str]) -> tuple[int, int] | None:
        """The first rule that holds the label set back, and its smallest source; None if none."""
        for index in sorted(self._by_target.matching(labels)):
            rule, kinds = self.rules[index], self._kinds[index]
            values = _values(rule, labels)
            first = self._first(kinds, False, values)
            if (True, values) in kinds and not matches_all(rule.source, labels):
                first += self._first(kinds, True, values)
            if first:
                return index, min(first)
        return None

    def _find_places(self, labels: Mapping[str, str]) -> Iterable[_Place]:
        """The rules the alert is a source for, and whether it matches their target side too."""
        for index in self._by_source.matching(labels):
            rule = self.rules[index]
            yield index, matches_all(rule.target, labels), _values(rule, labels)

    @staticmethod
    def _first(
        kinds: Mapping[tuple[bool, _Values], _Sources], both: bool, values: _Values
    ) -> tuple[int, ...]:
        sources = kinds.get((both, values))
        return (sources.first(),) if sources else ()


def _values(rule: InhibitRule, labels: Mapping[str, str]) -> _Values:
    return tuple(labels.get(name, "") for name in rule.equal)
