"""Recurring spans of the calendar: what contains what, and how they are written."""

import re
from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from router.core import interval
from router.core.interval import Interval, IntervalError
from router.core.moment import HOUR, MINUTE, SECOND, from_datetime

BERLIN = "Europe/Berlin"


def at(text: str) -> int:
    return from_datetime(datetime.fromisoformat(text).replace(tzinfo=UTC))


NIGHT = Interval(times=((22 * 60, 24 * 60), (0, 6 * 60)))
WORK = Interval(times=((9 * 60, 17 * 60),), weekdays=((1, 5),))


@pytest.mark.parametrize(
    ("span", "moment", "expected"),
    [
        pytest.param(Interval(), "2026-03-01 12:00", True, id="an empty span is always"),
        pytest.param(NIGHT, "2026-03-01 22:00", True, id="the start belongs to it"),
        pytest.param(NIGHT, "2026-03-01 21:59:59.999999", False, id="nothing before does"),
        pytest.param(NIGHT, "2026-03-01 23:59:59.999999", True, id="24:00 is the day's end"),
        pytest.param(NIGHT, "2026-03-01 05:59:59.999999", True, id="any of several times will do"),
        pytest.param(NIGHT, "2026-03-01 06:00", False, id="the end does not belong to it"),
        pytest.param(WORK, "2026-03-02 09:00", True, id="Monday is a weekday"),
        pytest.param(WORK, "2026-03-01 09:00", False, id="Sunday is not"),
        pytest.param(WORK, "2026-03-02 08:00", False, id="every field must agree"),
        pytest.param(Interval(weekdays=((0, 0),)), "2026-03-01 00:00", True, id="Sunday is 0"),
        pytest.param(Interval(weekdays=((6, 6),)), "2026-03-07 00:00", True, id="Saturday is 6"),
        pytest.param(
            Interval(months=((3, 5),)), "2026-05-31 00:00", True, id="the last month is in"
        ),
        pytest.param(Interval(months=((3, 5),)), "2026-06-01 00:00", False, id="the next is not"),
        pytest.param(Interval(years=((2024, 2026),)), "2026-01-01 00:00", True, id="years"),
        pytest.param(Interval(years=((2024, 2025),)), "2026-01-01 00:00", False, id="other years"),
        pytest.param(Interval(days_of_month=((1, 1),)), "2026-03-01 00:00", True, id="the first"),
        pytest.param(Interval(days_of_month=((-1, -1),)), "2026-02-28 00:00", True, id="the last"),
        pytest.param(
            Interval(days_of_month=((-1, -1),)), "2024-02-28 00:00", False, id="leap years"
        ),
        pytest.param(
            Interval(days_of_month=((-31, -31),)), "2026-02-01 00:00", False, id="no 31st"
        ),
        pytest.param(
            Interval(days_of_month=((25, -1),)), "2026-02-27 00:00", True, id="to the last"
        ),
        pytest.param(
            Interval(days_of_month=((30, 31),)), "2026-02-28 00:00", False, id="too short"
        ),
        pytest.param(
            Interval(days_of_month=((2, 3), (5, 5))),
            "2026-02-05 00:00",
            True,
            id="any range will do",
        ),
    ],
)
def test_contains(span: Interval, moment: str, expected: bool) -> None:
    assert span.contains(at(moment)) is expected


@pytest.mark.parametrize(
    ("span", "moment", "expected"),
    [
        pytest.param(
            Interval(times=((540, 1020),), location=BERLIN),
            "2026-01-05 08:00",
            True,
            id="in winter",
        ),
        pytest.param(
            Interval(times=((540, 1020),), location=BERLIN),
            "2026-07-06 07:00",
            True,
            id="in summer",
        ),
        pytest.param(
            Interval(times=((540, 1020),), location=BERLIN), "2026-07-06 15:00", False, id="its end"
        ),
        pytest.param(
            Interval(weekdays=((1, 1),), location="Pacific/Auckland"),
            "2026-03-01 12:00",
            True,
            id="Monday comes early in Auckland",
        ),
        pytest.param(
            Interval(years=((2026, 2026),), location="America/Los_Angeles"),
            "2027-01-01 07:59",
            True,
            id="the old year lasts in California",
        ),
        pytest.param(
            Interval(days_of_month=((-1, -1),), location=BERLIN),
            "2026-10-30 23:00",
            True,
            id="a month with a longer night still has its last day",
        ),
    ],
)
def test_times_are_those_of_the_location(span: Interval, moment: str, expected: bool) -> None:
    assert span.contains(at(moment)) is expected


@pytest.mark.parametrize(
    ("night", "minutes"),
    [
        pytest.param("2026-03-28 12:00", 0, id="02:00 to 03:00 does not exist in spring"),
        pytest.param("2026-10-24 12:00", 120, id="and happens twice in autumn"),
        pytest.param("2026-06-01 12:00", 60, id="and once on any other night"),
    ],
)
def test_an_hour_on_the_nights_the_clocks_change(night: str, minutes: int) -> None:
    span = Interval(times=((120, 180),), location=BERLIN)
    start = at(night)
    inside = [m for m in range(24 * 60) if span.contains(start + m * MINUTE + 59 * SECOND)]
    assert len(inside) == minutes


@pytest.mark.parametrize("days", [(1, 5), (-3, -1), (29, -2), (31, 31), (-31, -29), (5, -28)])
def test_days_of_month_by_counting_them(days: tuple[int, int]) -> None:
    span = Interval(days_of_month=(days,))
    day = date(2023, 12, 1)
    while day < date(2025, 3, 1):
        length = monthrange(day.year, day.month)[1]
        numbers = range(1, length + 1)
        first, last = ((d if d > 0 else length + 1 + d) for d in days)
        expected = day.day in [n for n in numbers if first <= n <= last]
        assert span.contains(
            from_datetime(datetime(day.year, day.month, day.day, 12, tzinfo=UTC))
        ) is (expected)
        day += timedelta(days=1)


@pytest.mark.parametrize(
    ("parse", "text", "expected"),
    [
        pytest.param(interval.parse_weekdays, "monday", (1, 1), id="a weekday"),
        pytest.param(interval.parse_weekdays, "sat", (6, 6), id="a weekday in short"),
        pytest.param(interval.parse_weekdays, "Sunday:TUE", (0, 2), id="weekdays, Sunday first"),
        pytest.param(interval.parse_weekdays, " monday : friday ", (1, 5), id="blanks around"),
        pytest.param(interval.parse_months, "january", (1, 1), id="a month"),
        pytest.param(interval.parse_months, "Sep:december", (9, 12), id="months in short and long"),
        pytest.param(interval.parse_months, "may:8", (5, 8), id="a name and a number"),
        pytest.param(interval.parse_months, "12", (12, 12), id="a number"),
        pytest.param(interval.parse_years, "2026", (2026, 2026), id="a year"),
        pytest.param(interval.parse_years, "2026:2030", (2026, 2030), id="years"),
        pytest.param(interval.parse_days_of_month, "15", (15, 15), id="a day of the month"),
        pytest.param(interval.parse_days_of_month, "1:5", (1, 5), id="days of the month"),
        pytest.param(interval.parse_days_of_month, "-3:-1", (-3, -1), id="days from the end"),
        pytest.param(interval.parse_days_of_month, "1:-1", (1, -1), id="the whole month"),
        pytest.param(
            interval.parse_days_of_month, "5:-27", (5, -27), id="days of the longest only"
        ),
        pytest.param(
            interval.parse_days_of_month, "31:-1", (31, -1), id="the 31st, if there is one"
        ),
    ],
)
def test_reads(
    parse: Callable[[str], tuple[int, int]], text: str, expected: tuple[int, int]
) -> None:
    assert parse(text) == expected


@pytest.mark.parametrize(
    ("parse", "text", "message"),
    [
        pytest.param(
            interval.parse_weekdays, "mondy", "'mondy' in 'mondy' is no weekday", id="typo"
        ),
        pytest.param(interval.parse_weekdays, "1:3", "'1' in '1:3' is no weekday", id="number"),
        pytest.param(interval.parse_weekdays, "", "'' in '' is no weekday", id="nothing"),
        pytest.param(
            interval.parse_weekdays, "friday:monday", "ends before it starts", id="over Sunday"
        ),
        pytest.param(interval.parse_weekdays, "a:b:c", "is no range", id="three parts"),
        pytest.param(interval.parse_months, "foo", "'foo' in 'foo' is no month", id="no month"),
        pytest.param(interval.parse_months, "0", "is no month", id="month nought"),
        pytest.param(interval.parse_months, "3:13", "'13' in '3:13' is no month", id="month 13"),
        pytest.param(interval.parse_months, "dec:jan", "write it as two", id="over the new year"),
        pytest.param(interval.parse_years, "now", "'now' in 'now' is no number", id="no year"),
        pytest.param(interval.parse_years, "2027:2026", "ends before it starts", id="backwards"),
        pytest.param(interval.parse_years, "9" * 5000, "is no number", id="an endless number"),
        pytest.param(interval.parse_days_of_month, "0", "days are 1 to 31", id="day nought"),
        pytest.param(interval.parse_days_of_month, "1:32", "days are 1 to 31", id="day 32"),
        pytest.param(interval.parse_days_of_month, "-32:-1", "days are 1 to 31", id="day -32"),
        pytest.param(interval.parse_days_of_month, "٣", "is no number", id="other digits"),
        pytest.param(
            interval.parse_days_of_month,
            "-3:5",
            "its second day must do so too",
            id="around the end",
        ),
        pytest.param(interval.parse_days_of_month, "5:1", "swap the two", id="days backwards"),
        pytest.param(interval.parse_days_of_month, "-1:-5", "swap the two", id="from the end"),
        pytest.param(
            interval.parse_days_of_month, "10:-25", "in every month", id="crossing always"
        ),
    ],
)
def test_refuses(parse: Callable[[str], tuple[int, int]], text: str, message: str) -> None:
    with pytest.raises(IntervalError, match=re.escape(message)):
        parse(text)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        pytest.param("09:00", "17:30", (540, 1050), id="a working day"),
        pytest.param("00:00", "24:00", (0, 1440), id="a whole day"),
        pytest.param("23:59", "24:00", (1439, 1440), id="its last minute"),
    ],
)
def test_reads_times(start: str, end: str, expected: tuple[int, int]) -> None:
    assert interval.parse_time_range(start, end) == expected


@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        pytest.param("22:00", "06:00", "write a span over midnight as two", id="over midnight"),
        pytest.param("09:00", "09:00", "is not after the start", id="no time at all"),
        pytest.param("24:00", "24:00", "is not after the start", id="from the end"),
        pytest.param("9:00", "17:00", "'9:00' is no time of day", id="one digit"),
        pytest.param("09:00", "24:01", "'24:01' is no time of day", id="past the end"),
        pytest.param("09:60", "17:00", "'09:60' is no time of day", id="sixty minutes"),
        pytest.param("", "17:00", "'' is no time of day", id="nothing"),
        pytest.param("٠٩:٠٠", "17:00", "is no time of day", id="other digits"),
    ],
)
def test_refuses_times(start: str, end: str, message: str) -> None:
    with pytest.raises(IntervalError, match=re.escape(message)):
        interval.parse_time_range(start, end)


def test_reads_a_location() -> None:
    assert interval.parse_location(BERLIN) == BERLIN


@pytest.mark.parametrize(
    "name", ["Europe/Berlln", "Europe", "", "../../etc/passwd", "Local", "a\0"]
)
def test_refuses_a_location_that_is_no_zone(name: str) -> None:
    with pytest.raises(IntervalError, match=r"there is no time zone .*; use an IANA name"):
        interval.parse_location(name)


def test_an_hour_holds_sixty_of_its_minutes() -> None:
    span = Interval(times=((60, 120),))
    start = at("2026-03-01 00:00")
    assert sum(span.contains(start + minute * MINUTE) for minute in range(180)) == HOUR // MINUTE
