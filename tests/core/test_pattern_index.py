"""Many patterns asked at once: the same answers as one by one, whatever RE2 thinks of them."""

from hypothesis import given
from hypothesis import strategies as st

from router.core.pattern import predicate
from router.core.pattern_index import FRESH_MOST, PatternIndex

PATTERNS = ["a", "a|b", "a.*", ".*a", "[ab]+", "", ".*", "é.", "(?i)A", "a{2}"]
VALUES = ["", "a", "b", "aa", "ba", "éa", "a\nb", "\ud800", "a\x00"]


def number(entry: int) -> int:
    return entry


def filled(*patterns: str) -> PatternIndex[int]:
    index = PatternIndex(number)
    for order, pattern in enumerate(patterns):
        index.add(order, pattern)
    return index


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(PATTERNS)),
        st.tuples(st.just("discard"), st.integers(0, 40)),
        st.tuples(st.just("ask"), st.sampled_from(VALUES)),
    ),
    max_size=60,
)


@given(STEPS)
def test_it_answers_as_the_patterns_would_one_by_one(steps: list[tuple[str, str | int]]) -> None:
    index, kept = PatternIndex(number), dict[int, str]()
    for order, (step, what) in enumerate(steps):
        if step == "add" and isinstance(what, str):
            kept[order] = what
            index.add(order, what)
        elif step == "discard" and isinstance(what, int):
            if kept.pop(what, None) is not None:
                index.discard(what)
        else:
            expected = [o for o, pattern in kept.items() if predicate(pattern)(str(what))]
            assert list(index.matching(str(what))) == expected
        assert bool(index) == bool(kept)


def test_patterns_too_large_for_one_set_are_spread_over_several() -> None:
    index = filled(*(f"{n:03}\\pL{{30}}x" for n in range(60)))
    assert index.matching("007" + "é" * 30 + "x") == (7,)
    assert len(index._sets) > 1
    assert sum(len(one._members) for one in index._sets) == 60


def test_discarded_patterns_are_compiled_away_in_time() -> None:
    index = filled(*(f"a{n}.*" for n in range(100)))
    index.matching("x")
    for order in range(90):
        index.discard(order)
    assert index.matching("a95") == (95,)
    assert sum(len(one._members) for one in index._sets) == 10


def test_patterns_that_re2_does_not_take_together_are_tried_singly() -> None:
    patterns = [f".*{n}.{{40}}" for n in range(10)]
    index = PatternIndex(number, set_memory=40_000)
    for order, pattern in enumerate(patterns):
        index.add(order, pattern)
    assert index.matching("0123456789" * 5) == (9,)
    assert [one._set for one in index._sets] == [None]


def test_what_is_remembered_is_bounded() -> None:
    index = PatternIndex(number, remembered=10)
    index.add(0, "a.*")
    for n in range(100):
        assert index.matching(f"a{n}") == (0,)
    assert index.matching("a" * 100_000) == (0,)
    assert 0 < len(index._remembered) <= 10
    assert max(map(len, index._remembered)) < 1000


def test_what_was_remembered_is_asked_again_after_a_change() -> None:
    index = filled("a.*")
    assert index.matching("ab") == (0,)
    index.add(1, ".*b")
    assert index.matching("ab") == (0, 1)
    index.discard(0)
    assert index.matching("ab") == (1,)


def test_patterns_that_come_one_after_another_end_up_in_few_sets() -> None:
    index = PatternIndex(number)
    most_sets = most_singles = 0
    for order in range(1500):
        index.add(order, f"a{order}:.*")
        assert index.matching(f"a{order}:x") == (order,)
        most_sets = max(most_sets, len(index._sets))
        most_singles = max(most_singles, len(index._fresh))
    assert most_sets <= 8, "each asks a set anew"
    assert most_singles <= FRESH_MOST + 1, "each is asked on its own"
    for n in range(FRESH_MOST + 1):
        index.matching(f"b{n}")
    assert not index._fresh, "whoever is asked often is compiled"
    assert index.matching("a7:y") == (7,)
