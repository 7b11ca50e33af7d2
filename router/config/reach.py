"""Routes no alert can take: an earlier sibling takes everything, or matchers exclude each other."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from router.config.findings import Findings
from router.config.path import Path
from router.core.matcher import Matcher, list_text
from router.core.pattern import literals
from router.core.route import Plan

Matchers = Sequence[Matcher]


def warn(root: Plan, findings: Findings) -> None:
    """Warn of each route that no label set can reach; of those below it nothing is said."""
    for path, why in _unreachable(root, ("route",), ()):
        findings.warn(path, f"no alert gets here: {why}")


def _unreachable(plan: Plan, path: Path, above: Matchers) -> Iterator[tuple[Path, str]]:
    takers = _Takers()
    for position, child in enumerate(plan.routes):
        here = (*path, "routes", position)
        wanted = (*above, *child.matchers)
        if excluded := _contradiction(wanted):
            yield here, f"{excluded[0]} and {excluded[1]} exclude each other"
        elif (taker := takers.find(wanted)) is not None:
            matched = plan.routes[taker].matchers
            what = list_text(matched) if matched else "every alert"
            yield here, f"routes[{taker}] before it takes {what}, and does not say continue"
        else:
            yield from _unreachable(child, here, wanted)
        if not child.continue_:
            takers.add(position, child.matchers)


class _Takers:
    """Routes without `continue`, indexed so that one matcher of each rules most of them out."""

    def __init__(self) -> None:
        self._routes: dict[int, Matchers] = {}
        self._always: list[int] = []
        self._by_value: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
        self._by_matcher: defaultdict[Matcher, list[int]] = defaultdict(list)
        self._by_name: defaultdict[str, list[int]] = defaultdict(list)

    def add(self, position: int, matchers: Matchers) -> None:
        self._routes[position] = matchers
        listed = next((each for each in matchers if _values(each)), None)
        if not matchers:
            self._always.append(position)
        elif listed is not None:
            for value in _values(listed):
                self._by_value[listed.name, value].append(position)
        else:
            self._by_matcher[matchers[0]].append(position)
            self._by_name[matchers[0].name].append(position)

    def find(self, given: Matchers) -> int | None:
        """The first of them that takes every label set fulfilling `given`."""
        found = (at for at in self._candidates(given) if _all_implied(self._routes[at], given))
        return min(found, default=None)

    def _candidates(self, given: Matchers) -> Iterator[int]:
        yield from self._always
        for matcher in given:
            yield from self._by_matcher.get(matcher, ())
            if values := _values(matcher):
                yield from self._by_value.get((matcher.name, min(values)), ())
                yield from self._by_name.get(matcher.name, ())


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
