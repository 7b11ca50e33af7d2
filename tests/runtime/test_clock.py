"""Service time goes on over a restart, whatever was done to the wall clock."""

import time

import pytest
from msgspec.structs import replace

from router.core.moment import DAY, HOUR, SECOND, Now, Stamp
from router.runtime.clock import SystemClock

TOLERANCE = SECOND // 2


def test_both_times_advance_together() -> None:
    clock = SystemClock(None)
    before, after = clock.now(), clock.now()
    assert after.service >= before.service
    assert abs(before.wall - time.time_ns() // 1000) < TOLERANCE


def test_a_restart_in_the_same_boot_ignores_the_wall_clock() -> None:
    stamp = SystemClock(None).stamp()
    shifted = replace(stamp, now=Now(wall=stamp.now.wall - 5 * HOUR, service=stamp.now.service))
    again = SystemClock(shifted)
    assert abs(again.now().service - stamp.now.service) < TOLERANCE
    assert not again.distrusted


@pytest.mark.parametrize(
    ("away", "counted", "distrusted"),
    [
        pytest.param(HOUR, HOUR, False, id="after a reboot the wall clock says how long"),
        pytest.param(-HOUR, 0, True, id="a wall clock that went back counts for nothing"),
        pytest.param(30 * DAY, 7 * DAY, True, id="and one that leapt counts for a week at most"),
    ],
)
def test_a_reboot(away: int, counted: int, distrusted: bool) -> None:
    wall = time.time_ns() // 1000
    stamp = Stamp(now=Now(wall=wall - away, service=10 * DAY), boot=5, boot_id="another boot")
    clock = SystemClock(stamp)
    assert abs(clock.now().service - 10 * DAY - counted) < TOLERANCE
    assert bool(clock.distrusted) is distrusted
