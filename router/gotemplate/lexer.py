"""Cuts a Go template into texts and the tokens of its actions."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from router.gotemplate.nodes import TemplateError

_SPACE = " \t\r\n"
_WORDS = "break block continue define else end if range nil template with"
_KEYWORDS = frozenset(_WORDS.split())
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]+)?"
    r"|0[oO][0-7_]+|0[bB][01_]+|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]+)?)i?"
)
_STRING = re.compile(r'"(?:[^"\\\n]|\\[^\n])*"')
_CHAR = re.compile(r"'(?:[^'\\\n]|\\[^\n])*'")
_RAW = re.compile(r"`[^`]*`")
_NAME = re.compile(r"\w*")


class Token(NamedTuple):
    """`kind` is the character itself for punctuation; `spaced`: space stands before it."""

    kind: str
    text: str
    line: int
    spaced: bool = False


def tokens(source: str, file: str) -> Iterator[Token]:
    """The tokens of a template, `{{` and `}}` among them, ended by `eof`.

    Raises:
        TemplateError: it cannot be read any further.
    """
    return _Lexer(source, file).run()


class _Lexer:
    def __init__(self, source: str, file: str) -> None:
        self._source = source
        self._file = file
        self._at = 0

    def run(self) -> Iterator[Token]:
        trimmed = False
        while True:
            start = self._at
            found = self._source.find("{{", start)
            text = self._source[start : found if found >= 0 else len(self._source)]
            if trimmed:
                lead = len(text) - len(text.lstrip(_SPACE))
                start, text = start + lead, text[lead:]
            line = self._line(start)
            if found < 0:
                if text:
                    yield Token("text", text, line)
                yield Token("eof", "", self._line(len(self._source)))
                return
            cut = self._source[found + 2 : found + 4]
            if len(cut) == 2 and cut[0] == "-" and cut[1] in _SPACE:
                text = text.rstrip(_SPACE)
                self._at = found + 4
            else:
                self._at = found + 2
            if text:
                yield Token("text", text, line)
            if self._source.startswith("/*", self._at):
                yield self._comment()
            else:
                yield Token("{{", "{{", self._line(found))
                yield from self._action()
            trimmed = self._trimmed

    def _line(self, at: int) -> int:
        return self._source.count("\n", 0, at) + 1

    def _error(self, what: str, at: int | None = None) -> TemplateError:
        return TemplateError(self._file, self._line(self._at if at is None else at), what)

    def _comment(self) -> Token:
        start = self._at
        end = self._source.find("*/", start)
        if end < 0:
            raise self._error("unclosed comment")
        self._at = end + 2
        if not self._closes():
            raise self._error("comment ends before closing delimiter", start)
        return Token("comment", self._source[start + 2 : end], self._line(start))

    def _closes(self) -> bool:
        """Whether the action ends here; then what follows it is next."""
        rest = self._source[self._at : self._at + 4]
        if rest.startswith("}}"):
            self._at, self._trimmed = self._at + 2, False
            return True
        if len(rest) == 4 and rest[0] in _SPACE and rest[1:] == "-}}":
            self._at, self._trimmed = self._at + 4, True
            return True
        return False

    def _action(self) -> Iterator[Token]:
        depth = 0
        while True:
            spaced = False
            while not self._closes():
                if self._at >= len(self._source):
                    raise self._error("unclosed action")
                if self._source[self._at] not in _SPACE:
                    break
                spaced, self._at = True, self._at + 1
            else:
                if depth:
                    raise self._error("unclosed left paren")
                yield Token("}}", "}}", self._line(self._at - 2), spaced)
                return
            token = self._token(spaced)
            depth += {"(": 1, ")": -1}.get(token.kind, 0)
            if depth < 0:
                raise self._error("unexpected right paren")
            yield token

    def _token(self, spaced: bool) -> Token:
        start, source = self._at, self._source
        kind = ""
        char = source[start]
        if char in "()|,":
            kind, length = char, 1
        elif char == ":":
            if not source.startswith(":=", start):
                raise self._error("expected :=")
            kind, length = ":=", 2
        elif char == "=":
            kind, length = "=", 1
        elif char in "\"`'":
            kind, length = self._quoted(char)
        elif char == "$" or _named(char) or (char == "." and not self._digit(start + 1)):
            kind, length = self._word(char)
        elif char in "+-." or char.isdecimal():
            kind, length = "number", self._number()
        else:
            raise self._error(f"unexpected {_unusual(char)} in command")
        self._at = start + length
        return Token(kind, source[start : self._at], self._line(start), spaced)

    def _digit(self, at: int) -> bool:
        return self._source[at : at + 1] in tuple("0123456789")

    def _quoted(self, char: str) -> tuple[str, int]:
        kinds = {'"': ("string", _STRING), "`": ("raw", _RAW), "'": ("char", _CHAR)}
        kind, pattern = kinds[char]
        found = pattern.match(self._source, self._at)
        if found is None:
            names = {
                "string": "unterminated quoted string",
                "raw": "unterminated raw quoted string",
                "char": "unterminated character constant",
            }
            raise self._error(names[kind])
        return kind, len(found[0])

    def _number(self) -> int:
        found = _NUMBER.match(self._source, self._at)
        length = len(found[0]) if found else 0
        follows = self._source[self._at + length : self._at + length + 1]
        if not length or _named(follows) or follows == ".":
            raise self._error(
                f"bad number syntax: {self._source[self._at : self._at + length + 1]!r}"
            )
        return length

    def _word(self, char: str) -> tuple[str, int]:
        start = self._at
        found = _NAME.match(self._source, start + (char in "$."))
        name = found[0] if found else ""
        length = len(name) + (char in "$.")
        follows = self._source[start + length : start + length + 1]
        ends = not follows or follows in f"{_SPACE}.,|:)("
        ends = ends or self._source.startswith("}}", start + length)
        if (name or char == "$") and not ends:
            self._at = start + length
            raise self._error(f"bad character {_unusual(follows)}")
        if char == ".":
            return ("field" if name else "."), length
        if char == "$":
            return "variable", length
        if name in ("true", "false"):
            return "bool", length
        return (name if name in _KEYWORDS else "name"), length


def _named(char: str) -> bool:
    return bool(char) and (char == "_" or char.isalnum()) and not char.isdecimal()


def _unusual(char: str) -> str:
    shown = f" '{char}'" if char.isprintable() else ""
    return f"U+{ord(char):04X}{shown}"
