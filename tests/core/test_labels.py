"""Label sets: identity, fingerprint, text, order."""

import json
from collections.abc import Mapping
from functools import cmp_to_key
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core import labels

TEXT = st.text(alphabet='ab"\\\n\té€\u2028😀', max_size=4)
LABELS = st.dictionaries(st.text(alphabet="abAé😀", min_size=1, max_size=3), TEXT, max_size=4)


@given(LABELS)
def test_canonical_bytes_do_not_depend_on_the_order_labels_came_in(given: dict[str, str]) -> None:
    backwards = dict(reversed(given.items()))
    assert labels.canonical(given) == labels.canonical(backwards)
    assert labels.decode(labels.canonical(given)) == given
    assert json.loads(labels.canonical(given)) == given


@given(LABELS, LABELS)
def test_different_label_sets_have_different_canonical_bytes(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert (one == other) == (labels.canonical(one) == labels.canonical(other))


def test_any_mapping_has_canonical_bytes() -> None:
    assert labels.canonical(MappingProxyType({"b": "2", "a": "1"})) == b'{"a":"1","b":"2"}'


def test_identity_is_a_signed_64_bit_number_that_stays_the_same() -> None:
    seen = {labels.identity(labels.canonical({"n": str(n)})) for n in range(1000)}
    assert len(seen) == 1000
    assert all(-(2**63) <= number < 2**63 for number in seen)
    assert any(number < 0 for number in seen)
    assert labels.identity(b"{}") == labels.identity(b"{}")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, "cbf29ce484222325", id="the empty set has FNV's offset"),
        pytest.param({"a": "1"}, "d3b971819376d835", id="as Alertmanager shows one label"),
        pytest.param(
            {"severity": "critical", "instance": "web-1:9100", "alertname": "HighCPU"},
            "cc6e49118c0ea32b",
            id="as it shows several, in whatever order they came",
        ),
        pytest.param({"a": 'é 😀\n"x"\\'}, "6dc81c4e72c75ffd", id="as it shows any text"),
    ],
)
def test_fingerprint(given: dict[str, str], expected: str) -> None:
    assert labels.fingerprint(given) == expected


def test_fingerprint_hashes_names_in_byte_order_with_separators() -> None:
    hashed = 14695981039346656037
    for byte in b"a\xff1\xffa1\xff\xc3\xa9\xff":
        hashed = (hashed ^ byte) * 1099511628211 % 2**64
    assert labels.fingerprint({"a1": "é", "a": "1"}) == f"{hashed:016x}"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param({}, "{}", id="no labels are an empty pair of braces"),
        pytest.param({"b": "2", "a": "1"}, '{a="1", b="2"}', id="names are sorted"),
        pytest.param({"a1": "x", "a": "y"}, '{a="y", a1="x"}', id="a prefix comes first"),
        pytest.param({"a": 'say "hi"\\'}, '{a="say \\"hi\\"\\\\"}', id="quotes and backslashes"),
        pytest.param(
            {"a": "\a\b\f\n\r\t\v"},
            '{a="\\a\\b\\f\\n\\r\\t\\v"}',
            id="control characters by letter",
        ),
        pytest.param({"a": "\x00\x7f"}, '{a="\\x00\\x7f"}', id="other ASCII controls in hex"),
        pytest.param({"a": "é 😀"}, '{a="é 😀"}', id="printable text of any script is kept"),
        pytest.param(
            {"a": "\u00a0\u200b\U000e0001"},
            '{a="\\u00a0\\u200b\\U000e0001"}',
            id="invisible characters by code point",
        ),
        pytest.param({"my label": "x"}, '{my label="x"}', id="names are never quoted"),
    ],
)
def test_text(given: dict[str, str], expected: str) -> None:
    assert labels.text(given) == expected


def test_pick_takes_only_labels_that_are_present() -> None:
    assert labels.pick({"a": "1", "b": "2"}, ("b", "c")) == {"b": "2"}


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        pytest.param([], {}, id="nothing is common to no label sets"),
        pytest.param([{"a": "1"}], {"a": "1"}, id="one label set shares all it has"),
        pytest.param(
            [{"a": "1", "b": "2"}, {"a": "1", "b": "3"}], {"a": "1"}, id="a differing value is out"
        ),
        pytest.param([{"a": "1"}, {"b": "1"}], {}, id="a missing label is out"),
    ],
)
def test_common(given: list[dict[str, str]], expected: dict[str, str]) -> None:
    assert labels.common(given) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        pytest.param("alertname", True, id="a plain word may be a name"),
        pytest.param("my label é😀", True, id="so may any text"),
        pytest.param("", False, id="the empty text may not"),
        pytest.param("a\ud800", False, id="nor may half a surrogate pair"),
    ],
)
def test_valid_name(name: str, expected: bool) -> None:
    assert labels.valid_name(name) is expected


@pytest.mark.parametrize(
    "ordered",
    [
        pytest.param(
            [{"job": "a", "z": "1", "y": "1"}, {"job": "b"}], id="job first, however many labels"
        ),
        pytest.param([{"job": "z"}, {"a": "1"}], id="who has a job comes before who has none"),
        pytest.param([{"job": ""}, {"a": "1"}], id="even an empty one"),
        pytest.param(
            [{"job": "a", "instance": "1"}, {"job": "a", "instance": "2"}], id="then instance"
        ),
        pytest.param([{"job": "a", "instance": "9"}, {"job": "a"}], id="who has one comes first"),
        pytest.param([{"z": "9"}, {"a": "1", "b": "1"}], id="then who has fewer labels"),
        pytest.param([{"a": "1", "b": "9"}, {"a": "2", "b": "1"}], id="then the smaller value"),
        pytest.param([{"b": "1"}, {"a": "1"}], id="who lacks the smaller name comes first"),
        pytest.param([{"a1": "1"}, {"a": "1"}], id="a longer name is the greater one"),
    ],
)
def test_sort_key(ordered: list[dict[str, str]]) -> None:
    first, second = ordered
    assert sorted([second, first], key=labels.sort_key) == ordered
    assert labels.in_order([second, first], dict) == ordered


def _compared(one: Mapping[str, str], other: Mapping[str, str]) -> int:
    """Alertmanager's order told step by step: job, instance, count, then name by name."""
    for name in ("job", "instance"):
        if (name in one) != (name in other):
            return -1 if name in one else 1
        if one.get(name) != other.get(name):
            return -1 if one[name] < other[name] else 1
    if len(one) != len(other):
        return -1 if len(one) < len(other) else 1
    for name in sorted({*one, *other}):
        if (name in one) != (name in other):
            return -1 if name in other else 1
        if one[name] != other[name]:
            return -1 if one[name] < other[name] else 1
    return 0


NAMES = st.sampled_from(["job", "instance", "a", "a1", "b", "é", "\uffff", "😀"])


@given(st.lists(st.dictionaries(NAMES, st.sampled_from(["", "1", "é"]), max_size=4), max_size=6))
def test_sort_key_is_the_order_told_step_by_step(given: list[dict[str, str]]) -> None:
    ordered = sorted(given, key=cmp_to_key(_compared))
    assert sorted(given, key=labels.sort_key) == ordered
    assert labels.in_order(given, dict) == ordered
