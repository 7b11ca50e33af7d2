"""YAML is read as Go's yaml.v2 reads it: by what the schema wants, strictly, and within bounds."""

from typing import Any

import pytest

from router.config.alertmanager.document import read

HEAD = "receivers: [{name: ops}]\n"


def values(text: str) -> Any:
    document = read(text.encode(), "alertmanager.yml")
    assert document.findings.problems == []
    return document.values


def problems(text: str | bytes) -> list[str]:
    raw = text if isinstance(text, bytes) else text.encode()
    return read(raw, "alertmanager.yml").findings.problems


@pytest.mark.parametrize(
    "name", ["yes", "12:30", "1e3", "0123", "0x1f", "2026-01-01", "1_000", ".5"]
)
def test_a_text_stays_as_it_is_written(name: str) -> None:
    found = values(f"route: {{receiver: {name}}}\nreceivers: [{{name: {name}}}]\n")
    assert found["route"]["receiver"] == name


@pytest.mark.parametrize(
    ("written", "means"),
    [("yes", True), ("on", True), ("Y", True), ("TRUE", True), ("no", False), ("off", False)],
)
def test_a_flag_is_any_of_yaml_1_1s_words(written: str, means: bool) -> None:
    found = values(f"route: {{receiver: ops, routes: [{{continue: {written}}}]}}\n{HEAD}")
    assert found["route"]["routes"][0]["continue"] is means


def test_a_quoted_word_is_no_flag() -> None:
    (problem,) = problems(f"route: {{receiver: ops, continue: 'no'}}\n{HEAD}")
    assert problem.startswith("alertmanager.yml:1: route.continue: cannot unmarshal text into bool")


@pytest.mark.parametrize(
    ("number", "means"),
    [("16", 16), ("0x10", 16), ("020", 16), ("0b11", 3), ("1_0", 10), ("2.9", 2)],
)
def test_a_number_is_any_of_gos_forms(number: str, means: int) -> None:
    webhook = f"{{url: 'http://a/', max_alerts: {number}}}"
    found = values(
        f"route: {{receiver: a}}\nreceivers: [{{name: a, webhook_configs: [{webhook}]}}]"
    )
    assert found["receivers"][0]["webhook_configs"][0]["max_alerts"] == means


def test_anchors_and_merges_are_followed() -> None:
    found = values(
        "route:\n  receiver: ops\n  routes:\n"
        "    - &base {match: {team: db}, group_wait: 10s}\n"
        "    - {<<: *base, group_wait: 20s}\n"
        "    - {group_wait: 20s, <<: [*base]}\n" + HEAD
    )
    waits = [each["group_wait"] for each in found["route"]["routes"]]
    assert waits == [10_000_000, 20_000_000, 10_000_000], "a later one wins, as in yaml.v2"
    assert all(each["match"] == {"team": "db"} for each in found["route"]["routes"])


def test_every_problem_is_named_with_its_line_and_the_nearest_name() -> None:
    found = problems(
        "route:\n  reciever: ops\n  group_wait: 5 minutes\n  group_wait: 5m\n"
        "  routes:\n    - {match: {a: b, a: c}, receiver: opps}\n" + HEAD
    )
    assert found == [
        "alertmanager.yml:2: route.reciever: field reciever not found in route;"
        " did you mean 'receiver'?",
        "alertmanager.yml:4: route.group_wait: not a valid duration string: '5 minutes';"
        " write it like 90s, 5m or 1h30m",
        "alertmanager.yml:4: route.group_wait: field group_wait already set",
        "alertmanager.yml:6: route.routes[0].match.a: key 'a' already set in map",
        'alertmanager.yml:6: route.routes[0].receiver: undefined receiver "opps" used in route;'
        " did you mean 'ops'?",
    ]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        pytest.param("route: [", "not valid YAML", id="an open bracket"),
        pytest.param("route:\n\treceiver: a", "not valid YAML", id="a tab"),
        pytest.param("route: *a", "unknown anchor 'a' referenced", id="an anchor nobody set"),
        pytest.param("route: &a {routes: [*a]}", "value contains itself", id="a circle"),
        pytest.param("[" * 10_000, "nested more than 100 deep", id="a deep hole"),
        pytest.param("- " * 10_000, "nested more than 100 deep", id="a deep stair"),
        pytest.param("a\x00b", "not valid YAML", id="a NUL"),
        pytest.param(b"\xff\xfe\x00", "not valid YAML", id="half of a UTF-16 character"),
        pytest.param(b"route: \xe9", "not valid YAML", id="Latin-1"),
        pytest.param("", "no route provided in config", id="nothing"),
        pytest.param("--- # only that", "no route provided in config", id="a comment"),
        pytest.param("just text", "cannot unmarshal text into a mapping", id="a text"),
        pytest.param("{[a]: b}", "invalid map key", id="a list for a key"),
    ],
)
def test_what_cannot_be_read_is_one_sentence(text: str | bytes, what: str) -> None:
    assert what in "\n".join(problems(text))


def test_a_bomb_of_aliases_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 60)]
    (problem,) = problems("\n".join(lines))
    assert "document contains excessive aliasing" in problem


def test_a_large_file_is_read() -> None:
    routes = "".join(f"  - {{match: {{team: t{n}}}, receiver: ops}}\n" for n in range(10_000))
    assert len(values(f"route:\n  receiver: ops\n  routes:\n{routes}{HEAD}")["route"]["routes"])


def below(keys: str) -> str:
    """A file whose only route below the first has these keys."""
    return f"route: {{receiver: ops, routes: [{{{keys}}}]}}\n{HEAD}"


@pytest.mark.parametrize("key", ["match", "match_re"])
def test_a_mapping_adds_to_what_a_merge_key_brought(key: str) -> None:
    for keys in (
        f"<<: {{{key}: {{a: x}}}}, {key}: {{b: y}}",
        f"{key}: {{b: y}}, <<: {{{key}: {{a: x}}}}",
    ):
        assert values(below(keys))["route"]["routes"][0][key] == {"a": "x", "b": "y"}


def test_a_null_takes_away_what_a_merge_key_brought() -> None:
    found = values(below("<<: {match: {a: x}}, match: null"))
    assert "match" not in found["route"]["routes"][0]


def test_a_key_that_a_merge_key_brought_already_is_there_twice() -> None:
    (said,) = problems(below("<<: {match: {a: x}}, match: {a: y}"))
    assert "key 'a' already set in map" in said


@pytest.mark.parametrize("written", ['"null"', "'~'"])
def test_a_quoted_null_is_no_regular_expression(written: str) -> None:
    (said,) = problems(below(f"match_re: {{a: {written}}}"))
    assert "into a regular expression" in said
    assert problems(below(f"match: {{a: {written}}}")) == []


def test_a_null_that_nothing_needs_is_no_mistake() -> None:
    assert problems(f"global: {{pagerduty_url: null, opsgenie_api_url: ~}}\n{below('')}") == []
