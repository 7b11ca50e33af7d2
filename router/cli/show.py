"""Puts what is told into columns that people can read."""

import json
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import click

SECOND = 1_000_000

_UNITS = ((86_400 * SECOND, "d"), (3600 * SECOND, "h"), (60 * SECOND, "m"), (SECOND, "s"))


def as_json(value: object) -> None:
    """Print a value for programs."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False))


def table(rows: Iterable[Sequence[str]], indent: str = "") -> None:
    """Print rows with their columns aligned."""
    cleaned = [[clean(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*cleaned, strict=True)]
    for row in cleaned:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        click.echo(f"{indent}{'  '.join(cells)}".rstrip())


def clean(text: str) -> str:
    """The text on one line, without anything that a terminal would obey."""
    return "".join(c if c.isprintable() else "·" for c in text)


def people(users: Sequence[str]) -> str:
    """Their names in one cell."""
    return ", ".join(users) or "nobody"


def span(microseconds: int) -> str:
    """`90s` as `1m30s`; at most three units, rounded down to seconds."""
    rest, parts = microseconds, []
    for unit, name in _UNITS:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{name}")
    if not parts:
        return f"{microseconds // 1000}ms" if microseconds >= 1000 else "0s"
    return "".join(parts[:3])


def moment(text: str | None, now: datetime | None = None) -> str:
    """A time of the API as people read it, with how far away it is."""
    if not text:
        return ""
    at = datetime.fromisoformat(text)
    away = (at - (now or datetime.now(UTC))).total_seconds()
    far = span(int(abs(away)) * SECOND)
    return f"{at.strftime('%Y-%m-%d %H:%M:%S')} UTC ({f'in {far}' if away > 0 else f'{far} ago'})"
