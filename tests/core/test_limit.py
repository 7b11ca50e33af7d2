"""Limits: the first moment at which one more message may leave."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.limit import Limit, free_at

MINUTE = 60


@pytest.mark.parametrize(
    ("limits", "sent", "now", "free"),
    [
        pytest.param([], [5, 5, 5], 5, 5, id="no limit, no waiting"),
        pytest.param([Limit(1, 60)], [], 7, 7, id="nothing was sent"),
        pytest.param([Limit(1, 60)], [0], 59, 60, id="one a minute, and one is 59 s old"),
        pytest.param([Limit(1, 60)], [0], 60, 60, id="and one is a minute old"),
        pytest.param([Limit(3, 900)], [0, 100, 200], 300, 900, id="the oldest of three leaves"),
        pytest.param([Limit(2, 900)], [0, 100, 200], 300, 1000, id="more were sent than allowed"),
        pytest.param(
            [Limit(1, 60), Limit(3, 900)], [0, 100, 290], 300, 900, id="the longest wait counts"
        ),
        pytest.param([Limit(3, 900, smooth=True)], [0], 0, 300, id="smooth: evenly, one"),
        pytest.param([Limit(3, 900, smooth=True)], [0, 300], 300, 600, id="smooth: evenly, two"),
        pytest.param([Limit(3, 900, smooth=True)], [0], 450, 450, id="smooth: late enough"),
        pytest.param(
            [Limit(2, 100), Limit(4, 300, smooth=True)],
            [0, 10],
            50,
            100,
            id="smooth: what the window before grants is granted at once",
        ),
        pytest.param(
            [Limit(2, 100), Limit(4, 300, smooth=True)],
            [0, 10, 100],
            110,
            200,
            id="smooth: what it adds is spread over the rest",
        ),
    ],
)
def test_the_next_one_may_leave(limits: list[Limit], sent: list[int], now: int, free: int) -> None:
    assert free_at(limits, sent, now) == free


def blocked(limits: list[Limit], sent: list[int], now: int) -> bool:
    """The rule as it is told, asked of one moment."""
    before = Limit(0, 0)
    for limit in limits:
        inside = [one for one in sent if now - one < limit.per]
        if len(inside) >= limit.count:
            return True
        if limit.smooth and inside and len(inside) >= before.count:
            passed = now - min(inside) - before.per
            grown = passed * (limit.count - before.count) // (limit.per - before.per)
            if len(inside) - before.count > grown:
                return True
        before = limit
    return False


@st.composite
def windows(draw: st.DrawFn) -> list[Limit]:
    found: list[Limit] = []
    count = per = 0
    for _ in range(draw(st.integers(1, 3))):
        count += draw(st.integers(1, 4))
        per += draw(st.integers(1, 40))
        found.append(Limit(count, per, smooth=draw(st.booleans())))
    return found


@given(windows(), st.lists(st.integers(0, 120), max_size=12))
def test_it_is_the_first_moment_that_nothing_forbids(limits: list[Limit], ages: list[int]) -> None:
    sent, now = [200 - age for age in ages], 200
    while blocked(limits, sent, now):
        now += 1
    assert free_at(limits, sent, 200) == now
