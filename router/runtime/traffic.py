"""How much is asked of us by HTTP: counted for the metrics, and reads kept within a bound."""

import os
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
)
from prometheus_client.metrics_core import Metric

GETS_LEAST = 8  # As Alertmanager has it: as many as there are processors, but no fewer than this.
_SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_BYTES = (100.0, 1_000.0, 10_000.0, 100_000.0, 1e6, 1e7, 1e8)

Place = tuple[str, str]  # The path as the table of endpoints writes it, and the method.


class _Spread:
    """How many values fell into each bucket, by place."""

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self._bounds = bounds
        self._counts: dict[Place, list[int]] = {}
        self._sums: dict[Place, float] = {}

    def add(self, place: Place, value: float) -> None:
        counts = self._counts.get(place)
        if counts is None:
            counts = self._counts[place] = [0] * (len(self._bounds) + 1)
            self._sums[place] = 0.0
        counts[bisect_left(self._bounds, value)] += 1
        self._sums[place] += value

    def family(self, name: str, documentation: str) -> Metric:
        family = HistogramMetricFamily(name, documentation, labels=("handler", "method"))
        for place, counts in [*self._counts.items()]:
            reached, buckets = 0, []
            for bound, count in zip((*map(str, self._bounds), "+Inf"), counts, strict=True):
                reached += count
                buckets.append((bound, reached))
            family.add_metric(place, buckets, self._sums[place])
        return family


class Traffic:
    """Requests under way and over. No label of it holds what a client chose.

    Of more than `gets_most` reads of the API at once, the others are refused.
    """

    def __init__(self, gets_most: int = 0) -> None:
        self.bound(gets_most)
        self._gets = 0
        self._refused = 0
        self._in_flight: Counter[str] = Counter()
        self._seconds = _Spread(_SECONDS)
        self._bytes = _Spread(_BYTES)

    def bound(self, gets_most: int) -> "Traffic":
        """Itself, letting so many reads be under way; 0 stands for what the machine suggests."""
        self.gets_most = gets_most or max(os.cpu_count() or 1, GETS_LEAST)
        return self

    def begin(self, method: str) -> None:
        """A request is being answered."""
        self._in_flight[method] += 1

    def end(self, place: Place, seconds: float, size: int) -> None:
        """It was answered with so many bytes, as far as that is known."""
        self._in_flight[place[1]] -= 1
        self._seconds.add(place, seconds)
        self._bytes.add(place, size)

    def take_get(self) -> bool:
        """Whether one more read may begin; give_get() ends it."""
        if self._gets >= self.gets_most:
            self._refused += 1
            return False
        self._gets += 1
        return True

    def give_get(self) -> None:
        """A read is over."""
        self._gets -= 1

    def families(self) -> Iterator[Metric]:
        """All of it by Alertmanager's names."""
        prefix = "alertmanager_http"
        name = f"{prefix}_request_duration_seconds"
        yield self._seconds.family(name, "How long requests took.")
        yield self._bytes.family(f"{prefix}_response_size_bytes", "How large answers were.")
        help_ = "Requests that are being answered."
        flying = GaugeMetricFamily(f"{prefix}_requests_in_flight", help_, labels=("method",))
        for method, count in [*self._in_flight.items()] or [("get", 0)]:
            flying.add_metric((method,), count)
        yield flying
        help_ = "Reads that were refused because too many were under way."
        refused = CounterMetricFamily(
            f"{prefix}_concurrency_limit_exceeded", help_, labels=("method",)
        )
        refused.add_metric(("get",), self._refused)
        yield refused
