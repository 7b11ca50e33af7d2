"""The line index knows where everything in a TOML document begins."""

import tomllib
from collections.abc import Iterator
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.toml_writer import Writer

from router.config.lines import index
from router.config.path import Path, spell


@given(st.randoms(use_true_random=False), st.integers(0, 12))
def test_every_path_of_any_document_has_the_line_it_was_written_on(
    random: Random, sections: int
) -> None:
    writer = Writer(random)
    writer.write(sections)

    assert index(writer.text) == writer.lines
    assert set(writer.lines) == set(_paths(tomllib.loads(writer.text), ()))


def _paths(value: object, path: Path) -> Iterator[Path]:
    parts: Iterator[tuple[str | int, object]] = iter(())
    if isinstance(value, dict):
        parts = iter(value.items())
    elif isinstance(value, list):
        parts = iter(enumerate(value))
    for part, below in parts:
        yield (*path, part)
        yield from _paths(below, (*path, part))


@pytest.mark.parametrize(
    ("text", "path", "line"),
    [
        pytest.param("\n\na = 1\n", ("a",), 3, id="a key stands on its own line"),
        pytest.param("[a.b]\nc = 1\n", ("a",), 1, id="an implied table begins with its child"),
        pytest.param("[a.b]\n\n[a]\n", ("a",), 3, id="a header counts more than what implied it"),
        pytest.param("a = [\n  1,\n\n  2,\n]\n", ("a", 1), 4, id="an element has its own line"),
        pytest.param("[[a]]\nx=1\n[[a]]\nx=2", ("a", 1, "x"), 4, id="arrays of tables are counted"),
        pytest.param(
            "[[a]]\n[[a.b]]\n[[a]]\n[[a.b]]\nc=1", ("a", 1, "b", 0, "c"), 5, id="nested ones too"
        ),
        pytest.param('[a]\n"b c".d = 1', ("a", "b c", "d"), 2, id="quotes belong to no name"),
        pytest.param("a = '''\n[b]\n'''\nc = 1", ("c",), 4, id="text that looks like a header"),
        pytest.param("a = [{ b = [1,\n2] }]", ("a", 0, "b", 1), 2, id="deep inside inline values"),
    ],
)
def test_the_line_of(text: str, path: Path, line: int) -> None:
    assert index(text)[path] == line


@pytest.mark.parametrize(
    ("path", "spelt"),
    [
        pytest.param((), "", id="the whole file has no path"),
        pytest.param(("route", "routes", 2, "receiver"), "route.routes[2].receiver", id="indexes"),
        pytest.param(("receivers", "on call"), 'receivers."on call"', id="odd names are quoted"),
        pytest.param(("a", 'b"\n'), 'a."b\\"\\n"', id="and escaped"),
    ],
)
def test_a_path_is_spelt(path: Path, spelt: str) -> None:
    assert spell(path) == spelt
