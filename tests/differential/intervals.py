"""Time intervals whose edge falls into a sequence, and the routes that go by them."""

from datetime import UTC, datetime
from random import Random
from typing import Any


def draw(random: Random, turns: bool) -> dict[str, list[str]]:
    """Which of them a route names, if any."""
    names = ("always", "never", *(("early", "late") * 3 if turns else ()))
    return {
        f"{which}_time_intervals": sorted({random.choice(names) for _ in range(2)})
        for which in ("mute", "active")
        if random.random() < (0.4 if turns else 0.07)
    }


def muted(own: dict[str, Any], at: float, turn: float) -> bool:
    """Whether those that a route names keep it quiet then."""
    mute, active = (own.get(f"{each}_time_intervals", ()) for each in ("mute", "active"))
    if any(_contains(name, at, turn) for name in mute):
        return True
    return bool(active) and not any(_contains(name, at, turn) for name in active)


def written(turn: int) -> list[dict[str, Any]]:
    """As in alertmanager.yml; with an edge then, at the start of a minute, unless that is 0."""
    always = {"name": "always", "time_intervals": [{"months": ["1:12"]}]}
    never = {"name": "never", "time_intervals": [{"years": ["1990"]}]}
    return [always, never, *(_around(turn) if turn else ())]


def _contains(name: str, at: float, turn: float) -> bool:
    """Whether a moment is in a time interval."""
    return {"always": True, "never": False, "early": at < turn, "late": at >= turn}[name]


def _around(turn: int) -> list[dict[str, Any]]:
    """The time intervals that end and that begin then, at the start of a minute of a day."""
    clock = datetime.fromtimestamp(turn, UTC)
    assert clock.second == 0, "it is no minute that begins"
    spans = (("early", "00:00", f"{clock:%H:%M}"), ("late", f"{clock:%H:%M}", "24:00"))
    return [
        {"name": name, "time_intervals": [{"times": [{"start_time": start, "end_time": end}]}]}
        for name, start, end in spans
    ]
