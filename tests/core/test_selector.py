"""The index of matcher lists: the same answers as one by one, and no more work than needed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.matcher import Matcher, matches_all, parse_list
from router.core.selector import Selector


def filled(*lists: str) -> Selector[int]:
    selector: Selector[int] = Selector()
    for key, text in enumerate(lists):
        selector.add(key, parse_list(text))
    return selector


def reached(selector: Selector[int], **labels: str) -> int:
    """How many lists the label set is tried against."""
    return sum(map(len, selector._reached(labels)))


@pytest.mark.parametrize(
    ("text", "labels", "tried"),
    [
        pytest.param("a=1", {"a": "1"}, 1, id="an equality that holds"),
        pytest.param("a=1", {"a": "2", "b": "1"}, 0, id="an equality that does not"),
        pytest.param("a=~1|2", {"a": "2"}, 1, id="one of several values"),
        pytest.param("a=~1|2", {"a": "3"}, 0, id="none of them"),
        pytest.param("a=~x.*", {"a": "xy"}, 1, id="a pattern that holds"),
        pytest.param("a=~x.*", {"a": "y"}, 0, id="a pattern that does not"),
        pytest.param("a!=1,b=1", {"b": "2"}, 0, id="a negative one beside an equality"),
        pytest.param("a=~.+", {"a": "1"}, 1, id="a label that must be there and is"),
        pytest.param("a=~.+", {"b": "1"}, 0, id="a label that must be there and is not"),
        pytest.param('a!=""', {"b": "1"}, 0, id="or one that must not be empty"),
        pytest.param('a!=""', {"a": ""}, 0, id="and is"),
        pytest.param('a=".+"', {"a": "1"}, 0, id="a value that only looks like a pattern"),
        pytest.param("a!=1", {"a": "1"}, 1, id="a negative one alone is always tried"),
        pytest.param('a=""', {"a": "1"}, 1, id="so is an equality with nothing"),
        pytest.param("a=~.*", {}, 1, id="so is a pattern that takes nothing"),
        pytest.param("", {}, 1, id="so is an empty list"),
    ],
)
def test_a_list_is_tried_only_where_it_could_match(
    text: str, labels: dict[str, str], tried: int
) -> None:
    assert reached(filled(text), **labels) == tried


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("severity=critical,team=t{}", id="the rarer of two equalities"),
        pytest.param("severity=critical,team=~t{}.*", id="a pattern beside a common equality"),
        pytest.param("severity=~critical|high,team=~t{0}|u{0}", id="the rarer of two alternations"),
        pytest.param("team=~.+,severity!=low,host=h{}", id="an equality among vague ones"),
    ],
)
def test_lists_stand_where_few_others_do(text: str) -> None:
    selector = filled(*(text.format(n) for n in range(100)))
    labels = {"severity": "critical", "team": "t7", "host": "h7"}
    assert list(selector.matching(labels)) == [7]
    assert reached(selector, **labels) <= 5


def test_scanned_counts_the_lists_that_need_no_label() -> None:
    selector = filled("a=1", "a!=1", "", "b=~.*", 'b!=""')
    assert selector.scanned == 3
    selector.discard(1)
    assert selector.scanned == 2


def test_keys_come_as_they_were_added_and_only_as_far_as_asked() -> None:
    selector = filled(*(text for _ in range(20) for text in ("a=1", "a=~.+", "", "b=~1|2")))
    found = selector.matching({"a": "1", "b": "2"})
    assert [next(found) for _ in range(3)] == [0, 1, 2]
    assert list(found) == list(range(3, 80))


def test_a_key_added_again_has_only_its_new_list() -> None:
    selector = filled("a=1", "b=1")
    selector.add(0, parse_list("a=2"))
    assert len(selector) == 2
    assert list(selector.matching({"a": "1"})) == []
    assert list(selector.matching({"a": "2", "b": "1"})) == [1, 0]


@pytest.mark.parametrize("text", ["a=1", "a=~1|2", "a=~x.*", "a=~.+", "a!=1"])
def test_nothing_is_left_of_a_list_that_was_discarded(text: str) -> None:
    selector = filled(text)
    assert 0 in selector
    selector.discard(0)
    selector.discard(0)
    assert 0 not in selector
    assert len(selector) == 0
    assert (selector._labels, selector._scanned) == ({}, {})


ONE = st.builds(
    Matcher,
    st.sampled_from("abc"),
    st.sampled_from(["=", "!=", "=~", "!~"]),
    st.sampled_from(["", "1", "1|2", "1.*", ".+", ".*", "(?:1|)"]),
)
LISTS = st.lists(ONE, max_size=3).map(tuple)
LABELS = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["", "1", "2", "12", ".+"]))
STEPS = st.lists(st.tuples(st.integers(0, 9), st.none() | LISTS, LABELS), max_size=30)


@given(STEPS)
def test_it_finds_what_trying_every_list_finds(
    steps: list[tuple[int, tuple[Matcher, ...] | None, dict[str, str]]],
) -> None:
    selector, kept = Selector[int](), dict[int, tuple[Matcher, ...]]()
    for key, matchers, labels in steps:
        kept.pop(key, None)
        if matchers is None:
            selector.discard(key)
        else:
            kept[key] = matchers
            selector.add(key, matchers)
        expected = [k for k, one in kept.items() if matches_all(one, labels)]
        assert list(selector.matching(labels)) == expected
