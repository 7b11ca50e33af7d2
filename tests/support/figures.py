"""Figures of the long runs: each a row of the one table in docs/reliability.md."""

import os
import sys
import time
from pathlib import Path

import msgspec

LONG = bool(os.environ.get("TOCSIN_LONG"))
_FILE = os.environ.get("TOCSIN_FIGURES")
_HEAD = "| what was done | how often | what came of it | Alertmanager beside it | measured |"
_RULE = "|---|---|---|---|---|"
_BEGAN = time.monotonic()


class Row(msgspec.Struct, frozen=True):
    """What was done to the service, how often, and what came of it; what a rival made of it."""

    what: str
    times: str
    came: str
    beside: str = ""


def note(what: str, times: object, came: str, beside: str = "") -> None:
    """Write a figure down, where somebody collects them (see reliability/proof.py)."""
    if _FILE:
        with Path(_FILE).open("ab") as lines:
            lines.write(msgspec.json.encode(Row(what, _shown(times), came, beside)) + b"\n")


def noted(path: Path) -> list[Row]:
    """What was written down in this file."""
    return [msgspec.json.decode(line, type=Row) for line in path.read_bytes().splitlines()]


def progress(text: str) -> None:
    """Say on the terminal how far a long run has come; short ones say nothing."""
    if LONG:
        passed = int(time.monotonic() - _BEGAN)
        print(f"  {passed // 60:3}:{passed % 60:02}  {text}", file=sys.__stderr__, flush=True)


def table(rows: list[Row], measured: str, before: str = "") -> str:
    """A table in Markdown of these rows, and of those of a table *before* that none replaces."""
    old = {_first(line): line for line in before.splitlines() if line.startswith("| ")}
    new = {row.what: _line(row, measured) for row in rows}
    old.pop(_first(_HEAD), None)
    return "\n".join([_HEAD, _RULE, *(old | new).values()])


def _line(row: Row, measured: str) -> str:
    cells = (row.what, row.times, row.came, row.beside or "–", measured)
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |"


def _first(line: str) -> str:
    return line.split("|")[1].strip()


def _shown(figure: object) -> str:
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)
