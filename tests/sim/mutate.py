"""Plants every bug of mutants.py, and says in which seed the simulation found it."""

import argparse
import sys
import time

from sim.mutants import MUTANTS, planted
from sim.run import simulate
from support.figures import note

HOURS = 2.5


def find(name: str, seeds: int, hours: float = HOURS) -> tuple[int, str] | None:
    """The first seed that finds a bug, and what it says; None when none of so many does."""
    with planted(name):
        for seed in range(seeds):
            history = simulate(seed, hours)
            if history.broken:
                return seed, history.broken[0]
    return None


def main() -> int:
    """Try them all on few seeds first, then those that hide on more; 1 when one was not found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="try each on so many")
    parser.add_argument("--only", default="", help="those whose name holds this")
    options = parser.parse_args()
    names = [name for name in MUTANTS if options.only in name]
    began, missed = time.monotonic(), []
    for name in names:
        found = find(name, options.seeds)
        if found is None:
            missed.append(name)
            print(f"NOT FOUND: {name}", flush=True)
        else:
            print(f"{name}: seed {found[0]}: {found[1]}", flush=True)
    found_all = f"{len(names) - len(missed)} found, each within {options.seeds} seeds"
    note("bugs planted in the simulated service, which must be found", len(names), found_all)
    print(f"{len(names) - len(missed)} of {len(names)} found in {time.monotonic() - began:.0f} s")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
