"""`make bench`: run every measurement against both servers in turn, print and write the table."""

import argparse
import asyncio
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import median

from bench import flood, growth, ingest, loaded, restart, storm
from bench.figures import Figure, Figures
from bench.server import BOTH

_TOP = Path(__file__).parents[1]
_Measure = Callable[[str, Path, float], Awaitable[dict[Figure, float]]]

# Each with how often it is run; what hardly varies, or takes long, is run less.
_SUITE: dict[str, tuple[_Measure, int]] = {
    "ingest": (ingest.measure, 3),
    "slow disk": (ingest.measure_slowly, 3),
    "loaded": (loaded.measure, 3),
    "storm": (storm.measure, 3),
    "flood": (flood.measure, 1),
    "restart": (restart.measure, 1),
    "memory, 1 a group": (partial(loaded.memory, a_group=1), 1),
    "memory, 100 a group": (partial(loaded.memory, a_group=100), 1),
    "growth": (growth.measure, 1),
}

_PAGE = """\
# Benchmarks

Made by `make bench` on {date}, at commit {commit}. Do not edit: run it.

The same load drives {alertmanager} and Tocsin on one machine, in alternation, each freshly
started in an empty folder. The figures are medians of {rounds}, and each
ratio is the median over neighbouring runs. Runs on shared machines differ by much, so **only the
ratios count**.

While this ran the machine had a load of {load} on {cores} cores, which the load
generator shares with the server, and an `fdatasync` of 8 KB took {sync:.1f} ms (the middle one of
200). Everything durable waits for that; Alertmanager waits for nothing. Python {python}, {system}.

Alertmanager keeps alerts in memory; Tocsin answers after its `fsync`. An alert has seven labels
and three annotations, 470 bytes. Processor time is that of the server alone. Where the time goes,
and what would move the numbers that miss their goal: [performance.md](performance.md).

{table}
"""


def main() -> int:
    """Run what was asked for; 1 when a program that it needs is missing."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one small round, not written down")
    parser.add_argument("--only", choices=_SUITE, action="append", help="these measurements alone")
    options = parser.parse_args()
    for needed in ("prometheus-alertmanager", "strace"):
        if shutil.which(needed) is None:
            print(f"{needed} is missing (Debian: apt-get install {needed})")
            return 1
    chosen = options.only or list(_SUITE)
    load = os.getloadavg()[0]
    table = asyncio.run(_run(chosen, quick=options.quick)).table()
    print(table)
    if not options.quick and not options.only:
        target = _TOP / "docs" / "benchmarks.md"
        target.write_text(_page(table, load), encoding="utf-8")
        print(f"written to {target.relative_to(_TOP)}")
    return 0


async def _run(names: list[str], *, quick: bool) -> Figures:
    figures = Figures()
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-") as folder:
        for name in names:
            measure, rounds = _SUITE[name]
            for turn in range(1 if quick else rounds):
                for kind in BOTH:
                    began = time.perf_counter()
                    place = Path(folder) / f"{name}-{turn}-{kind}".replace(" ", "-")
                    figures.add(kind, await measure(kind, place, 0.2 if quick else 1.0))
                    took = time.perf_counter() - began
                    print(f"{name}, {kind}, round {turn + 1}: {took:.0f} s", file=sys.stderr)
    return figures


def _page(table: str, load: float) -> str:
    return _PAGE.format(
        date=time.strftime("%Y-%m-%d", time.gmtime()),
        commit=_said("git", "rev-parse", "--short=10", "HEAD") + _changed(),
        alertmanager=_alertmanager(),
        rounds="three rounds (flood, restart, memory and growth: one)",
        load=f"{load:.1f} before and {os.getloadavg()[0]:.1f} after",
        cores=os.cpu_count(),
        sync=_sync_milliseconds(),
        python=platform.python_version(),
        system=platform.system(),
        table=table,
    )


def _sync_milliseconds() -> float:
    """What this disk takes for what every commit waits for."""
    took = []
    with tempfile.TemporaryFile() as file:
        for _ in range(200):
            file.write(bytes(8192))
            file.flush()
            began = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append(1000 * (time.perf_counter() - began))
    return median(took)


def _changed() -> str:
    return " with changes" if _said("git", "status", "--porcelain", "--", "router") else ""


def _alertmanager() -> str:
    return "Alertmanager " + _said("prometheus-alertmanager", "--version").split()[2]


def _said(*command: str) -> str:
    done = subprocess.run(
        command, cwd=_TOP, check=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return done.stdout.decode().strip()


sys.exit(main())
