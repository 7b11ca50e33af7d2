"""How evenly people carry a schedule."""

import pytest
from support.clocks import at
from support.rota import layer, schedule

from router.core.fairness import fairness
from router.core.moment import DAY, HOUR
from router.core.schedule import Shift, timeline


@pytest.mark.parametrize(
    ("shifts", "coverage", "balance", "score"),
    [
        pytest.param([], 0, 100, 50, id="nothing at all"),
        pytest.param([(24, ())], 0, 100, 50, id="nobody"),
        pytest.param([(24, ("ana",))], 100, 100, 100, id="one alone"),
        pytest.param([(12, ("ana",)), (12, ("bo",))], 100, 100, 100, id="two alike"),
        pytest.param([(18, ("ana",)), (6, ("bo",))], 100, 100 / 3, 67, id="one a third"),
        pytest.param([(12, ("ana",)), (12, ())], 50, 100, 75, id="half a day"),
        pytest.param([(24, ("ana", "bo"))], 100, 100, 100, id="both together"),
        pytest.param(
            [(2, ("ana",)), (1, ("bo",)), (1, ("cy",))], 100, 200 / 3, 83, id="every pair counts"
        ),
        pytest.param(
            [(2, ("ana",)), (1, ("bo",)), (1, ())], 75, 50, 62, id="a half is rounded to even"
        ),
    ],
)
def test_score(
    shifts: list[tuple[int, tuple[str, ...]]], coverage: float, balance: float, score: int
) -> None:
    told, start = [], 0
    for hours, users in shifts:
        told.append(Shift(start * HOUR, (start + hours) * HOUR, users))
        start += hours
    found = fairness(told)
    assert found.coverage == pytest.approx(coverage)
    assert found.balance == pytest.approx(balance)
    assert found.score == score


def test_what_each_carries_is_summed_in_the_order_of_first_shifts() -> None:
    start = at("2026-01-05 09:00")
    found = fairness(timeline(schedule(layer("ana", "bo", every="daily")), start, start + 3 * DAY))
    assert list(found.carried.items()) == [("ana", 2 * DAY), ("bo", DAY)]
