"""The routing tree: inheritance, keys and ids, and which routes an alert takes."""

import sys
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.calls import calls_made

from router.core.matcher import Matcher, parse_list
from router.core.moment import HOUR, MINUTE, SECOND
from router.core.route import Plan, Route, build, child_key
from router.core.tree import Tree


def at(matchers: str, *routes: Plan, receiver: str | None = None, go_on: bool = False) -> Plan:
    return Plan(matchers=parse_list(matchers), receiver=receiver, continue_=go_on, routes=routes)


def match_linear(route: Route, labels: Mapping[str, str]) -> list[Route]:
    """Alertmanager's rule word for word, every route tried in turn."""
    if not all(matcher.matches(labels) for matcher in route.matchers):
        return []
    found: list[Route] = []
    for child in route.routes:
        below = match_linear(child, labels)
        found += below
        if below and not child.continue_:
            break
    return found or [route]


def ids(tree: Tree, **labels: str) -> list[str]:
    return [route.id for route in tree.match(labels)]


TREE = Tree(
    build(
        at(
            "",
            at(
                "team=a",
                at("env=test", receiver="test"),
                at("env=prod", receiver="first", go_on=True),
                at("env=~pro.*,job=~.*", receiver="second"),
                receiver="a",
            ),
            at("team=~b|c", receiver="bc"),
            at("audit=yes", receiver="audit", go_on=True),
            at("team!=x", at("env=test"), receiver="not x"),
            receiver="default",
        )
    )
)


@pytest.mark.parametrize(
    ("labels", "receivers"),
    [
        pytest.param({"team": "x"}, ["default"], id="what nobody wants stays with the root"),
        pytest.param({"team": "a"}, ["a"], id="what no child wants stays with the parent"),
        pytest.param({"team": "a", "env": "test"}, ["test"], id="a child takes it from its parent"),
        pytest.param({"team": "a", "env": "prod"}, ["first", "second"], id="continue goes on"),
        pytest.param({"team": "a", "env": "pro"}, ["second"], id="a later child takes it too"),
        pytest.param({"team": "c"}, ["bc"], id="any of several values will do"),
        pytest.param({"audit": "yes"}, ["audit", "not x"], id="continue goes on at the top"),
        pytest.param({"team": "a", "audit": "yes"}, ["a"], id="the first match ends the search"),
        pytest.param({}, ["not x"], id="a missing label is not x"),
        pytest.param({"env": "test"}, ["not x"], id="a child without receiver has its parent's"),
    ],
)
def test_match(labels: dict[str, str], receivers: list[str]) -> None:
    assert [route.receiver for route in TREE.match(labels)] == receivers
    assert [*TREE.match(labels)] == match_linear(TREE.root, labels)


def test_a_child_that_continues_keeps_the_parent_from_its_own_claim() -> None:
    tree = Tree(build(at("", at("a=1", at("b=1", go_on=True)))))
    assert ids(tree, a="1", b="1") == ['{}/{a="1"}/{b="1"}']


def test_keys_are_alertmanagers_with_matchers_in_order() -> None:
    tree = Tree(build(at("", at('job=~"^(?:.*)$",env=prod', at("a!=1")))))
    assert [route.key for route in tree.match({"env": "prod"})] == [
        '{}/{env="prod",job=~"^(?:.*)$"}/{a!="1"}'
    ]
    assert child_key("{}", parse_list("b=2,a=1")) == '{}/{a="1",b="2"}'


def test_siblings_with_the_same_matchers_share_a_key_but_no_id() -> None:
    root = build(at("", at("a=1,b=2", go_on=True), at("c=3"), at("b=2,a=1", at("d=4"))))
    same = '{}/{a="1",b="2"}'
    assert [route.key for route in root.routes] == [same, '{}/{c="3"}', same]
    assert [route.id for route in root.routes] == [same, '{}/{c="3"}', f"{same}/1"]
    assert root.routes[2].routes[0].id == f'{same}/1/{{d="4"}}'
    assert root.routes[2].routes[0].key == f'{same}/{{d="4"}}'


def test_ids_outlast_a_new_sibling_before_them() -> None:
    before = build(at("", at("a=1"), at("b=2")))
    after = build(at("", at("new=0"), at("b=2"), at("a=1")))
    assert {r.id for r in before.routes} < {r.id for r in after.routes}


def test_every_route_is_found_by_its_id_in_the_order_written() -> None:
    assert list(TREE.routes) == [
        "{}",
        '{}/{team="a"}',
        '{}/{team="a"}/{env="test"}',
        '{}/{team="a"}/{env="prod"}',
        '{}/{team="a"}/{env=~"pro.*",job=~".*"}',
        '{}/{team=~"b|c"}',
        '{}/{audit="yes"}',
        '{}/{team!="x"}',
        '{}/{team!="x"}/{env="test"}',
    ]
    assert all(route.id == route_id for route_id, route in TREE.routes.items())


def test_only_routes_that_need_no_label_are_scanned() -> None:
    assert TREE.scanned == 1
    plans = (at("a!=1"), at("a=~.*"), at('a=""'), at('a!=""'), at("a=~.+"), at("a!=1,b=2"))
    assert Tree(build(at("", *plans))).scanned == 3


def test_a_root_that_says_nothing_has_the_defaults() -> None:
    root = build(Plan())
    assert root == Route(id="{}", key="{}")
    assert (root.group_wait, root.group_interval, root.repeat_interval) == (
        30 * SECOND,
        5 * MINUTE,
        4 * HOUR,
    )


ROOT = Plan(
    receiver="ops",
    policy="calm",
    group_by=("alertname", "cluster"),
    group_wait=1,
    group_interval=2,
    repeat_interval=3,
)


def test_labels_are_merged_with_those_from_above() -> None:
    below = Plan(labels=(("tier", "2"), ("zone", "eu")))
    root = build(Plan(labels=(("team", "db"), ("tier", "1")), routes=(below,)))
    assert root.labels == (("team", "db"), ("tier", "1"))
    assert root.routes[0].labels == (("team", "db"), ("tier", "2"), ("zone", "eu"))


def child(plan: Plan, root: Plan = ROOT) -> Route:
    return build(Plan(**{f: getattr(root, f) for f in INHERITED}, routes=(plan,))).routes[0]


INHERITED = (
    "receiver",
    "policy",
    "group_by",
    "group_wait",
    "group_interval",
    "repeat_interval",
)


@pytest.mark.parametrize(
    ("plan", "destination"),
    [
        pytest.param(Plan(), ("ops", "calm"), id="who names neither takes both"),
        pytest.param(Plan(receiver="db"), ("db", ""), id="a receiver is a whole destination"),
        pytest.param(Plan(policy="loud"), ("", "loud"), id="so is a policy"),
        pytest.param(Plan(receiver="db", policy="loud"), ("db", "loud"), id="so are both"),
    ],
)
def test_destination(plan: Plan, destination: tuple[str, str]) -> None:
    route = child(plan)
    assert (route.receiver, route.policy) == destination


@pytest.mark.parametrize(
    ("above", "own", "names", "everything"),
    [
        pytest.param(("a",), None, ("a",), False, id="none of its own: its parent's"),
        pytest.param(("a",), ("b",), ("b",), False, id="its own replaces its parent's"),
        pytest.param(("a",), (), (), False, id="an empty one groups by nothing"),
        pytest.param(("a",), ("...",), (), True, id="three dots are every label"),
        pytest.param(("...",), None, (), True, id="three dots are inherited"),
        pytest.param(("...",), ("b",), ("b",), False, id="and given up for names"),
    ],
)
def test_group_by(
    above: tuple[str, ...], own: tuple[str, ...] | None, names: tuple[str, ...], everything: bool
) -> None:
    route = child(Plan(group_by=own), Plan(group_by=above))
    assert (route.group_by, route.group_by_all) == (names, everything)


def test_times_are_inherited_one_by_one() -> None:
    route = child(Plan(group_wait=0, repeat_interval=9))
    assert (route.group_wait, route.group_interval, route.repeat_interval) == (0, 2, 9)


def test_intervals_and_continue_are_not_inherited() -> None:
    top = Plan(
        mute_time_intervals=("nights",),
        active_time_intervals=("days",),
        continue_=True,
        routes=(Plan(), Plan(mute_time_intervals=("weekends",))),
    )
    parent = build(Plan(routes=(top,))).routes[0]
    assert parent.mute_time_intervals == ("nights",)
    assert parent.active_time_intervals == ("days",)
    first, second = parent.routes
    assert (first.mute_time_intervals, first.active_time_intervals) == ((), ())
    assert not first.continue_
    assert second.mute_time_intervals == ("weekends",)


def test_group_labels() -> None:
    labels = {"alertname": "Down", "team": "a"}
    assert child(Plan()).group_labels(labels) == {"alertname": "Down"}
    assert child(Plan(group_by=())).group_labels(labels) == {}
    everything = child(Plan(group_by=("...",))).group_labels(labels)
    assert everything == labels
    assert everything is not labels


def test_trees_are_compared_by_their_routes() -> None:
    one, same, other = (Tree(build(at("", at(text)))) for text in ("a=1", "a=1", "a=2"))
    assert one == same
    assert hash(one) == hash(same)
    assert one != other
    assert one != one.root
    assert repr(one) == f"Tree({one.root!r})"


VALUES = ["", "1", "2", "12"]
PATTERNS = ["", "1", "1|2", ".*", ".+", "1.*", "(?:2|)", "x|2", "[12]+", "..", "1?"]
ONE = st.one_of(
    st.builds(
        Matcher, st.sampled_from("abc"), st.sampled_from(["=", "!="]), st.sampled_from(VALUES)
    ),
    st.builds(
        Matcher, st.sampled_from("abc"), st.sampled_from(["=~", "!~"]), st.sampled_from(PATTERNS)
    ),
)
MATCHERS = st.lists(ONE, max_size=3).map(tuple)
LEAF = st.builds(Plan, matchers=MATCHERS, continue_=st.booleans())
PLANS = st.recursive(
    LEAF,
    lambda below: st.builds(
        Plan,
        matchers=MATCHERS,
        continue_=st.booleans(),
        routes=st.lists(below, max_size=8).map(tuple),
    ),
    max_leaves=30,
)
LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(VALUES[1:]))


def test_what_a_sender_made_long_is_matched_and_not_kept() -> None:
    tree, value = Tree(build(at("", at('a=~"x+"')))), "x" * 10_000
    held = sys.getrefcount(value)
    assert [tree.match({"a": value}) for _ in range(3)] == [tree.root.routes] * 3
    assert sys.getrefcount(value) == held


def test_more_values_than_are_remembered_are_matched_alike() -> None:
    tree = Tree(build(at("", at("a=1"), at('a=~"2.*"'))))
    labels = [{"a": str(number)} for number in range(5_000)] * 2
    assert all([*tree.match(each)] == match_linear(tree.root, each) for each in labels)


@given(
    routes=st.lists(PLANS, max_size=8).map(tuple), asked=st.lists(LABELS, min_size=1, max_size=4)
)
def test_the_index_finds_what_trying_every_route_finds(
    routes: tuple[Plan, ...], asked: list[dict[str, str]]
) -> None:
    tree = Tree(build(Plan(routes=routes)))
    assert len(tree.routes) == len(set(tree.routes)) == _count(tree.root)
    for labels in asked:
        assert [*tree.match(labels)] == match_linear(tree.root, labels)


def _count(route: Route) -> int:
    return 1 + sum(map(_count, route.routes))


@pytest.mark.parametrize(
    "matchers",
    [
        pytest.param('team="t{}",severity="critical"', id="by equality"),
        pytest.param('team=~"t{0}|u{0}",severity="critical"', id="by alternation"),
        pytest.param('severity="critical",instance=~"web-{}[.].*"', id="by pattern"),
    ],
)
def test_ten_thousand_routes_cost_about_as_much_as_ten(matchers: str) -> None:
    labels = {"team": "t7", "severity": "critical", "instance": "web-7.example.com"}

    def cost(count: int) -> int:
        tree = Tree(build(at("", *(at(matchers.format(n)) for n in range(count)))))
        tree.match(labels | {"team": "t8", "instance": "web-8.example.com"})  # Compiles patterns.
        found: list[tuple[Route, ...]] = []
        calls = calls_made(lambda: found.append(tree.match(labels)))
        assert found[0][0].id.count("/") == 1
        return calls

    assert cost(10_000) < 2 * cost(10)


def test_positions_are_in_the_order_of_match() -> None:
    everything = {"a": "1", "b": "2", "c": "3"}
    deep = at("a=1", at("b=2", go_on=True), at("c=3"), go_on=True)
    tree = Tree(build(at("", deep, at("b=2", go_on=True), at("c=3"))))
    matched = [route.id for route in tree.match(everything)]
    assert len(matched) == 4
    assert sorted(matched, key=tree.position) == matched
    assert tree.position("one that is gone") == len(tree.routes)
