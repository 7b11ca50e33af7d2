"""Reads a TOML document, and past mistakes that stand on a line of their own."""

import re
import tomllib
from typing import Any

import msgspec

PROBLEMS_MAX = 50

_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")
_PAIR = re.compile(r"""[ \t]*(?:[A-Za-z0-9_.-]|"[^"]*"|'[^']*')+[ \t]*=[ \t]*(.*)$""").match
_HEADER = re.compile(r"[ \t]*\[").match
_UNQUOTED = re.compile(r"""(?!inf\b|nan\b)[^\s"'\[{0-9+-]|[0-9]+[A-Za-z:/]""").match
_SWITCH = re.compile(r"(?i:true|false|yes|no|on|off)\b").match
_TWICE = re.compile(r"Cannot (?:declare|mutate|overwrite|redefine)|Duplicate").match


class Document(msgspec.Struct, frozen=True):
    """What could be read. `text` is it without the `problems`: pairs of a line and a sentence.

    `values` is None when what is wrong leaves no way to tell what the rest means.
    """

    text: str
    values: dict[str, Any] | None
    problems: tuple[tuple[int, str], ...] = ()


def read(raw: bytes) -> Document:
    """Parse the document; a wrong line is named, blanked and read past wherever that is safe."""
    try:
        text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        return Document("", None, ((line, "not UTF-8 text; save the file as UTF-8"),))
    lines = text.split("\n")
    problems: list[tuple[int, str]] = []
    values = None
    while len(problems) < PROBLEMS_MAX:
        try:
            values = tomllib.loads("\n".join(lines))
            break
        except tomllib.TOMLDecodeError as error:
            line, sentence = _explain(str(error), lines)
            problems.append((line, sentence))
            if not _blank(lines, line, str(error)):
                break
        except (RecursionError, ValueError):
            problems.append((1, "not valid TOML: nested too deeply, or a number too long to read"))
            break
    return Document("\n".join(lines), values, tuple(problems))


def _explain(error: str, lines: list[str]) -> tuple[int, str]:
    """The line, and tomllib's words, which name keys and signs but never a value."""
    place = _PLACE.search(error)
    line = int(place[1]) if place and place[1] else max(len(lines) - (lines[-1] == ""), 1)
    said = _PLACE.sub("", error)
    if _TWICE(said):
        what = "table" if _HEADER(lines[line - 1]) else "key"
        return line, f"this {what} is there already; each may be given once"
    if said.startswith("Illegal character '\\n'"):
        return line, "not valid TOML: the closing quote is missing"
    return line, f"not valid TOML: {said[:1].lower()}{said[1:]}{_hint(lines[line - 1])}"


def _hint(line: str) -> str:
    pair = _PAIR(line)
    if pair and _SWITCH(pair[1]):
        return "; write true or false"
    return "; text stands in quotes" if pair and _UNQUOTED(pair[1]) else ""


def _blank(lines: list[str], line: int, error: str) -> bool:
    """Take the mistake out of the document, if it is sure to end where its line ends.

    That is a pair written on one line, or a table given twice, which goes as a whole.
    """
    wrong = lines[line - 1]
    if _HEADER(wrong):
        if not _TWICE(error) or not _parses(wrong):
            return False
        lines[line - 1] = ""
        for following in range(line, len(lines)):
            if _HEADER(lines[following]):
                break
            lines[following] = ""
        return True
    pair = _PAIR(wrong)
    if pair is None or "\n".join(lines[: line - 1]).count('"""') % 2:
        return False
    if not _parses(wrong) and re.match(r"""[\[{]|\"{3}|'{3}""", pair[1]):
        return False
    lines[line - 1] = ""
    return True


def _parses(text: str) -> bool:
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True
