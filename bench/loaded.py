"""How long pages and reads take beside few and many alerts, and what an alert occupies."""

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Figure
from bench.load import Client, bodies, percentile, pour, probe
from bench.server import Server, serving
from bench.sink import Sink, listening

_MEMORY = {
    1: Figure("memory an active alert, 1 a group", "KB", "≤ 4 KB, then 2.5"),
    100: Figure("memory an active alert, 100 a group", "KB", "≤ 2 KB, then 1.2"),
}
_FILTERED = "/api/v2/alerts?filter=instance%3D%22host77%3A9100%22"


async def measure(kind: str, folder: Path, scale: float) -> dict[Figure, float]:
    """One run against a fresh server that is filled in steps."""
    many = int(100_000 * scale)
    found: dict[Figure, float] = {}
    async with listening() as sink:
        with serving(kind, folder, sink=sink.url) as server:
            filled = 0
            for level in (0, 1_000, int(20_000 * scale), many):
                await _fill(server, filled, level)
                filled = level
                found |= await _at(server, sink, level, scale)
            found |= await _mixed(server, many, scale)
            found |= await _rates(server, many, scale)
    return found


async def memory(kind: str, folder: Path, scale: float, a_group: int) -> dict[Figure, float]:
    """What an alert occupies when so many share a group."""
    many = int(100_000 * scale)
    by = "instance" if a_group == 1 else "alertname"
    with serving(kind, folder, group_by=by) as server:
        await _fill(server, 0, 1000, spread=max(1, many // a_group))
        before = server.memory()
        await _fill(server, 1000, many + 1000, spread=max(1, many // a_group))
        await asyncio.sleep(1)
        return {_MEMORY[a_group]: (server.memory() - before) / many / 1000}


async def _fill(server: Server, start: int, stop: int, spread: int = 1000) -> None:
    now = time.time()
    waiting = bodies(range(start, stop), now, now + 3600, spread=spread)
    await pour(server.port, waiting, 4)


async def _at(server: Server, sink: Sink, level: int, scale: float) -> dict[Figure, float]:
    await asyncio.sleep(0.5)
    found: dict[Figure, float] = {}
    if level != 1_000:
        goal = "≤ 2 / 10 ms, then 1 / 6" if level >= 100_000 else ""
        late = [1000 * s for s in await page(server, sink, f"at{level}", int(200 * scale), 0.03)]
        name = f"alert → webhook, {level:,} active"
        found[Figure(f"{name}, p50", "ms", goal)] = percentile(late, 0.5)
        found[Figure(f"{name}, p99", "ms", goal)] = percentile(late, 0.99)
    if level:
        took = await _reads(server, _FILTERED, 20)
        found[Figure(f"one filtered read, {level:,} active", "ms", "≤ 5 ms")] = took
    if level >= 20_000:
        took = await _reads(server, "/api/v2/alerts", 2)
        found[Figure(f"the whole list, {level:,} active", "ms")] = took
    return found


async def page(server: Server, sink: Sink, name: str, count: int, every: float) -> list[float]:
    """Seconds from posting each of so many new critical alerts to its webhook."""
    sent: dict[str, float] = {}
    client = Client(server.port)
    for number in range(count):
        key = f"{name}-{number}"
        body = probe(key)
        sent[key] = time.perf_counter()
        await client.post(body)
        await asyncio.sleep(every)
    client.close()
    await sink.wait_for(sent, 15)
    never = time.perf_counter()
    return [sink.arrived.get(key, never) - at for key, at in sent.items()]


async def _reads(server: Server, path: str, count: int) -> float:
    """The middle one of so many reads, in milliseconds."""
    client = Client(server.port)
    took = []
    for _ in range(count):
        began = time.perf_counter()
        await client.get(path)
        took.append(1000 * (time.perf_counter() - began))
    client.close()
    return percentile(took, 0.5)


async def _rates(server: Server, level: int, scale: float) -> dict[Figure, float]:
    """How many requests a second are answered to eight clients, each with its next one ready."""
    found = {}
    asked = (("/api/v2/status", 4_000, "the status"), (_FILTERED, 40, "filtered alerts"))
    for path, most, what in asked:
        count = max(8, int(most * scale))
        queue = iter(range(count))

        async def work(path: str = path, queue: Iterator[int] = queue) -> None:
            client = Client(server.port)
            for _ in queue:
                await client.get(path)
            client.close()

        began = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(8)))
        name = f"reads of {what}, {level:,} active, 8 connections"
        figure = Figure(name, "requests/s", less=False)
        found[figure] = count / (time.perf_counter() - began)
    return found


async def _mixed(server: Server, level: int, scale: float) -> dict[Figure, float]:
    """Reads among single re-sends, at a fixed rate, timed from when each was due."""
    rate, seconds = 2_000, max(2, int(6 * scale))
    now = time.time()
    posts = bodies(range(2_000), now, now + 3600, size=1)
    paths = ("/api/v2/status", "/api/v2/receivers", "/api/v2/silences")
    read: list[float] = []
    posted: list[float] = []
    began = time.perf_counter()

    async def work(worker: int) -> None:
        client = Client(server.port)
        for turn in range(worker, rate * seconds, 32):
            due = began + turn / rate
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            if turn % 4:
                await client.post(posts[turn % len(posts)])
            else:
                await client.get(paths[turn // 4 % 3])
            (posted if turn % 4 else read).append(1000 * (time.perf_counter() - due))
        client.close()

    await asyncio.gather(*map(work, range(32)))
    name = f"{rate:,} requests/s, a quarter reads, {level:,} active"
    goal = "p95 ≤ 20, p99 ≤ 50 ms"
    return {
        Figure(f"{name}: read p50", "ms"): percentile(read, 0.5),
        Figure(f"{name}: read p95", "ms", goal): percentile(read, 0.95),
        Figure(f"{name}: read p99", "ms", goal): percentile(read, 0.99),
        Figure(f"{name}: post p99", "ms", goal): percentile(posted, 0.99),
    }
