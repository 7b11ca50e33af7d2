"""A source that invents labels: what its alerts occupy, and how late a page is meanwhile."""

import asyncio
import time
from pathlib import Path

from bench.figures import Figure
from bench.load import bodies, percentile, pour
from bench.loaded import page
from bench.server import serving
from bench.sink import listening

_MANY = 600_000
_AT_ONCE = 100_000
_NAME = f"one source sends {_MANY:,} label sets"
MEMORY = Figure(f"{_NAME}: memory", "MB", "bounded")
P99 = Figure(f"{_NAME}: critical page meanwhile, p99", "ms")


async def measure(kind: str, folder: Path, scale: float) -> dict[Figure, float]:
    """One flood against a fresh server, which may ask to come again with what is too much."""
    late: list[float] = []
    async with listening() as sink:
        with serving(kind, folder, sink=sink.url) as server:
            before, now = server.memory(), time.time()
            for start in range(0, int(_MANY * scale), _AT_ONCE):
                waiting = bodies(range(start, start + _AT_ONCE), now, now + 3600)
                probes = asyncio.create_task(page(server, sink, f"flood{start}", 40, 0.05))
                await pour(server.port, waiting, 4, refused=503)
                late += await probes
            memory = server.memory() - before
    return {MEMORY: memory / 1e6, P99: 1000 * percentile(late, 0.99)}
