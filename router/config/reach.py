"""Routes no alert can take: an earlier sibling takes everything, or matchers exclude each other."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from router.config.findings import Findings
from router.config.path import Path
from router.core.matcher import Matcher, list_text
from router.core.pattern import literals
from router.core.pattern_index import PatternIndex
from router.core.route import Plan

Matchers = Sequence[Matcher]


def warn(root: Plan, findings: Findings) -> None:
    """Warn of each route that no label set can reach; of those below it nothing is said."""
    for path, why in _unreachable(root, ("route",), ()):
        findings.warn(path, f"no alert gets here: {why}")


def _unreachable(plan: Plan, path: Path, above: Matchers) -> Iterator[tuple[Path, str]]:
    takers = _Takers(plan.routes)
    for position, child in enumerate(plan.routes):
        here = (*path, "routes", position)
        wanted = (*above, *child.matchers)
        if excluded := _contradiction(wanted):
            yield here, f"{excluded[0]} and {excluded[1]} exclude each other"
        elif (taker := takers.find(wanted, position)) is not None:
            matched = plan.routes[taker].matchers
            what = list_text(matched) if matched else "every alert"
            yield here, f"routes[{taker}] before it takes {what}, and does not say continue"
        else:
            yield from _unreachable(child, here, wanted)


class _Takers:
    """Routes without `continue`, indexed so that one matcher of each rules most of them out."""

    def __init__(self, routes: Sequence[Plan]) -> None:
        self._routes: dict[int, Matchers] = {}
        self._always: list[int] = []
        self._by_value: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_matcher: defaultdict[Matcher, list[int]] = defaultdict(list)
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)
        self._by_pattern: defaultdict[str, PatternIndex[int]] = defaultdict(_patterns)
        for position, route in enumerate(routes):
            if not route.continue_:
                self._add(position, route.matchers)

    def _add(self, position: int, matchers: Matchers) -> None:
        self._routes[position] = matchers
        listed = next((each for each in matchers if _values(each)), None)
        if not matchers:
            self._always.append(position)
        elif listed is not None:
            for value in _values(listed):
                self._by_value[listed.name, value].append(position)
        else:
            first = matchers[0]
            self._by_matcher[first].append(position)
            if first.op == "=~":
                self._by_pattern[first.name].add(position, first.value)
            else:
                self._by_name[first.name].append(position)

    def find(self, given: Matchers, before: int) -> int | None:
        """The first of those before a position that takes every label set fulfilling `given`."""
        earlier = (at for at in self._candidates(given) if at < before)
        found = (at for at in earlier if _all_implied(self._routes[at], given))
        return min(found, default=None)

    def _candidates(self, given: Matchers) -> Iterator[int]:
        yield from self._always
        for matcher in given:
            yield from self._by_matcher.get(matcher, ())
            if values := _values(matcher):
                yield from self._by_value.get((matcher.name, min(values)), ())
                yield from self._by_name.get(matcher.name, ())
                if (patterns := self._by_pattern.get(matcher.name)) is not None:
                    yield from patterns.matching(min(values))


def _patterns() -> PatternIndex[int]:
    return PatternIndex(lambda position: position)


def _all_implied(matchers: Matchers, given: Matchers) -> bool:
    return all(_implied(matcher, given) for matcher in matchers)


def _implied(matcher: Matcher, given: Matchers) -> bool:
    """Whether every label set that fulfils `given` is sure to fulfil the matcher."""
    if matcher in given:
        return True
    listed = [_values(each) for each in given if each.name == matcher.name]
    return any(values and all(map(matcher.test(), values)) for values in listed)


def _contradiction(given: Matchers) -> tuple[Matcher, Matcher] | None:
    """Two of the matchers that no value fulfils both of."""
    for one in given:
        values = _values(one)
        for other in given:
            if values and one.name == other.name and not any(map(other.test(), values)):
                return one, other
    return None


def _values(matcher: Matcher) -> frozenset[str]:
    """The only values that fulfil the matcher, when they can be listed."""
    if matcher.op == "=":
        return frozenset((matcher.value,))
    return (literals(matcher.value) or frozenset()) if matcher.op == "=~" else frozenset()
