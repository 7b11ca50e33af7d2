"""Every minute around every change of the clocks belongs to whom a walk past it says.

Usually a few changes of each zone are walked past; with TOCSIN_LONG set, all from 2015 to 2035.
"""

import os
from datetime import UTC, datetime, timedelta

import pytest
from support.walk import DAY, Turns, Walk, changes, walked

from router.core.layer import Layer
from router.core.moment import MINUTE
from router.core.restriction import Restriction
from router.core.rotation import Rotation
from router.core.schedule import Schedule, on_call, timeline

LONG = bool(os.environ.get("TOCSIN_LONG"))
YEARS = (2015, 2035)
SPAN = 27 * 60
EVERY = 13 if LONG else 37  # At so few of the minutes the point query is asked too …
NEAR = 90 if LONG else 20  # … and at every one so close to the change.
ZONES = (
    *("Europe/London", "Europe/Dublin", "Europe/Berlin", "Europe/Istanbul", "Europe/Chisinau"),
    *("Europe/Volgograd", "Atlantic/Azores", "Africa/Casablanca", "Africa/El_Aaiun"),
    *("Africa/Cairo", "Africa/Khartoum", "Africa/Sao_Tome", "Africa/Windhoek", "Asia/Beirut"),
    *("Asia/Gaza", "Asia/Jerusalem", "Asia/Amman", "Asia/Damascus", "Asia/Tehran"),
    *("Asia/Pyongyang", "Asia/Ulaanbaatar", "Asia/Hovd", "Asia/Kathmandu", "Antarctica/Casey"),
    *("Antarctica/Troll", "Australia/Adelaide", "Australia/Lord_Howe", "Australia/Sydney"),
    *("Pacific/Auckland", "Pacific/Chatham", "Pacific/Apia", "Pacific/Fiji", "Pacific/Norfolk"),
    *("Pacific/Tongatapu", "Pacific/Easter", "America/Santiago", "America/Punta_Arenas"),
    *("America/Asuncion", "America/Sao_Paulo", "America/Caracas", "America/Havana"),
    *("America/Port-au-Prince", "America/New_York", "America/Chicago", "America/Anchorage"),
    *("America/St_Johns", "America/Nuuk", "America/Scoresbysund", "America/Grand_Turk"),
)
STEADY = ("Asia/Kathmandu",)
PEOPLE = ("ana", "bo", "cy")
DAYS = tuple(range(7))


def rotas(odd: int) -> list[list[Turns]]:
    """Schedules with hand-offs and windows at an odd time, and near it."""
    clock, weekday = odd % DAY, (odd // DAY - 4) % 7
    months = odd - 150 * DAY
    months += (clock - months) % DAY
    return [
        [Turns(users=PEOPLE, start=odd, length=60)],
        [Turns(users=PEOPLE, start=odd + 30, length=15)],
        [Turns(users=PEOPLE, start=odd - 30 * DAY, length=DAY)],
        [Turns(users=PEOPLE, start=odd + 14 * DAY, length=7 * DAY)],
        [Turns(users=PEOPLE, start=same_day(odd, 5), length=0)],
        [
            Turns(users=PEOPLE, start=odd - 7 * DAY, length=12 * 60),
            Turns(
                users=("di", "eve"),
                start=odd - 15,
                length=60,
                windows=((DAYS, (clock - 90) % DAY, after((clock - 90) % DAY, clock)),),
            ),
        ],
        [
            Turns(users=("ana",), start=odd, length=DAY, windows=((DAYS, clock, clock + 45),)),
            Turns(users=("di",), start=odd, length=DAY, windows=((DAYS, clock + 5, clock + 10),)),
        ],
        [
            Turns(users=("ana",), start=odd, length=DAY, windows=((DAYS, 0, 9 * 60),)),
            Turns(
                users=("di", "eve"),
                start=odd - DAY,
                length=DAY,
                windows=(
                    ((weekday,), clock, clock + DAY),
                    (((weekday - 1) % 7,), 20 * 60, DAY + clock),
                ),
            ),
        ],
    ]


def after(start: int, end: int) -> int:
    return end if start < end else end + DAY


def same_day(odd: int, months: int) -> int:
    """The same day and time so many months before; in a month's last days, the 28th."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(minutes=odd)
    years, month = divmod(12 * moment.year + moment.month - 1 - months, 12)
    earlier = moment.replace(year=years, month=month + 1, day=min(moment.day, 28))
    return (earlier - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(minutes=1)


def built(layers: list[Turns], zone: str) -> Schedule:
    """The same as the product has it."""
    return Schedule(
        name="walked",
        layers=tuple(
            Layer(
                turns=tuple((user,) for user in layer.users),
                rotation=Rotation(
                    start=datetime.fromisoformat("1970-01-01") + timedelta(minutes=layer.start),
                    timezone=zone,
                    minutes=layer.length,
                    months=0 if layer.length else 1,
                ),
                restrict=tuple(
                    Restriction(days=days, start=start, end=end)
                    for days, start, end in layer.windows
                ),
                timezone=zone,
                priority=priority,
            )
            for priority, layer in enumerate(layers)
        ),
    )


def chosen(zone: str) -> list[tuple[int, list[int]]]:
    """The changes to walk past, and with which of the schedules."""
    found = changes(zone, *YEARS)
    every = list(range(len(rotas(0))))
    if LONG:
        return [(change, every) for change in found]
    place = ZONES.index(zone)
    few = sorted({*found[:1], *found[-2:]})
    return [(change, every[(place + index) % 4 :: 4]) for index, change in enumerate(few)]


@pytest.mark.parametrize("zone", ZONES)
def test_every_minute_belongs_to_whom_the_walk_says(zone: str) -> None:
    walks = chosen(zone)
    assert bool(walks) != (zone in STEADY)
    for change, which in walks or [(25_000_000, list(range(8)))]:
        walk = Walk(zone, change, SPAN)
        for index in which:
            compare(rotas(walk.odd)[index], zone, walk, change)


def compare(layers: list[Turns], zone: str, walk: Walk, change: int) -> None:
    schedule = built(layers, zone)
    expected = list(walked(layers, walk))
    minutes = walk.minutes
    shifts = timeline(schedule, minutes[0] * MINUTE, (minutes[-1] + 1) * MINUTE)
    told = []
    for start, end, users in shifts:
        assert start % MINUTE == end % MINUTE == 0
        told += [users] * ((end - start) // MINUTE)
    assert told == expected
    for minute, users in zip(minutes, expected, strict=True):
        if minute % EVERY == 0 or abs(minute - change) <= NEAR:
            assert on_call(schedule, minute * MINUTE) == users
            assert on_call(schedule, minute * MINUTE + MINUTE - 1) == users
