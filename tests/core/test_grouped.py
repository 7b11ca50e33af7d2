"""The places of an alert, remembered by what the tree asks for, are those worked out anew."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.configured import route

from router.core.asked import reader
from router.core.labels import canonical
from router.core.route import ALL_LABELS, Plan, build
from router.core.tree import Place, Tree

NAMES = ["a", "b", "c", 'odd"name', "odd\\name", "\x01", "é", "a b"]
LABELS = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(["1", "2", "é", "x" * 300]))
GROUP_BY = st.none() | st.lists(st.sampled_from(NAMES), unique=True).map(tuple)
PLANS = st.builds(
    route,
    st.sampled_from(['a="1"', 'b!="2"', 'c=~"1|2"', "b!~'.*'", 'a=""']),
    by=GROUP_BY | st.just((ALL_LABELS,)),
    go_on=st.booleans(),
)


def worked_out(tree: Tree, labels: dict[str, str]) -> tuple[Place, ...]:
    """The places of a label set, without any memory."""
    taken = tree.match(labels)
    return tuple((route, canonical(route.group_labels(labels))) for route in taken)


@given(plans=st.lists(PLANS, max_size=4), by=GROUP_BY, asked=st.lists(LABELS, min_size=1))
def test_what_is_remembered_is_what_is_worked_out(
    plans: list[Plan], by: tuple[str, ...] | None, asked: list[dict[str, str]]
) -> None:
    tree = Tree(build(route("", *plans, to="ops", by=by)))
    for labels in [*asked, *asked]:
        assert tree.grouped(canonical(labels)) == worked_out(tree, labels)


def test_more_groups_than_are_remembered_are_found_alike() -> None:
    tree = Tree(build(route("", to="ops", by=("instance",))))
    for number in [*range(5_000), *range(5_000)]:
        labels = {"instance": f"host{number}", "job": "node"}
        assert tree.grouped(canonical(labels)) == worked_out(tree, labels)


@pytest.mark.parametrize(
    ("names", "values"),
    [
        pytest.param(["b", "a"], ("2", "1"), id="in the order they are asked for"),
        pytest.param(["z", "a"], ("", "1"), id="one that is absent"),
        pytest.param([], (), id="none"),
        pytest.param([""], None, id="a name that is empty"),
        pytest.param(['"'], None, id="a name that JSON escapes"),
        pytest.param(["\\"], None, id="a name with a backslash"),
        pytest.param(["\n"], None, id="a name with a control character"),
        pytest.param([f"n{number}" for number in range(40)], None, id="too many"),
    ],
)
def test_a_reader_gives_the_values_asked_for(
    names: list[str], values: tuple[str, ...] | None
) -> None:
    read = reader(names)
    labels = canonical({"a": "1", "b": "2", "c": "3"})
    assert (None if read is None else read(labels)) == values
