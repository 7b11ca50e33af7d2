"""What was measured, and how the two compare."""

from collections import defaultdict
from statistics import median
from typing import NamedTuple

from bench.server import ALERTMANAGER, TOCSIN


class Figure(NamedTuple):
    """One thing that is measured. `goal` is what Tocsin must reach; `less` is better, or more."""

    name: str
    unit: str
    goal: str = ""
    less: bool = True


class Figures:
    """Every value of every figure, by server."""

    def __init__(self) -> None:
        self._values: defaultdict[Figure, defaultdict[str, list[float]]] = defaultdict(
            lambda: defaultdict(list)
        )

    def add(self, kind: str, measured: dict[Figure, float]) -> None:
        """Keep what one run against one server came to."""
        for figure, value in measured.items():
            self._values[figure][kind].append(value)

    def table(self) -> str:
        """A table in Markdown: medians, and the median of the ratios of neighbouring runs."""
        lines = [
            "| | Alertmanager | Tocsin | Tocsin : Alertmanager | better | goal |",
            "|---|---|---|---|---|---|",
        ]
        for figure, by_server in self._values.items():
            theirs, ours = by_server[ALERTMANAGER], by_server[TOCSIN]
            ratios = [o / t for o, t in zip(ours, theirs, strict=False) if t]
            cells = [
                figure.name,
                _shown(theirs, figure.unit),
                _shown(ours, figure.unit),
                f"{median(ratios):.2f}" if ratios else "–",
                "less" if figure.less else "more",
                figure.goal,
            ]
            lines.append(f"| {' | '.join(cells)} |")
        return "\n".join(lines)


def _shown(values: list[float], unit: str) -> str:
    if not values:
        return "–"
    value = median(values)
    digits = 0 if value >= 100 else 1 if value >= 10 else 2
    return f"{value:,.{digits}f} {unit}".strip()
