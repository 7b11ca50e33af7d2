"""A month of trouble in virtual time: nothing the service keeps may grow: `python -m sim.month`."""

import argparse
import asyncio
import sys
from collections.abc import Iterable, Sized

import anyio
from sim.leaping_loop import LeapingLoop
from sim.run import chance_from
from sim.world import World
from support.figures import note, progress

from router.core.notification import Delivery
from router.core.override import PostedOverride
from router.core.overriding import KEPT

DAYS = 30
EVERY_SECONDS = 900.0
GROWS_BY = 1.5  # The last third's most may be so many times the first third's …
AND = 30  # … and so many more: there are hundreds of alerts, not thousands.

_NO_SIZE = frozenset(
    ("configuration", "filed", "instance", "last", "overrides", "reroute_slice", "silences")
)

Sizes = dict[str, int]


def sizes(world: World) -> Sizes:
    """How much a process knows, and how many rows the disk holds.

    Of silences those count that are over: a clock set back leaves others to come, for a year. Of
    overrides those that were over long ago, as the others are kept for three months. Deliveries
    that failed count once their time is over: until then a provider that is dead is owed them.
    """
    found: Sizes = {}
    wall, service = world.machine.wall, world.watch.service
    if world.life is not None:
        state = world.life.loop.state
        found["state.silences"] = sum(one.ends_at < wall for one in state.silences.all())
        found["state.overrides"] = _left(state.overrides.values(), wall)
        known = {name: value for name, value in vars(state).items() if name not in _NO_SIZE}
        for name, value in known.items():
            parts = [value] if isinstance(value, Sized) else vars(value).values()
            found[f"state.{name}"] = sum(len(part) for part in parts if isinstance(part, Sized))
        owed = _owed(state.deliveries.values(), service)
        for name in ("deliveries", "lanes", "rows"):
            found[f"state.{name}"] = max(0, found[f"state.{name}"] - owed)
    stored = world.disk.load()
    for name in stored.__struct_fields__:
        rows = getattr(stored, name)
        if isinstance(rows, Sized) and not isinstance(rows, str | bytes):
            found[f"rows of {name}"] = len(rows)
    found["rows of silences"] = sum(one.ends_at < wall for one in stored.silences)
    found["rows of overrides"] = _left(stored.overrides, wall)
    found["rows of deliveries"] -= _owed(stored.deliveries, service)
    return found


def _left(overrides: Iterable[PostedOverride], wall: int) -> int:
    return sum(each.change.end + KEPT < wall for each in overrides)


def _owed(deliveries: Iterable[Delivery], service: int) -> int:
    return sum(bool(row.last_error) and service <= row.not_after for row in deliveries)


def grown(samples: list[Sizes]) -> list[str]:
    """What was larger in the last third than it may be after the first."""
    third = len(samples) // 3
    first, last = _most(samples[:third]), _most(samples[-third:])
    return [
        f"{name} grew from {first.get(name, 0)} to {most}"
        for name, most in sorted(last.items())
        if most > GROWS_BY * first.get(name, 0) + AND
    ]


def _most(samples: list[Sizes]) -> Sizes:
    names = {name for sample in samples for name in sample}
    return {name: max(sample.get(name, 0) for sample in samples) for name in names}


def watched(seed: int, days: float) -> tuple[World, list[Sizes]]:
    """Run a seed for so many days, and look every quarter of an hour."""
    worlds: list[World] = []
    samples: list[Sizes] = []

    async def look(world: World) -> None:
        while True:
            await anyio.sleep(EVERY_SECONDS)
            samples.append(sizes(world))
            if len(samples) % 480 == 0:
                progress(f"{len(samples) // 96} of {days:g} days of seed {seed}")

    async def scenario() -> None:
        asyncio.get_running_loop().set_exception_handler(lambda _loop, _context: None)
        world = World(seed)
        worlds.append(world)
        with world.machine.runs():
            async with anyio.create_task_group() as tasks:
                tasks.start_soon(look, world)
                await world.run(days * 24)
                tasks.cancel_scope.cancel()

    with chance_from(seed):
        anyio.run(scenario, backend_options={"loop_factory": LeapingLoop})
    return worlds[0], samples


def main() -> int:
    """Run it; 1 when a promise was broken or something grew."""
    parser = argparse.ArgumentParser(prog="python -m sim.month", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=float, default=DAYS)
    options = parser.parse_args()
    world, samples = watched(options.seed, options.days)
    during = samples[: int(options.days * 96)]
    wrong = [*world.history.broken, *grown(during)]
    if wrong:
        print("\n".join([*wrong, "", *world.history.trace()]))
        print(f"\nagain: PYTHONPATH=tests python -m sim.month --seed {options.seed}")
        return 1
    most, counts = _most(during), world.history.counts
    rows = sum(count for name, count in most.items() if name.startswith("rows"))
    note(
        f"a simulated month of trouble ({options.days:g} days, seed {options.seed})",
        f"{len(during):,} looks",
        f"every promise kept through {counts['ends']:,} ends of the process and"
        f" {counts['sends']:,} sends; nothing grew: at most {most['state.by_id']} alerts,"
        f" {most['state.waiting']} waits, {rows} rows that matter",
    )
    print(f"{options.days:g} days, nothing grew: {most}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
