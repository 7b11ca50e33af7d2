"""The hours of the week in which a turn counts, over every change of the clocks."""

from zoneinfo import ZoneInfo

import pytest
from support.clocks import at, local, spell

from router.core.restriction import Restriction, days_off, is_open, over_night

MONDAY_TO_FRIDAY = (0, 1, 2, 3, 4)
HOUR = 60
WORK = Restriction(days=MONDAY_TO_FRIDAY, start=9 * HOUR, end=18 * HOUR)
NIGHT = Restriction(days=(0,), start=20 * HOUR, end=over_night(20 * HOUR, 8 * HOUR))
ROUND = Restriction(days=(0, 1), start=8 * HOUR, end=over_night(8 * HOUR, 8 * HOUR))
WEEKEND = Restriction(days=(4,), start=18 * HOUR, end=3 * 24 * HOUR + 8 * HOUR)
SUNDAYS = Restriction(days=(6,))


@pytest.mark.parametrize(
    ("window", "moment", "expected"),
    [
        pytest.param(WORK, "2026-03-02 09:00", True, id="a window opens at its start"),
        pytest.param(WORK, "2026-03-02 08:59:59.999999", False, id="not before"),
        pytest.param(WORK, "2026-03-06 17:59:59.999999", True, id="it is open on its last day"),
        pytest.param(WORK, "2026-03-06 18:00", False, id="until just before its end"),
        pytest.param(WORK, "2026-03-07 12:00", False, id="not on other days"),
        pytest.param(NIGHT, "2026-03-02 20:00", True, id="over midnight, Monday evening"),
        pytest.param(NIGHT, "2026-03-03 07:59", True, id="belongs to Monday, and Tuesday morning"),
        pytest.param(NIGHT, "2026-03-03 08:00", False, id="ends on Tuesday"),
        pytest.param(NIGHT, "2026-03-02 07:59", False, id="Monday morning belongs to Sunday"),
        pytest.param(NIGHT, "2026-03-03 20:00", False, id="Tuesday evening to nobody"),
        pytest.param(ROUND, "2026-03-02 08:00", True, id="the same time twice is a whole day"),
        pytest.param(ROUND, "2026-03-03 08:00", True, id="whole days on end are one window"),
        pytest.param(ROUND, "2026-03-04 07:59", True, id="to the morning after the last"),
        pytest.param(ROUND, "2026-03-04 08:00", False, id="and no further"),
        pytest.param(WEEKEND, "2026-03-06 17:59", False, id="a weekend has not begun on Friday"),
        pytest.param(WEEKEND, "2026-03-06 18:00", True, id="until six"),
        pytest.param(WEEKEND, "2026-03-08 12:00", True, id="it is open on Sunday"),
        pytest.param(WEEKEND, "2026-03-09 07:59", True, id="and on Monday"),
        pytest.param(WEEKEND, "2026-03-09 08:00", False, id="until eight"),
        pytest.param(SUNDAYS, "2026-03-08 00:00", True, id="a day begins at midnight"),
        pytest.param(SUNDAYS, "2026-03-08 23:59:59.999999", True, id="and lasts to the next"),
        pytest.param(SUNDAYS, "2026-03-09 00:00", False, id="which is another day"),
        pytest.param(Restriction(days=()), "2026-03-08 00:00", False, id="no day is never"),
        pytest.param(Restriction(), "2026-03-08 00:00", True, id="every whole day is always"),
    ],
)
def test_it_is_open(window: Restriction, moment: str, expected: bool) -> None:
    assert is_open([window], at(moment), ZoneInfo("UTC")) is expected


def test_any_of_several_windows_will_do() -> None:
    for moment, expected in (("2026-03-02 10:00", True), ("2026-03-08 10:00", True)):
        assert is_open([WORK, SUNDAYS], at(moment), ZoneInfo("UTC")) is expected
    assert not is_open([WORK, SUNDAYS], at("2026-03-07 10:00"), ZoneInfo("UTC"))


def daily(start: str, end: str) -> Restriction:
    minutes = [int(text[:2]) * 60 + int(text[3:]) for text in (start, end)]
    return Restriction(start=minutes[0], end=over_night(*minutes))


@pytest.mark.parametrize(
    ("window", "zone", "since", "until", "expected"),
    [
        pytest.param(
            daily("02:30", "04:00"),
            "Europe/Berlin",
            "2026-03-29 00:00",
            "2026-03-29 12:00",
            [("03-29 03:00+02:00", "03-29 04:00+02:00")],
            id="it opens as its start is skipped",
        ),
        pytest.param(
            daily("01:00", "02:30"),
            "Europe/Berlin",
            "2026-03-29 00:00",
            "2026-03-29 12:00",
            [("03-29 01:00+01:00", "03-29 03:00+02:00")],
            id="it closes as its end is skipped",
        ),
        pytest.param(
            daily("02:15", "02:45"),
            "Europe/Berlin",
            "2026-03-29 00:00",
            "2026-03-29 12:00",
            [],
            id="it does not open when all of it is skipped",
        ),
        pytest.param(
            daily("02:15", "02:45"),
            "Europe/Berlin",
            "2026-10-25 00:00",
            "2026-10-25 12:00",
            [("10-25 02:15+02:00", "10-25 02:45+01:00")],
            id="what comes twice is one window from the first to the last",
        ),
        pytest.param(
            daily("01:45", "01:50"),
            "Australia/Lord_Howe",
            "2026-04-05 00:00",
            "2026-04-05 12:00",
            [("04-05 01:45+11:00", "04-05 01:50+10:30")],
            id="so it is where half an hour comes twice",
        ),
        pytest.param(
            daily("20:00", "23:30"),
            "America/Santiago",
            "2026-04-04 12:00",
            "2026-04-05 12:00",
            [("04-04 20:00-03:00", "04-04 23:30-04:00")],
            id="where the last hour of a day comes twice",
        ),
        pytest.param(
            daily("00:00", "08:00"),
            "America/Havana",
            "2026-03-08 00:00",
            "2026-03-08 12:00",
            [("03-08 01:00-04:00", "03-08 08:00-04:00")],
            id="where midnight is skipped",
        ),
        pytest.param(
            daily("20:00", "00:30"),
            "Africa/Cairo",
            "2026-04-23 12:00",
            "2026-04-24 12:00",
            [("04-23 20:00+02:00", "04-24 01:00+03:00")],
            id="where a night ends in the hour that is skipped",
        ),
        pytest.param(
            daily("22:00", "23:30"),
            "America/St_Johns",
            "2010-11-06 12:00",
            "2010-11-07 12:00",
            [("11-06 22:00-02:30", "11-06 23:30-03:30")],
            id="where the clocks go back over midnight",
        ),
        pytest.param(
            daily("09:00", "17:00"),
            "Pacific/Apia",
            "2011-12-29 00:00",
            "2012-01-01 00:00",
            [
                ("12-29 09:00-10:00", "12-29 17:00-10:00"),
                ("12-31 09:00+14:00", "12-31 17:00+14:00"),
            ],
            id="a day that never was has no window",
        ),
    ],
)
def test_windows(
    window: Restriction, zone: str, since: str, until: str, expected: list[tuple[str, str]]
) -> None:
    found = window.windows(at(since, zone), at(until, zone), ZoneInfo(zone))
    assert [(spell(a, zone)[5:], spell(b, zone)[5:]) for a, b in found] == expected


@pytest.mark.parametrize(
    ("window", "moment", "expected"),
    [
        (daily("22:00", "23:30"), "2010-11-07 00:00", True),
        (daily("22:00", "23:30"), "2010-11-06 23:15 again", True),
        (daily("22:00", "23:30"), "2010-11-06 23:30 again", False),
        (daily("00:00", "06:00"), "2010-11-06 23:59", False),
        (daily("00:00", "06:00"), "2010-11-06 23:15 again", True),
    ],
)
def test_where_the_clocks_go_back_over_midnight_windows_do_not(
    window: Restriction, moment: str, expected: bool
) -> None:
    zone = "America/St_Johns"  # At one past midnight it became one past eleven again.
    assert is_open([window], at(moment, zone), ZoneInfo(zone)) is expected


def test_only_windows_that_touch_the_span_are_told() -> None:
    zone = ZoneInfo("UTC")
    opens, closes = at("2026-03-02 09:00"), at("2026-03-02 18:00")
    assert list(WORK.windows(closes, closes + 1, zone)) == []
    assert list(WORK.windows(opens - 1, opens, zone)) == []
    assert list(WORK.windows(closes - 1, closes, zone)) == [(opens, closes)]


def test_a_day_off_is_a_local_day_however_long() -> None:
    zone = ZoneInfo("Europe/Berlin")
    days = [local("2026-10-25").date(), local("2026-01-01").date()]
    since, until = at("2026-10-24 12:00"), at("2026-10-26 12:00")
    assert [(spell(a), spell(b)) for a, b in days_off(days, since, until, zone)] == [
        ("2026-10-24 22:00+00:00", "2026-10-25 23:00+00:00")
    ]
