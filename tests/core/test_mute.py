"""Which intervals keep a whole route quiet, and by whose names."""

import pytest
from support.configured import channel, configured, route

from router.core.interval import Interval
from router.core.moment import HOUR
from router.core.mute import closed_by

INTERVALS = {
    "nights": (Interval(times=((0, 360),)), Interval(times=((1320, 1440),))),
    "weekends": (Interval(weekdays=((6, 6),)), Interval(weekdays=((0, 0),))),
    "office": (Interval(weekdays=((1, 5),), times=((540, 1020),)),),
}
MONDAY = 1_767_571_200_000_000  # 2026-01-05 00:00 UTC.
SUNDAY = MONDAY - 24 * HOUR


@pytest.mark.parametrize(
    ("muting", "active", "at", "closed"),
    [
        pytest.param((), (), MONDAY, (), id="no interval closes nothing"),
        pytest.param(("nights",), (), MONDAY + HOUR, ("nights",), id="the one that contains it"),
        pytest.param(("nights",), (), MONDAY + 23 * HOUR, ("nights",), id="any of its spans"),
        pytest.param(("nights",), (), MONDAY + 12 * HOUR, (), id="one that does not"),
        pytest.param(
            ("nights", "weekends"), (), SUNDAY + HOUR, ("nights", "weekends"), id="all that do"
        ),
        pytest.param(
            ("weekends", "nights"), (), SUNDAY + 12 * HOUR, ("weekends",), id="only those that do"
        ),
        pytest.param((), ("office",), MONDAY + 12 * HOUR, (), id="an active one that contains it"),
        pytest.param((), ("office",), SUNDAY + 12 * HOUR, ("office",), id="one that does not"),
        pytest.param(
            (), ("office", "weekends"), SUNDAY + 12 * HOUR, (), id="one of several is enough"
        ),
        pytest.param(
            (),
            ("office", "nights"),
            SUNDAY + 12 * HOUR,
            ("office", "nights"),
            id="all if none does",
        ),
        pytest.param(
            ("weekends",), ("office",), SUNDAY + HOUR, ("weekends", "office"), id="both kinds"
        ),
        pytest.param(
            ("nights",), ("weekends",), SUNDAY + HOUR, ("nights",), id="muted while it is active"
        ),
        pytest.param(("unknown",), (), MONDAY, (), id="one that is gone from the file"),
    ],
)
def test_a_route_is_closed_by(
    muting: tuple[str, ...], active: tuple[str, ...], at: int, closed: tuple[str, ...]
) -> None:
    plan = route("", to="ops", muted=muting, active=active)
    configuration = configured(plan, receivers=[channel("ops")], intervals=INTERVALS)
    assert closed_by(configuration, configuration.tree.root, at) == tuple(
        f"interval:{name}" for name in closed
    )


def test_a_route_that_is_gone_is_closed_by_nothing() -> None:
    configuration = configured(route("", to="ops"), receivers=[channel("ops")], intervals=INTERVALS)
    assert closed_by(configuration, None, MONDAY) == ()
