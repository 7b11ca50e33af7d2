"""What a value of alertmanager.yml may be: each kind reads a node, or says what is wrong with it.

Scalars are read by what the schema wants, as Go's yaml.v2 does: a text stays as it is written.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from router.config.alertmanager import go
from router.config.alertmanager.nodes import Node
from router.config.findings import Findings
from router.config.nearest import hint, nearest
from router.config.path import Path

TRUE = frozenset(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"))
FALSE = frozenset(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"))
INT64 = 1 << 63

_INT = re.compile(
    r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO]?[0-7]+|[1-9][0-9]*|0)", re.ASCII
).fullmatch
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?").fullmatch


class Reading:
    """One pass over a document: where everything stands, and what is wrong with it."""

    def __init__(self, name: str) -> None:
        self.lines: dict[Path, int] = {}
        self.findings = Findings(name, self.lines)


Kind = Callable[[Node, Path, Reading], Any]
Values = dict[str, Any]
Rule = Callable[[Values, Path, Findings], None]


def text(node: Node, path: Path, reading: Reading) -> str | None:
    """A text, however it is written; null is the empty one."""
    if node.text is None:
        reading.findings.problem(path, f"cannot unmarshal {node.kind} into text")
        return None
    return "" if node.is_null else node.text


def flag(node: Node, path: Path, reading: Reading) -> bool | None:
    """A YAML 1.1 boolean."""
    if node.is_null:
        return False
    if node.plain and (node.text in TRUE or node.text in FALSE):
        return node.text in TRUE
    reading.findings.problem(path, f"cannot unmarshal {node.kind} into bool; write true or false")
    return None


def _number(node: Node) -> int | None:
    written = (node.text or "").replace("_", "") if node.plain else ""
    if _INT(written):
        digits = re.sub(r"^([-+]?)0([0-7])", r"\1 0o\2", written).replace(" ", "")
        return int(digits, 0)
    if _FLOAT(written) and abs(found := float(written)) < 2 * INT64:
        return int(found)
    return None


def whole(least: int, most: int) -> Kind:
    """A whole number within bounds."""

    def read(node: Node, path: Path, reading: Reading) -> int | None:
        found = 0 if node.is_null else _number(node)
        if found is None or not least <= found <= most:
            reading.findings.problem(path, f"cannot unmarshal {node.kind} into a whole number")
            return None
        return found

    return read


def parsed(parse: Callable[[str], Any]) -> Kind:
    """A text that `parse` understands; the ValueError it raises otherwise is the problem."""

    def read(node: Node, path: Path, reading: Reading) -> Any:
        written = None if node.is_null else text(node, path, reading)
        if written is None:
            return None
        try:
            return parse(written)
        except ValueError as error:
            reading.findings.problem(path, str(error))
            return None

    return read


def go_duration(node: Node, path: Path, reading: Reading) -> int | None:
    """A Go duration in microseconds; a bare number counts nanoseconds."""
    if node.is_null:
        return 0
    number = _number(node)
    if number is not None and abs(number) < INT64:
        return number // 1000
    return parsed(go.go_span)(node, path, reading)  # type: ignore[no-any-return]


def anything(node: Node, path: Path, reading: Reading) -> Any:
    """Any value, as text, lists and mappings."""
    if node.items is not None:
        found = (anything(each, (*path, at), reading) for at, each in enumerate(node.items))
        return list(found)
    if node.pairs is not None:
        return mapping(anything)(node, path, reading)
    return None if node.is_null else node.text


def listed(kind: Kind, *, nulls: bool = False) -> Kind:
    """A list of `kind`; a null in it is kept as None if `nulls`, and read by `kind` otherwise."""

    def read(node: Node, path: Path, reading: Reading) -> list[Any] | None:
        if node.is_null:
            return None
        if node.items is None:
            reading.findings.problem(path, f"cannot unmarshal {node.kind} into a list")
            return None
        found: list[Any] = []
        for at, each in enumerate(node.items):
            place = (*path, at)
            reading.lines.setdefault(place, each.line)
            if each.is_null and nulls:
                found.append(None)
            elif (value := kind(each, place, reading)) is not None:
                found.append(value)
        return found

    return read


class Growing:
    """A kind of mapping that adds to the entries a merge key brought, where others replace them."""

    def __init__(self, read: Kind) -> None:
        self._read = read

    def __call__(self, node: Node, path: Path, reading: Reading) -> Any:
        return self._read(node, path, reading)


def mapping(kind: Kind) -> Kind:
    """A mapping from texts to `kind`, in which no key may be there twice."""

    def read(node: Node, path: Path, reading: Reading) -> Values | None:
        if node.is_null:
            return None
        found: Values = {}
        _entries(node, path, reading, kind, found)
        return found

    return Growing(read)


def _entries(node: Node, path: Path, reading: Reading, kind: Kind, found: Values) -> None:
    for key, value, place in _pairs(node, path, reading):
        if key == "<<":
            _entries(value, path, reading, kind, found)
        elif key in found:
            reading.findings.problem(place, f"key {key!r} already set in map")
        else:
            found[key] = kind(value, place, reading)


def struct(fields: Mapping[str, Kind], *rules: Rule, name: str = "") -> Kind:
    """A mapping with these keys and no others, of which `rules` then say what else is wrong."""

    def read(node: Node, path: Path, reading: Reading) -> Values | None:
        if node.is_null:
            return None
        found: Values = {}
        _fields(node, path, reading, fields, found, name)
        for rule in rules:
            rule(found, path, reading.findings)
        return found

    return read


def _fields(
    node: Node, path: Path, reading: Reading, fields: Mapping[str, Kind], found: Values, name: str
) -> None:
    seen: set[str] = set()
    for key, value, place in _pairs(node, path, reading):
        if key == "<<":
            _fields(value, path, reading, fields, found, name)
        elif key not in fields:
            what = f"field {key} not found{f' in {name}' if name else ''}{hint(key, fields)}"
            reading.findings.problem(place, what)
            if near := nearest(key, fields):
                reading.findings.misspelt((*path, near))
        elif key in seen:
            reading.findings.problem(place, f"field {key} already set")
        else:
            seen.add(key)
            before, read = found.pop(key, None), fields[key](value, place, reading)
            if before and read and isinstance(fields[key], Growing):
                read = _grown(before, read, place, reading)
            if read is not None:
                found[key] = read


def _grown(before: Values, read: Values, path: Path, reading: Reading) -> Values:
    for key in before.keys() & read.keys():
        reading.findings.problem((*path, key), f"key {key!r} already set in map")
    return before | read


def _pairs(node: Node, path: Path, reading: Reading) -> Sequence[tuple[str, Node, Path]]:
    """A mapping's keys and values with their paths; a merge key gives those of what it merges."""
    if node.pairs is None:
        reading.findings.problem(path, f"cannot unmarshal {node.kind} into a mapping")
        return ()
    found: list[tuple[str, Node, Path]] = []
    for key, value in node.pairs:
        if key.plain and key.text == "<<":
            found.extend(("<<", each, path) for each in _merged(value, path, reading))
        elif key.text is None:
            reading.findings.problem(path, f"invalid map key: {key.kind}")
        else:
            place = (*path, key.text)
            reading.lines[place] = key.line
            found.append((key.text, value, place))
    return found


def _merged(node: Node, path: Path, reading: Reading) -> list[Node]:
    nodes = [node] if node.items is None else node.items[::-1]
    if all(each.pairs is not None for each in nodes):
        return nodes
    reading.findings.problem(path, "map merge requires map or sequence of maps as the value")
    return []
