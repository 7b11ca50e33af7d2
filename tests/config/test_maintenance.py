"""Maintenance windows as they are written, and those that can never help anybody."""

from datetime import UTC, datetime

import pytest
from support.routes_file import BASE, NOWHERE, ROUTE, read, whole

from router.config.load import load
from router.core.interval import Interval
from router.core.maintenance import Maintenance
from router.core.matcher import parse_list
from router.core.moment import from_datetime

NOW = from_datetime(datetime(2026, 11, 21, 12, tzinfo=UTC))


def wall(*parts: int) -> int:
    """A UTC time."""
    return from_datetime(datetime(*parts, tzinfo=UTC))  # type: ignore[misc,arg-type]


def window(piece: str) -> Maintenance:
    """The one window of a file."""
    [found] = read(whole(piece)).configuration.maintenance.values()
    return found


def test_once_by_the_clock_of_its_zone() -> None:
    found = window(
        "[maintenance.database]\nmatchers = ['service=\"db\"', 'severity!=critical']\n"
        'timezone = "Europe/Berlin"\ncomment = "new disks"\n'
        "from = 2026-12-01T22:00:00\nto = 2026-12-02T02:00:00Z\n"
    )
    assert found == Maintenance(
        name="database",
        matchers=parse_list('service="db",severity!=critical'),
        starts_at=wall(2026, 12, 1, 21),
        ends_at=wall(2026, 12, 2, 2),
        comment="new disks",
    )


@pytest.mark.parametrize(
    "intervals",
    [
        pytest.param(
            "[[maintenance.x.intervals]]\nweekdays = ['sunday']\n"
            "times = [{ start_time = '02:00', end_time = '04:00' }]\n",
            id="written there",
        ),
        pytest.param(
            "intervals = ['window']\n[[intervals.window]]\nweekdays = ['sunday']\n"
            "location = 'Asia/Tokyo'\ntimes = [{ start_time = '02:00', end_time = '04:00' }]\n",
            id="named",
        ),
    ],
)
def test_again_and_again_at_intervals(intervals: str) -> None:
    found = window(f"[maintenance.x]\nmatchers = ['a=b']\ntimezone = 'Asia/Tokyo'\n{intervals}")
    sunday = Interval(times=((120, 240),), weekdays=((0, 0),), location="Asia/Tokyo")
    assert found.intervals == (sunday,)
    assert (found.starts_at, found.ends_at) == (None, None)


@pytest.mark.parametrize(
    ("piece", "warning"),
    [
        pytest.param(
            "from = 2026-11-20T09:00:00\nto = 2026-11-21T12:00:00\n",
            "1: maintenance.x: has been over since 2026-11-21 12:00 UTC; remove it",
            id="in the past",
        ),
        pytest.param("from = 2026-11-20T09:00:00\nto = 2026-11-21T12:01:00\n", "", id="going on"),
        pytest.param(
            "[[maintenance.x.intervals]]\nmonths = ['february']\ndays_of_month = ['30']\n",
            "3: maintenance.x.intervals: never hold in the next five years",
            id="a day that never comes",
        ),
        pytest.param(
            "[[maintenance.x.intervals]]\nyears = ['2024']\n",
            "3: maintenance.x.intervals: never hold in the next five years",
            id="a year that is over",
        ),
        pytest.param(
            "from = 2026-11-23T00:00:00\nto = 2026-11-27T00:00:00\n"
            "[[maintenance.x.intervals]]\nweekdays = ['saturday:saturday']\n",
            "5: maintenance.x.intervals: never hold before its end",
            id="weekends between a Monday and a Friday",
        ),
        pytest.param(
            "from = 2026-11-23T00:00:00\nto = 2026-11-23T06:00:00\n"
            "[[maintenance.x.intervals]]\ntimes = [{ start_time = '05:59', end_time = '24:00' }]\n",
            "",
            id="a minute before its end",
        ),
        pytest.param(
            "[[maintenance.x.intervals]]\nmonths = ['february']\ndays_of_month = ['29']\n",
            "",
            id="a leap day",
        ),
    ],
)
def test_the_warning_of(piece: str, warning: str) -> None:
    text = f"[maintenance.x]\nmatchers = ['a=b']\n{piece}{BASE}{ROUTE}"
    found = load(text.encode(), folder=NOWHERE, environ={}, wall=NOW).warnings
    assert list(found) == ([f"routes.toml:{warning}"] if warning else [])
