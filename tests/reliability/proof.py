"""The long runs, one after another, with figures: `python -m reliability.proof [--print] [STEP…]`.

What a step measured replaces its rows in docs/reliability.md once all of it has passed.
"""

import argparse
import os
import platform
import sqlite3
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

from support.figures import Row, noted, table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "reliability.md"
_PYTEST = [sys.executable, "-m", "pytest", "-vv", "--capture=sys", "--no-header"]
_PYTEST += ["-o", "faulthandler_timeout=1800"]  # Of the suite: a long run does not hang that soon.
_SIM = [sys.executable, "-m", "sim.run"]

STEPS = {
    "sim": [*_SIM, "--seeds", os.environ.get("SEEDS") or "300"],
    "seeds": [*_SIM, "--seeds", "10000", "--hours", "1", "--jobs", str(os.cpu_count() or 1)],
    "mutants": [sys.executable, "-m", "sim.mutate", "--seeds", "200"],
    "month": [sys.executable, "-m", "sim.month"],
    "schedules": [*_PYTEST, "tests/core/test_schedule_minutes.py"],
    "differential": [*_PYTEST, "tests/differential"],
    "chaos": [*_PYTEST, "tests/reliability"],
    "soak": [sys.executable, "-m", "reliability.soak"],
    "bench": [sys.executable, "-m", "bench"],
}
_ON_DEMAND = {"seeds"}  # Most of an hour, for what the step before it shows in minutes.

_INTRODUCTION = """# What was done to it, and what it lost

`make proof` wrote this page: the service in simulated time, and the real process, which was killed,
cut off from power, given a disk that fails or is full, frozen, and had its clock set and its Redis
broken. Then a judge looks for a broken promise, who knows only what was sent to the service and
what arrived. The same judge is tried on services that were broken on purpose. The tests are in
`tests/sim` and `tests/reliability`; `make test` runs shorter ones every time. How fast it is
beside Alertmanager stands in [benchmarks.md](benchmarks.md).

What it does not promise: on a disk that is full to its last byte, ballast and all, pages go on
though their claims cannot be written. If the process is killed just then, it sends such a page
again when it starts, under the same key, and the timeline tells only of the second time.
"""


def main() -> int:
    """Run the steps; 1 when one of them failed."""
    parser = argparse.ArgumentParser(prog="make proof", description=__doc__)
    parser.add_argument(
        "steps", nargs="*", metavar="STEP", help=f"of {', '.join(STEPS)}; all but seeds"
    )
    parser.add_argument("--print", action="store_true", help="print the table, write no page")
    options = parser.parse_args()
    for name in options.steps:
        if name not in STEPS:
            parser.error(f"there is no step {name!r}, only {', '.join(STEPS)}")
    failed, began = [], time.monotonic()
    chosen = options.steps or [name for name in STEPS if name not in _ON_DEMAND]
    for number, name in enumerate(chosen, 1):
        minutes = (time.monotonic() - began) / 60
        print(f"{number} of {len(chosen)}: {name} (after {minutes:.0f} minutes)", flush=True)
        rows = _run(STEPS[name])
        if rows is None:
            failed.append(name)
        elif options.print:
            print(table(rows, _now()))
        elif rows:
            PAGE.write_text(_page(rows), encoding="utf-8")
            print(f"written: {PAGE.relative_to(ROOT)}", flush=True)
    if failed:
        print(f"FAILED: {', '.join(failed)}; nothing is written of what failed")
    return 1 if failed else 0


def _run(command: list[str]) -> list[Row] | None:
    """What it measured; None when it failed."""
    with tempfile.TemporaryDirectory() as folder:
        figures = Path(folder) / "figures"
        figures.touch()
        told = {"TOCSIN_LONG": "1", "TOCSIN_FIGURES": str(figures)}
        environ = {**os.environ, **told, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
        done = subprocess.run(command, cwd=ROOT, env=environ, check=False)
        return noted(figures) if done.returncode == 0 else None


def _page(rows: list[Row]) -> str:
    before = PAGE.read_text("utf-8") if PAGE.exists() else ""
    system = f"Linux {platform.release()}, {os.cpu_count()} processors"
    python = f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}"
    return f"{_INTRODUCTION}\nLast on {system}, {python}.\n\n{table(rows, _now(), before)}\n"


def _now() -> str:
    """The day and the commit; other documents than code may have changed since it."""
    commit = _git("rev-parse", "--short=10", "HEAD")
    changed = " with changes" if _git("status", "--porcelain", "--", "router", "tests") else ""
    return f"{datetime.now(UTC):%Y-%m-%d}, {commit}{changed}"


def _git(*command: str) -> str:
    done = subprocess.run(["git", *command], cwd=ROOT, capture_output=True, check=True, text=True)
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
