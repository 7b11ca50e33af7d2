"""A storm of 100,000 new alerts a minute, and how late a critical page is in the midst of it."""

import asyncio
import time
from pathlib import Path

from bench.figures import Figure
from bench.load import BATCH, Client, bodies, percentile
from bench.loaded import page
from bench.server import serving
from bench.sink import listening

_A_MINUTE = 100_000
P50 = Figure("critical page in a storm of 100,000 a minute, p50", "ms")
P99 = Figure("critical page in a storm of 100,000 a minute, p99", "ms", "≤ 50 ms")


async def measure(kind: str, folder: Path, scale: float) -> dict[Figure, float]:
    """One storm of fifteen seconds (less when scaled down) against a fresh server."""
    seconds = max(5, int(15 * scale))
    count = _A_MINUTE * seconds // 60
    async with listening() as sink:
        with serving(kind, folder, sink=sink.url, group_wait="2s") as server:
            now = time.time()
            waiting = bodies(range(count), now, now + 3600, spread=100)
            storm = asyncio.create_task(_blow(server.port, waiting))
            late = await page(server, sink, "storm", seconds * 10, 0.1)
            await storm
    return {P50: 1000 * percentile(late, 0.5), P99: 1000 * percentile(late, 0.99)}


async def _blow(port: int, waiting: list[bytes]) -> None:
    """Post at the storm's pace, no faster."""
    client = Client(port)
    began = time.perf_counter()
    for number, body in enumerate(waiting):
        due = began + number * BATCH * 60 / _A_MINUTE
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        await client.post(body)
    client.close()
