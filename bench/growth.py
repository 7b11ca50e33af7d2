"""How the time an alert costs grows with the routes, silences and inhibition rules there are."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from bench.figures import Figure
from bench.load import alert, bodies, encode, pour, rfc3339
from bench.server import Server, serving

FEW, MANY = 10, 10_000
LEVELS = (FEW, 1_000, MANY)
ROUTES, SILENCES, RULES = "routes", "silences", "inhibition rules"
_FIRST = 1_000_000  # No rule speaks of these alerts.
_GOAL = "≤ 2 ×"


async def measure(kind: str, folder: Path, scale: float) -> dict[Figure, float]:
    """Processor time of one new alert that none of so many rules is about, with its flush.

    All of the rules ask for one value of a label, or a third of them for a pattern. Nothing is
    sent: one silence more holds every alert back.
    """
    found: dict[Figure, float] = {}
    for what in (ROUTES, SILENCES, RULES):
        for patterns in (False, True):
            costs = {}
            for level in LEVELS:
                place = folder / f"{what}-{patterns}-{level}".replace(" ", "-")
                costs[level] = await _cost(kind, place, what, level, patterns, scale)
            name = f"an alert beside 10,000 {what}{', a third patterns' if patterns else ''}"
            found[Figure(name, "µs")] = costs[MANY]
            found[Figure(f"{name}, against 1,000", "×")] = costs[MANY] / costs[1_000]
            found[Figure(f"{name}, against 10", "×", _GOAL)] = costs[MANY] / costs[FEW]
    return found


async def _cost(
    kind: str, folder: Path, what: str, level: int, patterns: bool, scale: float
) -> float:
    count = int(4_000 * scale)
    conditions = [_condition(number, patterns and number % 3 == 0) for number in range(level)]
    routes = conditions if what == ROUTES else []
    rules = conditions if what == RULES else []
    with serving(kind, folder, written=_file(routes, rules)) as server:
        hushed = [{"name": "job", "value": "node", "isRegex": False}]
        silences = [_silence(hushed)]
        if what == SILENCES:
            silences += [_silence([_matcher(each)]) for each in conditions]
        await pour(server.port, silences, 16, "/api/v2/silences")
        await pour(server.port, _sources(len(rules)), 4)
        now = time.time()
        await pour(server.port, bodies(range(_FIRST - 64, _FIRST), now, now + 3600), 4)
        await _settled(server)  # The first alerts after a change pay for the indexes being made.
        before = server.cpu()
        numbers = range(_FIRST, _FIRST + count)
        await pour(server.port, bodies(numbers, now, now + 3600), 4)
        await _settled(server)
        return (server.cpu() - before) / count


def _condition(number: int, pattern: bool) -> str:
    return f'instance=~"host{number}:.*"' if pattern else f'instance="host{number}:9100"'


def _matcher(condition: str) -> dict[str, Any]:
    name, pattern, value = condition.partition("=~")
    if not pattern:
        name, _, value = condition.partition("=")
    return {"name": name, "value": value.strip('"'), "isRegex": bool(pattern)}


def _file(routes: list[str], rules: list[str]) -> str:
    """An alertmanager.yml, which both servers take; JSON is YAML."""
    route = {
        "receiver": "sink",
        "group_by": ["instance"],
        "group_wait": "0s",
        "routes": [{"matchers": [each]} for each in routes],
    }
    inhibit = [
        {"source_matchers": [f'source="s{n}"'], "target_matchers": [each], "equal": ["cluster"]}
        for n, each in enumerate(rules)
    ]
    webhook = {"url": "http://127.0.0.1:9/", "send_resolved": False}
    receivers = [{"name": "sink", "webhook_configs": [webhook]}]
    return json.dumps({"route": route, "receivers": receivers, "inhibit_rules": inhibit})


def _silence(matchers: list[dict[str, Any]]) -> bytes:
    now = time.time()
    silence = {
        "matchers": matchers,
        "startsAt": rfc3339(now),
        "endsAt": rfc3339(now + 7200),
        "createdBy": "bench",
        "comment": "bench",
    }
    return json.dumps(silence).encode()


def _sources(count: int) -> list[bytes]:
    """Alerts, one for each rule, so that every rule might hold something back."""
    now = time.time()
    made = []
    for number in range(count):
        one: Any = alert(number, now, now + 3600)
        one["labels"] |= {"source": f"s{number}", "instance": f"source{number}"}
        made.append(one)
    return [encode(made[at : at + 64]) for at in range(0, count, 64)]


async def _settled(server: Server) -> None:
    """Wait until the server has nothing to do any more, or half a minute."""
    last = server.cpu()
    for _ in range(60):
        await asyncio.sleep(0.5)
        now = server.cpu()
        if now - last <= 20_000:
            return
        last = now
