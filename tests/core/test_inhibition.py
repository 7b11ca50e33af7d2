"""Inhibition: which alert is held back by which."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.inhibition import Inhibitor, InhibitRule
from router.core.matcher import Matcher, matches_all, parse_list


def rule(source: str, target: str, *equal: str) -> InhibitRule:
    return InhibitRule(parse_list(source), parse_list(target), equal)


CRITICAL = rule("severity=critical", 'severity=~"warning|info"', "cluster")


def inhibited(
    rules: list[InhibitRule], firing: Mapping[int, dict[str, str]], **labels: str
) -> tuple[int, int] | None:
    inhibitor = Inhibitor(rules)
    for alert_id, source in firing.items():
        inhibitor.put(alert_id, source)
    return inhibitor.inhibited_by(labels)


EU = {"severity": "critical", "cluster": "eu"}


@pytest.mark.parametrize(
    ("firing", "labels", "expected"),
    [
        pytest.param({}, {"severity": "info"}, None, id="nothing fires"),
        pytest.param({7: EU}, {"severity": "info", "cluster": "eu"}, (0, 7), id="a source fires"),
        pytest.param({7: EU}, {"severity": "info", "cluster": "us"}, None, id="one elsewhere"),
        pytest.param({7: EU}, {"severity": "info"}, None, id="a label is missing here"),
        pytest.param({7: EU}, {"severity": "page", "cluster": "eu"}, None, id="no target"),
        pytest.param(
            {7: {"severity": "info", "cluster": "eu"}},
            {"severity": "info", "cluster": "eu"},
            None,
            id="the firing one is no source",
        ),
        pytest.param(
            {7: {"severity": "critical"}}, {"severity": "info"}, (0, 7), id="missing on both sides"
        ),
        pytest.param(
            {7: {"severity": "critical", "cluster": ""}},
            {"severity": "info"},
            (0, 7),
            id="missing on one side, empty on the other",
        ),
        pytest.param(
            {9: EU, 7: EU, 8: EU}, {"severity": "info", "cluster": "eu"}, (0, 7), id="the smallest"
        ),
    ],
)
def test_inhibited_by(
    firing: dict[int, dict[str, str]], labels: dict[str, str], expected: tuple[int, int] | None
) -> None:
    assert inhibited([CRITICAL], firing, **labels) == expected


BOTH = rule("a=1", "b=1")


@pytest.mark.parametrize(
    ("firing", "labels", "expected"),
    [
        pytest.param({1: {"a": "1", "b": "1"}}, {"b": "1"}, (0, 1), id="a plain target has both"),
        pytest.param({1: {"a": "1"}}, {"a": "1", "b": "1"}, (0, 1), id="a plain source has both"),
        pytest.param(
            {1: {"a": "1", "b": "1"}}, {"a": "1", "b": "1"}, None, id="two two-sided ones never"
        ),
        pytest.param(
            {1: {"a": "1", "b": "1"}, 2: {"a": "1"}},
            {"a": "1", "b": "1"},
            (0, 2),
            id="a plain source behind a two-sided one counts",
        ),
    ],
)
def test_an_alert_on_both_sides(
    firing: dict[int, dict[str, str]], labels: dict[str, str], expected: tuple[int, int] | None
) -> None:
    assert inhibited([BOTH], firing, **labels) == expected


def test_a_rule_without_matchers_holds_back_nothing() -> None:
    assert inhibited([InhibitRule()], {1: {"a": "1"}}, b="2") is None


def test_a_rule_without_equal_labels_holds_back_every_target() -> None:
    assert inhibited([rule("a=1", "b=1")], {1: {"a": "1", "x": "2"}}, b="1", x="3") == (0, 1)


def test_the_first_rule_that_holds_is_named() -> None:
    rules = [rule("a=1", "t=1"), rule("b=1", "t=1"), rule("c=1", "t=1")]
    assert inhibited(rules, {1: {"c": "1"}, 2: {"b": "1"}}, t="1") == (1, 2)


def test_any_source_counts_when_another_ends() -> None:
    inhibitor = Inhibitor([CRITICAL])
    target = {"severity": "info", "cluster": "eu"}
    for alert_id in (3, 1, 2):
        inhibitor.put(alert_id, EU)
    held = []
    for alert_id in (1, 3, 2):
        held.append(inhibitor.inhibited_by(target))
        inhibitor.drop(alert_id)
    assert held == [(0, 1), (0, 2), (0, 2)]
    assert inhibitor.inhibited_by(target) is None


def test_putting_and_dropping_twice_does_no_harm() -> None:
    inhibitor = Inhibitor([CRITICAL])
    target = {"severity": "info", "cluster": "eu"}
    inhibitor.drop(1)
    inhibitor.put(1, EU)
    inhibitor.put(1, EU)
    assert inhibitor.inhibited_by(target) == (0, 1)
    inhibitor.drop(1)
    inhibitor.drop(1)
    assert inhibitor.inhibited_by(target) is None


def test_one_source_that_flaps_beside_another_takes_no_more_room() -> None:
    inhibitor = Inhibitor([CRITICAL])
    inhibitor.put(0, EU)
    for _ in range(1000):
        inhibitor.put(1, EU)
        inhibitor.drop(1)
    sources = inhibitor._kinds[0][False, ("eu",)]
    assert len(sources._heap) < 100
    assert inhibitor.inhibited_by({"severity": "info", "cluster": "eu"}) == (0, 0)


def test_rules_without_a_firing_source_are_not_looked_at() -> None:
    inhibitor = Inhibitor([CRITICAL, BOTH])
    assert len(inhibitor._by_target) == 0
    inhibitor.put(1, EU)
    assert list(inhibitor._by_target.matching({"severity": "info"})) == [0]
    inhibitor.drop(1)
    assert len(inhibitor._by_target) == 0


LABELS = st.dictionaries(st.sampled_from("abc"), st.sampled_from(["1", "2"]))
MATCHER = st.builds(
    Matcher,
    st.sampled_from("abc"),
    st.sampled_from(["=", "!=", "=~", "!~"]),
    st.sampled_from(["", "1", "2", "1|2", "(?:1|)"]),
)
SIDE = st.lists(MATCHER, max_size=2).map(tuple)
EQUAL = st.lists(st.sampled_from("abc"), max_size=2, unique=True).map(tuple)
RULES = st.lists(st.builds(InhibitRule, SIDE, SIDE, EQUAL), max_size=5)
EVENTS = st.lists(st.tuples(st.integers(0, 5), st.none() | LABELS), max_size=20)


def held_back(
    rules: list[InhibitRule], firing: Mapping[int, dict[str, str]], labels: dict[str, str]
) -> tuple[int, int] | None:
    """Alertmanager's rule word for word, every pair of rule and source tried in turn."""
    for index, one in enumerate(rules):
        if not matches_all(one.target, labels):
            continue
        two_sided = matches_all(one.source, labels)
        for alert_id, source in sorted(firing.items()):
            if (
                matches_all(one.source, source)
                and all(source.get(name, "") == labels.get(name, "") for name in one.equal)
                and not (two_sided and matches_all(one.target, source))
            ):
                return index, alert_id
    return None


@given(rules=RULES, events=EVENTS, asked=st.lists(LABELS, min_size=1, max_size=3))
def test_the_index_finds_what_trying_every_source_finds(
    rules: list[InhibitRule],
    events: list[tuple[int, dict[str, str] | None]],
    asked: list[dict[str, str]],
) -> None:
    inhibitor, firing = Inhibitor(rules), dict[int, dict[str, str]]()
    for alert_id, labels in events:
        if labels is None:
            firing.pop(alert_id, None)
            inhibitor.drop(alert_id)
        else:
            firing[alert_id] = labels
            inhibitor.put(alert_id, labels)
        for question in asked:
            assert inhibitor.inhibited_by(question) == held_back(rules, firing, question)
