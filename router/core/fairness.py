"""How well a schedule is covered, and how evenly its people carry it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations

import msgspec

from router.core.schedule import Shift


class Fairness(msgspec.Struct, frozen=True, kw_only=True):
    """Of one span of time: `carried` are the microseconds each person was on call.

    `coverage` is the percentage of the span with anybody on call. `balance` is 100 when everybody
    carries the same: the mean, over all pairs of people, of the lesser part of the greater. The
    `score` is the mean of both.
    """

    carried: Mapping[str, int]
    coverage: float
    balance: float

    @property
    def score(self) -> int:
        """From 0 to 100, a half rounded to the even number."""
        return round((self.coverage + self.balance) / 2)


def fairness(shifts: Sequence[Shift]) -> Fairness:
    """The fairness of a timeline, the people in the order of their first shift."""
    carried: Counter[str] = Counter()
    covered = 0
    for start, end, users in shifts:
        covered += end - start if users else 0
        carried.update(dict.fromkeys(users, end - start))
    whole = shifts[-1].end - shifts[0].start if shifts else 0
    pairs = [min(one, two) / max(one, two) for one, two in combinations(carried.values(), 2)]
    return Fairness(
        carried=dict(carried),
        coverage=100 * covered / whole if whole else 0.0,
        balance=100 * sum(pairs) / len(pairs) if pairs else 100.0,
    )
