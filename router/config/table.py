"""One table of routes.toml, read key by key; whatever nobody asked for is an unknown key."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any, TypeVar

from router.config import duration
from router.config.findings import Findings
from router.config.nearest import hint, nearest
from router.config.path import Path

D = TypeVar("D")
T = TypeVar("T")

_KINDS = {
    str: "text",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
    list: "an array",
    dict: "a table",
    datetime: "a date and time",
    date: "a date",
    time: "a time",
}


class Table:
    """A table and where it stands. Every method names a wrong value and then answers the default.

    What is wrong is said without the value's text: it may be a secret.
    """

    def __init__(self, values: dict[str, Any], path: Path, findings: Findings) -> None:
        self.path = path
        self.findings = findings
        self.values = values
        self._asked: dict[str, None] = {}
        self._tables: dict[Path, Table] = {}

    def __contains__(self, key: str) -> bool:
        return key in self.values

    @property
    def known(self) -> tuple[str, ...]:
        """The keys that were asked for so far."""
        return tuple(self._asked)

    def at(self, *parts: str | int) -> Path:
        """The path of something in this table."""
        return (*self.path, *parts)

    def problem(self, what: str, *parts: str | int) -> None:
        """Say what is wrong with something in this table."""
        self.findings.problem(self.at(*parts), what)

    def absent(self, what: str, *keys: str) -> None:
        """Say what this table lacks: `keys`, or at least one of them."""
        self.findings.absent(self.path, what, map(self.at, keys))

    def need(self, key: str, what: str) -> None:
        """Say what this table lacks if `key` is not there, or an empty array."""
        if key not in self.values:
            self.absent(what, key)
        elif self.values[key] == []:
            self.problem(what, key)

    def text(self, key: str, default: D) -> str | D:
        """A text that is not empty."""
        value = self._take(key, str, "text")
        if value == "":
            self.problem("is empty", key)
        return value or default

    def texts(self, key: str, default: D, *, example: str = "…") -> tuple[str, ...] | D:
        """An array of texts, none of them empty."""
        found = tuple(text for _, text in self.each(key, example=example))
        return found if key in self.values else default

    def each(self, key: str, *, example: str, numbers: bool = False) -> list[tuple[int, str]]:
        """The texts of an array with their positions; `numbers` count as texts where they may."""
        if isinstance(self.values.get(key), str):
            self._asked[key] = None
            self.problem(f'expected an array of texts, got one text; write ["{example}"]', key)
            return []
        found = []
        for position, value in enumerate(self._take(key, list, "an array of texts") or ()):
            if numbers and type(value) is int:
                found.append((position, str(value)))
            elif type(value) is not str:
                self.problem(f"expected text, got {kind(value)}", key, position)
            elif not value:
                self.problem("is empty", key, position)
            else:
                found.append((position, value))
        return found

    def flag(self, key: str, default: D) -> bool | D:
        """True or false."""
        value = self._take(key, bool, "true or false")
        return default if value is None else bool(value)

    def number(self, key: str, default: D, *, least: int, most: int) -> int | D:
        """A whole number within bounds."""
        value = self._take(key, int, "a whole number")
        if value is None:
            return default
        if not least <= value <= most:
            self.problem(f"{value} is not between {least} and {most}", key)
            return default
        return int(value)

    def choice(self, key: str, known: Sequence[str], default: D) -> str | D:
        """One of the words that are known."""
        value = self.text(key, None)
        if value is None or value in known:
            return value or default
        self.problem(f"{value!r} is not known here{hint(value, known)}", key)
        return default

    def duration(self, key: str, default: D, *, zero: bool = True) -> int | D:
        """A duration in microseconds."""
        found = self.parsed(key, duration.parse, default, expected='a duration such as "5m"')
        if found == 0 and not zero:
            self.problem("cannot be zero", key)
            return default
        return found

    def parsed(
        self, key: str, parse: Callable[[str], T], default: D, *, expected: str = "text"
    ) -> T | D:
        """A text that `parse` understands; the ValueError it raises otherwise is the problem."""
        value = self._take(key, str, expected)
        if value is None:
            return default
        try:
            return parse(value)
        except ValueError as error:
            self.problem(str(error), key)
            return default

    def parsed_list(
        self, key: str, parse: Callable[[str], T], *, example: str, numbers: bool = False
    ) -> tuple[T, ...]:
        """An array of texts that `parse` understands, without those it does not."""
        found = []
        for position, value in self.each(key, example=example, numbers=numbers):
            try:
                found.append(parse(value))
            except ValueError as error:
                self.problem(str(error), key, position)
        return tuple(found)

    def value(self, key: str, expected: str, *wanted: type) -> Any:
        """A value of one of these types, just as TOML has it; None when there is none."""
        self._asked[key] = None
        value = self.values.get(key)
        if value is None or type(value) in wanted:
            return value
        self.problem(f"expected {expected}, got {kind(value)}", key)
        return None

    def table(self, key: str) -> "Table":
        """A table, empty when there is none."""
        values = self._take(key, dict, f"a table such as [{key}]")
        return self._child({} if values is None else values, key)

    def whole(self, key: str) -> Any:
        """A value of any type with all that is in it, times as text; None when there is none."""
        self._asked[key] = None
        return _plain(self.values.get(key))

    def tables(self, key: str, example: str = "") -> list["Table"]:
        """An array of tables."""
        found = []
        expected = f"an array of tables such as {example or f'{key} = [{{ … }}]'}"
        for position, value in enumerate(self._take(key, list, expected) or ()):
            if isinstance(value, dict):
                found.append(self._child(value, key, position))
            else:
                self.problem(f"expected a table, got {kind(value)}", key, position)
        return found

    def named(self, key: str) -> dict[str, "Table"]:
        """Tables by the names the file gives them."""
        above = self.table(key)
        return {name: above.table(name) for name in above.names()}

    def named_lists(self, key: str) -> dict[str, list["Table"]]:
        """Arrays of tables by the names the file gives them."""
        above = self.table(key)
        return {name: above.tables(name, f"[[{key}.{name}]]") for name in above.names()}

    def names(self) -> list[str]:
        """The keys of this table, as names that people gave; refuses what cannot be one."""
        for name in self.values:
            if not name.strip() or name != name.strip() or not name.isprintable():
                self.problem("a name is printable text without spaces around it", name)
        return list(self.values)

    def unknown_keys(self) -> None:
        """Name every key, here and below, that nobody asked for."""
        for key in self.values:
            if key in self._asked:
                continue
            self.problem(f"unknown key {key!r}{hint(key, self._asked)}", key)
            if near := nearest(key, self._asked):
                self.findings.misspelt(self.at(near))
        for below in self._tables.values():
            below.unknown_keys()

    def _child(self, values: dict[str, Any], *parts: str | int) -> "Table":
        path = self.at(*parts)
        if path not in self._tables:
            self._tables[path] = Table(values, path, self.findings)
        return self._tables[path]

    def _take(self, key: str, wanted: type, expected: str) -> Any:
        return self.value(key, expected, wanted)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def kind(value: object) -> str:
    """What sort of TOML value this is, for a sentence."""
    return _KINDS.get(type(value), "something else")
