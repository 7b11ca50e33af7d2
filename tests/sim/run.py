"""Runs seeds: `python -m sim.run --seed 7`, `python -m sim.run --seeds 300`."""

import argparse
import asyncio
import multiprocessing
import random
import sys
import time
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from functools import partial
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


def judged(seed: int, hours: float) -> tuple[dict[str, int], str]:
    """What a seed came to: its counts, and the verdict where a promise was broken."""
    history = simulate(seed, hours)
    return history.counts, verdict(seed, history, hours) if history.broken else ""


def main() -> int:
    """Run what was asked for; 1 when a promise was broken."""
    options = _options()
    first = options.first if options.seed is None else options.seed
    seeds = range(first, first + (options.seeds if options.seed is None else 1))
    began, totals = time.monotonic(), dict[str, int]()
    done = failed = 0
    with closing(_each(seeds, options.hours, options.jobs)) as judgements:
        for counts, found in judgements:
            done += 1
            for what, count in counts.items():
                totals[what] = totals.get(what, 0) + count
            if found:
                failed += 1
                print(found, flush=True)
            if failed == options.most:
                break
            if done % 50 == 0:
                print(f"{done} seeds, {time.monotonic() - began:.0f} s", flush=True)
    if failed:
        return 1
    shown = ", ".join(f"{count:,} {what}" for what, count in sorted(totals.items()))
    span = "an hour" if options.hours == 1 else f"{options.hours:g} hours"
    note(
        f"the whole service in virtual time, {span} of trouble and a day of calm",
        f"{len(seeds):,} seeds",
        f"every promise kept: {shown}",
    )
    print(f"{len(seeds)} seeds kept every promise in {time.monotonic() - began:.1f} s: {shown}")
    return 0


def _each(
    seeds: range, hours: float, jobs: int
) -> Generator[tuple[dict[str, int], str], None, None]:
    if jobs == 1:
        for seed in seeds:
            yield judged(seed, hours)
        return
    with multiprocessing.Pool(jobs) as processes:
        yield from processes.imap(partial(judged, hours=hours), seeds)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", type=int, help="one seed, with its trace")
    parser.add_argument("--seeds", type=int, default=300, help="so many")
    parser.add_argument("--from", dest="first", type=int, default=0, help="the first of them")
    parser.add_argument("--hours", type=float, default=HOURS, help="hours of trouble in each")
    parser.add_argument("--jobs", type=int, default=1, help="in so many processes")
    parser.add_argument("--most", type=int, default=MOST_SHOWN, help="end after so many failed")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
