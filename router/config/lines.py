"""The line on which each table, key and array element of a TOML document begins."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator

from router.config.path import Path

_BLANK = re.compile(r"(?:[ \t\r\n]|#[^\n]*)*").match
_KEY = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'""").match
_DOT = re.compile(r"[ \t]*\.[ \t]*").match
_EQUALS = re.compile(r"[ \t]*=[ \t]*").match
_STRING = re.compile(
    r'''"""(?:[^"\\]|\\.|"{1,2}(?!"))*"{3,5}'''
    r"""|'''(?:[^']|'{1,2}(?!'))*'{3,5}"""
    r'''|"(?:[^"\\\n]|\\.)*"'''
    r"""|'[^'\n]*'""",
    re.DOTALL,
).match
_SCALAR = re.compile(r"[^,\]}#\n]+").match


def index(text: str) -> dict[Path, int]:
    """The line of every path in a document that tomllib has read, counted from 1.

    A table that is only implied by its children has the line of the first of them. Of a document
    that is not valid TOML the answer means nothing.
    """
    return _Scanner(text).scan()


class _Scanner:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._breaks = [found.start() for found in re.finditer("\n", text)]
        self._lines: dict[Path, int] = {}
        self._implied: set[Path] = set()
        self._lengths: dict[Path, int] = {}  # Of arrays of tables.

    def scan(self) -> dict[Path, int]:
        table: Path = ()
        while self._skip() < len(self._text):
            if self._text.startswith("[", self._at):
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        line = self._line()
        many = self._text.startswith("[[", self._at)
        self._at += 2 if many else 1
        self._skip()
        *above, last = self._keys()
        self._skip()
        self._at += 2 if many else 1
        path: Path = ()
        for key in above:
            path = self._newest((*path, key), line)
        path = (*path, last)
        if not many:
            return self._newest(path, line, implied=False)
        self._note(path, line)
        length = self._lengths.get(path, 0)
        self._lengths[path] = length + 1
        self._note((*path, length), line)
        return (*path, length)

    def _newest(self, path: Path, line: int, *, implied: bool = True) -> Path:
        """The table a header's part leads to: of an array of tables, the last one so far."""
        if path in self._lengths:
            return (*path, self._lengths[path] - 1)
        self._note(path, line, implied=implied)
        return path

    def _pair(self, table: Path) -> None:
        line = self._line()
        *above, last = self._keys()
        for key in above:
            table = (*table, key)
            self._note(table, line, implied=True)
        path = (*table, last)
        self._note(path, line)
        self._at = _end(_EQUALS(self._text, self._at), self._at)
        self._value(path)

    def _value(self, path: Path) -> None:
        if self._text.startswith("[", self._at):
            for position, _ in enumerate(self._items("]")):
                element = (*path, position)
                self._note(element, self._line())
                self._value(element)
        elif self._text.startswith("{", self._at):
            for _ in self._items("}"):
                self._pair(path)
        else:
            found = _STRING(self._text, self._at) or _SCALAR(self._text, self._at)
            self._at = _end(found, self._at + 1)

    def _items(self, closing: str) -> Iterator[None]:
        """Stop at each item of an array or inline table, and after its closing bracket."""
        self._at += 1
        while self._skip() < len(self._text) and not self._text.startswith(closing, self._at):
            yield
            if self._text.startswith(",", self._skip()):
                self._at += 1
        self._at += 1

    def _keys(self) -> list[str]:
        keys = []
        while found := _KEY(self._text, self._at):
            keys.append(_decode(found[0]))
            self._at = found.end()
            dot = _DOT(self._text, self._at)
            if dot is None:
                break
            self._at = dot.end()
        return keys

    def _note(self, path: Path, line: int, *, implied: bool = False) -> None:
        if path in self._lines and (implied or path not in self._implied):
            return
        self._lines[path] = line
        if implied:
            self._implied.add(path)
        else:
            self._implied.discard(path)

    def _skip(self) -> int:
        self._at = _end(_BLANK(self._text, self._at), self._at)
        return self._at

    def _line(self) -> int:
        return bisect_right(self._breaks, self._at) + 1


def _end(found: re.Match[str] | None, otherwise: int) -> int:
    return found.end() if found else otherwise


def _decode(key: str) -> str:
    if not key.startswith(("'", '"')):
        return key
    return str(tomllib.loads(f"key = {key}")["key"])
