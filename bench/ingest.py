"""How many alerts a second are taken, and what one costs: new, and repeated."""

import time
from pathlib import Path

from bench.figures import Figure
from bench.load import bodies, pour
from bench.server import Server, serving

_RATE = "alerts/s"
_COST = "µs"
NEW = Figure("new alerts, 64 a request", _RATE, "0.7 ×, then 1.2 ×", less=False)
ENDS = Figure("repeated, 64 a request, ends moving", _RATE, "4 ×, then 7 ×", less=False)
WORDS = Figure("repeated, annotations changing too", _RATE, "4 ×, then 7 ×", less=False)
SINGLE = Figure("new, one a request, 16 connections", _RATE, "0.4 ×, then 0.6 ×", less=False)
NEW_COST = Figure("processor time of a new alert, of 64", _COST)
WORDS_COST = Figure("processor time of a repeated alert, of 64", _COST)
SINGLE_COST = Figure("processor time of a new alert on its own", _COST)

_FIRST, _THEN = range(1, 7), range(7, 13)  # Repetitions with new ends, and with new words too.
_SLOW_SYNC_SECONDS = 0.005
_SLOWLY = "an fsync of 5 ms"
SLOW_NEW = Figure(f"{NEW.name}, {_SLOWLY}", _RATE, less=False)
SLOW_SINGLE = Figure(f"{SINGLE.name}, {_SLOWLY}", _RATE, less=False)


async def measure(kind: str, folder: Path, scale: float) -> dict[Figure, float]:
    """One run against a fresh server."""
    with serving(kind, folder) as server:
        return await _measure(server, int(48_000 * scale), int(16_000 * scale))


async def measure_slowly(kind: str, folder: Path, scale: float) -> dict[Figure, float]:
    """New alerts alone, against a fresh server whose disk is slow."""
    many, singles, now = int(24_000 * scale), int(8_000 * scale), time.time()
    lone = bodies(range(many, many + singles), now, now + 250, size=1)
    with serving(kind, folder, sync_seconds=_SLOW_SYNC_SECONDS) as server:
        new, _ = await _cost(server, bodies(range(many), now, now + 240), many, 4)
        single, _ = await _cost(server, lone, singles, 16)
    return {SLOW_NEW: new, SLOW_SINGLE: single}


async def _measure(server: Server, many: int, singles: int) -> dict[Figure, float]:
    now = time.time()
    numbers = range(many)
    new = await _cost(server, bodies(numbers, now, now + 240), many, 4)
    ends = [b for k in _FIRST for b in bodies(numbers, now, now + 240 + k)]
    moved = await _cost(server, ends, len(_FIRST) * many, 4)
    words = [b for k in _THEN for b in bodies(numbers, now, now + 240 + k, word=f"w{k}")]
    said = await _cost(server, words, len(_THEN) * many, 4)
    lone = bodies(range(many, many + singles), now, now + 250, size=1)
    single = await _cost(server, lone, singles, 16)
    return {
        NEW: new[0],
        ENDS: moved[0],
        WORDS: said[0],
        SINGLE: single[0],
        NEW_COST: new[1],
        WORDS_COST: said[1],
        SINGLE_COST: single[1],
    }


async def _cost(
    server: Server, waiting: list[bytes], count: int, connections: int
) -> tuple[float, float]:
    """Alerts a second, and microseconds of the server's processor time for each."""
    before = server.cpu()
    seconds = await pour(server.port, waiting, connections)
    return count / seconds, (server.cpu() - before) / count
