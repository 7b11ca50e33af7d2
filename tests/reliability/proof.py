"""Runs the long reliability tests and writes their figures to docs/reliability.md."""

import json
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PAGE = ROOT / "docs" / "reliability.md"

_INTRODUCTION = """# What was done to it, and what it lost

`make proof` wrote this page. It ends the real service with kill -9 under load, cuts the power of
its disk, fills it up, sets its clock, freezes it, and breaks its rules; then it looks for a broken
promise, with a judge that knows only what was sent to the service and what arrived. The same judge
is tried on services that were broken on purpose, and must find each fault. The tests are in
`tests/reliability`; `make test` runs shorter ones of them every time.
"""


def main() -> int:
    """Run them all; the exit code of pytest. The page is only written when all of them passed."""
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        figures.touch()
        os.environ["TOCSIN_LONG"] = "1"
        os.environ["TOCSIN_FIGURES"] = str(figures)
        code = pytest.main(["-v", "--rootdir", str(ROOT), str(HERE)])
        if code == 0:
            lines = [json.loads(line) for line in figures.read_text().splitlines()]
            PAGE.write_text("\n".join(_page(lines, time.monotonic() - began)))
            print(f"written: {PAGE.relative_to(ROOT)}")
    return int(code)


def _page(figures: list[dict[str, Any]], seconds: float) -> Iterator[str]:
    yield _INTRODUCTION
    yield f"* {datetime.now(UTC):%Y-%m-%d}, commit {_commit()}, {seconds / 60:.0f} minutes"
    system = f"Linux {platform.release()}, {os.cpu_count()} processors"
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    yield f"* {system}, {python}"
    last = ""
    for line in figures:
        if line["test"] != last:
            last = line["test"]
            yield f"\n## {_sentence(last)}\n\n| | |\n|---|---|"
        yield f"| {line['what']} | {_shown(line['figure'])} |"
    yield ""


def _sentence(test: str) -> str:
    name = test.partition("[")[0].removeprefix("test_").replace("_", " ")
    return name[0].upper() + name[1:]


def _shown(figure: object) -> str:
    return f"{figure:,}" if isinstance(figure, int | float) else str(figure)


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, check=True, text=True
    ).stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
