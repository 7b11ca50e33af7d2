"""A document that is not TOML is named by line, and read past where that is safe."""

import pytest
from support.routes_file import NOWHERE, problems

from router.config.load import load
from router.config.syntax import read
from router.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        pytest.param(
            "a = 1\nb = 30s\n",
            [(2, "expected newline or end of document after a statement; text stands in quotes")],
            id="a duration without quotes",
        ),
        pytest.param(
            "channel = #ops\n", [(1, "invalid value; text stands in quotes")], id="a bare channel"
        ),
        pytest.param("a = True\n", [(1, "invalid value; write true or false")], id="a Python bool"),
        pytest.param('a = "b\nc = 1\n', [(1, "the closing quote is missing")], id="half a quote"),
        pytest.param(
            "[a\nb = 1\n",
            [(1, "expected ']' at the end of a table declaration")],
            id="half a header",
        ),
        pytest.param("a = [\n1,\n", [(2, "invalid value")], id="an array that never ends"),
        pytest.param('a = """\n', [(1, "unterminated string")], id="a text that never ends"),
        pytest.param(
            "a = x1\nb = 2\nc = x3\n",
            [
                (1, "invalid value; text stands in quotes"),
                (3, "invalid value; text stands in quotes"),
            ],
            id="two wrong lines are both named",
        ),
    ],
)
def test_the_mistake_is_named_by_line(text: str, found: list[tuple[int, str]]) -> None:
    expected = tuple((line, f"not valid TOML: {what}") for line, what in found)

    assert read(text.encode()).problems == expected


@pytest.mark.parametrize(
    ("text", "found", "values"),
    [
        pytest.param(
            "a = 1\na = 2\nb = 3\n",
            [(2, "this key is there already; each may be given once")],
            {"a": 1, "b": 3},
            id="a key given twice counts the first time",
        ),
        pytest.param(
            "[a]\nx = 1\n[a]\nx = 2\ny = 2\n[b]\nz = 3\n",
            [(3, "this table is there already; each may be given once")],
            {"a": {"x": 1}, "b": {"z": 3}},
            id="a table given twice counts the first time",
        ),
        pytest.param(
            "[a]\nx = 5m\ny = 2\n",
            [
                (
                    2,
                    "not valid TOML: expected newline or end of document after a statement"
                    "; text stands in quotes",
                )
            ],
            {"a": {"y": 2}},
            id="a wrong line is read past",
        ),
    ],
)
def test_what_is_right_is_read(
    text: str, found: list[tuple[int, str]], values: dict[str, object]
) -> None:
    document = read(text.encode())

    assert document.problems == tuple(found)
    assert document.values == values


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("[a\nb = 1\n", id="after a broken header"),
        pytest.param("a = [\n1,\n", id="within an array"),
        pytest.param("x = { a = 1, a = 2 }\n", id="within an inline table"),
        pytest.param("a = " + "[" * 5000, id="nested without end"),
        pytest.param("a = " + "1" * 5000, id="a number without end"),
    ],
)
def test_nothing_is_guessed(text: str) -> None:
    document = read(text.encode())

    assert document.values is None
    assert len(document.problems) == 1


def test_text_that_is_not_utf_8_is_named_by_line() -> None:
    assert read(b'a = 1\nb = "\xff"\n').problems == ((2, "not UTF-8 text; save the file as UTF-8"),)


@pytest.mark.parametrize("text", [b"\xef\xbb\xbfa = 1\n", b"a = 1\r\n"], ids=["a BOM", "CRLF"])
def test_what_editors_add_does_no_harm(text: bytes) -> None:
    assert read(text).values == {"a": 1}


def test_many_wrong_lines_end_the_reading() -> None:
    assert len(read(b"a = x\n" * 200).problems) == 50


@pytest.mark.parametrize("line", ["a" * 5000, "a-b" * 2000, '"a' * 2001, "'" * 3001 + "a" * 3000])
def test_a_long_line_that_is_no_pair_is_told_at_once(line: str) -> None:
    document = read(f"{line}\nb = 1\n".encode())

    assert [number for number, _ in document.problems] == [1]


def test_a_wrong_line_and_other_mistakes_are_told_together() -> None:
    piece = '[service]\nfallback_every = 5m\nfallback = ["user:bo"]\n[users.ana]\nmail = "a@b.c"\n'

    assert problems(piece) == [
        "routes.toml:2: not valid TOML: expected newline or end of document after a statement"
        "; text stands in quotes",
        "routes.toml:3: service.fallback[0]: no user 'bo'; did you mean 'user:ana'?",
        "routes.toml:5: users.ana.mail: unknown key 'mail'; did you mean 'email'?",
    ]


def test_what_may_stand_in_a_wrong_line_is_not_called_absent() -> None:
    with pytest.raises(ConfigError) as raised:
        load(b"[route]\nreceiver = ops\n", folder=NOWHERE, environ={})

    assert raised.value.problems == [
        "routes.toml:2: not valid TOML: invalid value; text stands in quotes"
    ]
