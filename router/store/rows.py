"""Writing many rows by few statements, and the forms that values take in a row."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import msgspec

Value = int | str | bytes | None
Row = tuple[Any, ...]

# Few fixed sizes, so that SQLite's cache of prepared statements holds every one of them.
_SIZES = (256, 64, 16, 4, 1)

_encode = msgspec.json.Encoder().encode


class Statement:
    """One SQL statement over any number of rows: `{rows}` in its text stands for a VALUES list.

    Never executemany: it takes the interpreter's lock anew for every row, and beside a busy event
    loop that turns a millisecond into hundreds.
    """

    def __init__(self, sql: str, width: int) -> None:
        self._width = width
        row = f"({', '.join('?' * width)})"
        self.texts = tuple((size, sql.format(rows=", ".join([row] * size))) for size in _SIZES)

    def run(self, db: sqlite3.Connection, values: Sequence[Value]) -> None:
        """Execute it for all rows; `values` are their columns, one row after another."""
        start, length = 0, len(values)
        for size, text in self.texts:
            span = size * self._width
            while length - start >= span:
                db.execute(text, values[start : start + span])
                start += span


def insert(table: str, columns: Sequence[str], *, verb: str = "INSERT") -> Statement:
    """New rows; with the verb INSERT OR REPLACE, new or changed ones."""
    names = ", ".join(columns)
    return Statement(f"{verb} INTO {table} ({names}) VALUES {{rows}}", len(columns))


def upsert(table: str, columns: Sequence[str], **special: str) -> Statement:
    """New rows, or new values for all columns of the rows with the same first column.

    `special` gives a column another expression than its new value.
    """
    key, *others = columns
    sets = ", ".join(f"{name} = {special.get(name, f'excluded.{name}')}" for name in others)
    names = ", ".join(columns)
    return Statement(
        f"INSERT INTO {table} ({names}) VALUES {{rows}} ON CONFLICT ({key}) DO UPDATE SET {sets}",
        len(columns),
    )


def update(table: str, columns: Sequence[str]) -> Statement:
    """New values for the rows with these first columns; a row that is not there is left so."""
    key, *others = columns
    sets = ", ".join(f"{name} = v.{name}" for name in others)
    return Statement(
        f"WITH v ({', '.join(columns)}) AS (VALUES {{rows}}) "
        f"UPDATE {table} SET {sets} FROM v WHERE {table}.{key} = v.{key}",
        len(columns),
    )


def delete(table: str, *key: str) -> Statement:
    """No such rows any more. A pair as key is found by its index only through the SELECT."""
    names = ", ".join(key)
    wanted = f"({names})" if len(key) > 1 else names
    return Statement(
        f"WITH v ({names}) AS (VALUES {{rows}}) "
        f"DELETE FROM {table} WHERE {wanted} IN (SELECT {names} FROM v)",
        len(key),
    )


def flat(rows: Iterable[Sequence[Value]]) -> list[Value]:
    """The rows' columns one after another."""
    return [*chain.from_iterable(rows)]


def to_json(value: object) -> bytes:
    """The value as JSON. A lone surrogate, which no encoding knows, becomes a question mark."""
    try:
        return _encode(value)
    except UnicodeEncodeError:
        text = json.dumps(msgspec.to_builtins(value), ensure_ascii=False)
        return text.encode(errors="replace")


def plain(text: str) -> str:
    """The text with question marks for lone surrogates, so that SQLite can keep it."""
    return text.encode(errors="replace").decode()


def scrub(values: Iterable[Value]) -> list[Value]:
    """The same values, all text made plain."""
    return [plain(value) if isinstance(value, str) else value for value in values]


def fetch(db: sqlite3.Connection, sql: str, *parameters: Value) -> list[Row]:
    """All rows of a query; no cursor stays open, which would keep the log file from shrinking."""
    return db.execute(sql, parameters).fetchall()


def select(table: str, columns: Sequence[str], rest: str = "") -> str:
    """The text of a query for these columns."""
    return f"SELECT {', '.join(columns)} FROM {table} {rest}"
