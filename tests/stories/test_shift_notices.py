"""Stories of people who want to hear when their shift begins and ends. Each begins at 08:00."""

from typing import Any

from msgspec.structs import replace
from support.configured import channel, configured, person, route
from support.post_office import FAILS
from support.rota import layer, schedule
from support.virtual import BEGAN
from support.world import World

from router.core import event as e
from router.core.configuration import Configuration
from router.core.moment import DAY, HOUR
from router.core.notification import decode
from router.core.schedule import Schedule

TURNS = schedule(layer("ana", "bo", every="daily", start="2027-01-15 10:00"))
"""Bo until ten, then Ana for a day."""


def house(primary: Schedule = TURNS, **wants: Any) -> Configuration:
    people = [person(name, "sms") for name in ("ana", "bo", "cy")]
    return configured(
        route(to="boss"),
        users=[replace(each, shift_notices=wants.get(each.id)) for each in people],
        receivers=[channel("boss")],
        schedules={"primary": primary},
    )


def begun(configuration: Configuration) -> World:
    world = World(configuration)
    world.submit(e.Started())
    return world.at("0:00")


def notes(world: World) -> list[str]:
    """What the notices that were sent say."""
    return [decode(row.payload).note for row in world.rows.deliveries.values()]


def test_both_hear_of_a_handoff_when_the_schedule_wants_them_to() -> None:
    world = begun(house(replace(TURNS, shift_notices=True)))
    assert world.until("1:59") == []
    assert world.until("30:00") == [
        "2:00 ana sms: notice, shift begun",
        "2:00 bo sms: notice, shift ended",
        "26:00 ana sms: notice, shift ended",
        "26:00 bo sms: notice, shift begun",
    ]
    assert len(world.records("shift_begun")) == 2


def test_only_who_wants_to_hears() -> None:
    world = begun(house(ana=True))
    assert world.until("27:00") == [
        "2:00 ana sms: notice, shift begun",
        "26:00 ana sms: notice, shift ended",
    ]
    world = begun(house(replace(TURNS, shift_notices=True), ana=False, bo=("other",)))
    assert world.until("27:00") == []
    world = begun(house(bo=("primary",)))
    assert world.until("27:00") == [
        "2:00 bo sms: notice, shift ended",
        "26:00 bo sms: notice, shift begun",
    ]


def test_a_notice_says_until_when_and_with_whom() -> None:
    shared = schedule(
        layer("ana+cy", "bo", every="daily", start="2027-01-15 10:00", zone="Europe/Berlin"),
        zone="Europe/Berlin",
    )
    world = begun(house(shared, ana=True, bo=True))
    sent: list[str] = []
    world.watchers.append(
        lambda event, _commands: (
            sent.append(decode(world.state.deliveries[event.delivery].payload).note)
            if isinstance(event, e.Claimed)
            else None
        )
    )
    world.until("1:30")
    assert sent == [
        "Your shift in primary has begun; it ends Sat 2027-01-16 10:00 CET. You share it with cy.",
        "Your shift in primary has ended. On call now: ana, cy.",
    ]


def test_an_override_is_a_shift_too() -> None:
    world = begun(house(cy=True, bo=True))
    world.at("0:10").overrides("0:30", "1:00", "cy")
    assert world.until("2:30") == [
        "0:30 bo sms: notice, shift ended",
        "0:30 cy sms: notice, shift begun",
        "1:00 bo sms: notice, shift begun",
        "1:00 cy sms: notice, shift ended",
        "2:00 bo sms: notice, shift ended",
    ]


def test_whoever_only_an_override_puts_on_call_hears_of_it() -> None:
    world = begun(house(cy=True))
    world.at("0:10").overrides("0:30", "1:00", "cy")
    assert world.until("1:30") == [
        "0:30 cy sms: notice, shift begun",
        "1:00 cy sms: notice, shift ended",
    ]


def test_after_a_restart_an_edge_is_told_once() -> None:
    world = begun(house(ana=True, bo=True))
    assert world.until("1:00") == []
    world.restarts(back="2:30")
    assert world.until("2:30") == [
        "2:30 ana sms: notice, shift begun",
        "2:30 bo sms: notice, shift ended",
    ]
    world.restarts(back="3:00")
    assert world.until("20:00") == []


def test_of_a_shift_that_came_and_went_nobody_hears_and_of_an_old_end_neither() -> None:
    world = begun(house(ana=True, bo=True))
    world.restarts(back="27:00")
    assert world.until("27:30") == [], "Bo is on call again, as he was told"
    world = begun(house(ana=True, bo=True))
    world.restarts(back="5:00")
    assert world.until("5:30") == ["5:00 ana sms: notice, shift begun"]


def test_an_edited_roster_hands_over_at_once() -> None:
    world = begun(house(ana=True, bo=True))
    world.at("0:30").reloads(house(schedule(layer("ana")), ana=True, bo=True))
    assert world.until("0:31") == [
        "0:30 ana sms: notice, shift begun",
        "0:30 bo sms: notice, shift ended",
    ]


def test_whoever_asks_for_notices_in_the_middle_of_a_shift_hears_of_its_end_first() -> None:
    world = begun(house())
    assert not world.state.shifts.told
    world.at("0:30").reloads(house(bo=True))
    assert world.until("2:01") == ["2:00 bo sms: notice, shift ended"]
    world.reloads(house())
    world.at("3:00")
    assert not world.state.shifts.told
    assert world.state.shifts.due is None


def test_a_clock_that_is_set_hands_over_within_a_minute() -> None:
    world = begun(house(ana=True))
    world.at("0:10")
    world.set_clock(3 * HOUR)
    assert world.until("0:12") == ["0:11 ana sms: notice, shift begun"]
    world.set_clock(-3 * HOUR)
    assert world.until("0:13") == ["0:13 ana sms: notice, shift ended"]


def test_a_notice_that_cannot_be_delivered_gives_way_to_the_next() -> None:
    world = begun(house(ana=True))
    world.at("0:10").overrides("0:20", "0:30", "ana")
    world.post.fate = lambda: FAILS
    world.at("0:31")
    waiting = [row for row in world.state.deliveries.values() if not row.claimed]
    assert len(waiting) <= 1


def test_hourly_shifts_over_the_night_the_clocks_go_back_are_told_once_each() -> None:
    turns = layer("ana", "bo", every="hourly", start="2027-01-15 10:30", zone="Europe/Berlin")
    world = begun(house(schedule(turns, zone="Europe/Berlin"), ana=True, bo=True))
    before = BEGAN.wall
    told = world.until("24:00")
    assert world.now.wall == before + DAY
    assert len(told) == 2 * 24
