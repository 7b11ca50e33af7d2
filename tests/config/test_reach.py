"""A route that is called unreachable is reached by no alert, whatever the tree."""

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from router.config.findings import Findings
from router.config.reach import warn
from router.core.matcher import Matcher, parse_list
from router.core.route import Plan, Route, build
from router.core.tree import Tree

VALUES = ("", "x", "y", "xy")
PATTERNS = (".*", ".+", "x|y", "x.*", "[xy]", "|x", "y")

equalities = st.builds(
    Matcher, st.sampled_from("ab"), st.sampled_from(["=", "!="]), st.sampled_from(VALUES)
)
regexes = st.builds(
    Matcher, st.sampled_from("ab"), st.sampled_from(["=~", "!~"]), st.sampled_from(PATTERNS)
)
matchers = st.lists(equalities | regexes, max_size=3).map(tuple)
leaves = st.builds(Plan, matchers=matchers, continue_=st.booleans())
plans = st.recursive(
    leaves,
    lambda below: st.builds(
        Plan,
        matchers=matchers,
        continue_=st.booleans(),
        routes=st.lists(below, max_size=4).map(tuple),
    ),
    max_leaves=10,
)


@given(st.lists(plans, max_size=5).map(tuple))
def test_what_is_called_unreachable_is_never_reached(routes: tuple[Plan, ...]) -> None:
    findings = Findings("routes.toml", {})
    root = build(Plan(receiver="base", routes=routes))

    warn(Plan(receiver="base", routes=routes), findings)

    tree = Tree(root)
    reached: set[str] = set()
    for a, b in product(VALUES, VALUES):
        labels = {name: value for name, value in (("a", a), ("b", b)) if value}
        reached.update(route.id for route in tree.match(labels))
    for warning in findings.warnings:
        path = warning.split(": ")[1]
        assert not reached & set(_ids_below(_find(root, path)))


def _find(route: Route, path: str) -> Route:
    for part in path.split(".")[1:]:
        route = route.routes[int(part.removeprefix("routes[").removesuffix("]"))]
    return route


def _ids_below(route: Route) -> list[str]:
    return [route.id, *(each for below in route.routes for each in _ids_below(below))]


def test_a_pattern_that_takes_what_a_later_route_wants_is_named() -> None:
    findings = Findings("routes.toml", {})
    first = Plan(matchers=parse_list('a=~"x.*"'))
    going_on = Plan(matchers=parse_list('a=~"y.*"'), continue_=True)
    wanting = (Plan(matchers=parse_list(text)) for text in ('a=~"xy|xz"', "a=yy", "a=zx"))
    warn(Plan(routes=(going_on, first, *wanting)), findings)
    (warning,) = findings.warnings
    assert 'route.routes[2]: no alert gets here: routes[1] before it takes {a=~"x.*"}' in warning


def test_ten_thousand_routes_are_looked_through_in_a_moment() -> None:
    conditions = (f'a=~"x{n}:.*"' if n % 3 == 0 else f'a="x{n}:1"' for n in range(10_000))
    plan = Plan(routes=tuple(Plan(matchers=parse_list(each)) for each in conditions))
    findings = Findings("routes.toml", {})
    warn(plan, findings)
    assert not findings.warnings
