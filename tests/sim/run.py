"""Runs seeds: `python -m sim.run --seed 7`, `python -m sim.run --seeds 300`."""

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import anyio
from sim.history import History
from sim.leaping_loop import LeapingLoop
from sim.world import World
from support.figures import note

ROOT = Path(__file__).parents[2]
HOURS = 6.0
MOST_SHOWN = 3


def simulate(seed: int, hours: float = HOURS) -> History:
    """Run one seed to its end, or to its first broken promise."""
    worlds: list[World] = []

    async def scenario() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        world = World(seed)
        worlds.append(world)
        with world.machine.runs():
            await world.run(hours)

    with chance_from(seed):
        anyio.run(scenario, backend_options={"loop_factory": LeapingLoop})
    return worlds[0].history


@contextmanager
def chance_from(seed: int) -> Iterator[None]:
    """What the product draws by itself, such as back-off, follows from the seed too."""
    before = random.getstate()
    random.seed(seed)
    try:
        yield
    finally:
        random.setstate(before)


def verdict(seed: int, history: History, hours: float = HOURS) -> str:
    """What was found, how to see it again, and how it came to it."""
    lines = [f"seed {seed}: {text}" for text in history.broken[:3]]
    length = "" if hours == HOURS else f" HOURS={hours:g}"
    lines += ["", *history.trace(), "", f"again: make sim SEED={seed}{length}"]
    return "\n".join(lines)


def main() -> int:
    """Run what was asked for; 1 when a promise was broken."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="one seed, with its trace")
    parser.add_argument("--seeds", type=int, default=300, help="so many, from 0")
    parser.add_argument("--hours", type=float, default=HOURS, help="hours of trouble in each")
    options = parser.parse_args()
    seeds = [options.seed] if options.seed is not None else range(options.seeds)
    began, totals, failed = time.monotonic(), dict[str, int](), 0
    for done, seed in enumerate(seeds, 1):
        history = simulate(seed, options.hours)
        for what, count in history.counts.items():
            totals[what] = totals.get(what, 0) + count
        if history.broken:
            failed += 1
            print(verdict(seed, history, options.hours), flush=True)
        if failed == MOST_SHOWN:
            break
        if done % 50 == 0:
            print(f"{done} seeds, {time.monotonic() - began:.0f} s", flush=True)
    if failed:
        return 1
    shown = ", ".join(f"{count:,} {what}" for what, count in sorted(totals.items()))
    note(
        f"the whole service in virtual time, {options.hours:g} hours of trouble and a day of calm",
        f"{len(seeds):,} seeds",
        f"every promise kept: {shown}",
    )
    print(f"{len(seeds)} seeds kept every promise in {time.monotonic() - began:.1f} s: {shown}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
