"""Stories of an incident that is put off."""

import pytest
from support.configured import channel, configured, person, policy, route, step
from support.rota import layer, schedule
from support.world import World

from router.core.configuration import Configuration
from router.core.incident import Status
from router.core.moment import HOUR

STEPS = (step("5m", "user:ana", "receiver:ops"), step("5m", "user:bo"))
HANDOFF = schedule(layer("ana", "bo", every="daily", start="2027-01-14 08:10"))
"""Ana until ten past eight on the first day, then Bo."""


def house(*notify: str) -> Configuration:
    steps = (step("5m", *notify),) if notify else STEPS
    return configured(
        route(policy="critical", by=("cluster",), wait="0s", interval="5m", repeat="4h"),
        users=[person("ana", "sms", later={"push": "1m"}), person("bo", "sms")],
        receivers=[channel("ops")],
        policies=[policy("critical", *steps)],
        schedules={"primary": HANDOFF},
    )


@pytest.fixture
def world() -> World:
    world = World(house())
    world.fires("Disk", severity="warning")
    assert world.until("0:00") == ["0:00 ana sms: page, step 1", "0:00 ops slack: page, step 1"]
    return world


SLEPT = "0:00 ops slack: snoozed until 2027-01-15 10:00:00 UTC by ana: Disk"


def test_no_page_leaves_until_it_ends_and_then_it_begins_anew(world: World) -> None:
    assert world.snoozes("2:00") == "snoozed"
    assert world.incident().status is Status.SNOOZED
    assert world.until("2:06") == [
        SLEPT,
        "2:00 ana sms: page, snooze ended",
        "2:00 ops slack: page, snooze ended",
        "2:01 ana push: page, snooze ended",
        "2:05 bo sms: page, step 2",
    ]
    assert world.incident().status is Status.TRIGGERED


def test_whoever_is_on_call_when_it_ends_is_called() -> None:
    world = World(house("schedule:primary"))
    world.fires("Disk")
    world.until("0:00")
    world.snoozes("2:00")
    assert world.until("2:00") == ["2:00 bo sms: page, snooze ended"]


def test_an_acknowledged_incident_can_be_snoozed_and_is_nobody_s_after(world: World) -> None:
    world.acks(by="bo")
    world.at("0:03").snoozes("1:00", by="bo")
    assert world.incident().snoozed_by == "bo"
    assert "1:03 ana sms: page, snooze ended" in world.until("1:04")
    assert world.incident().acknowledged_by == ()


def test_an_acknowledgement_cancels_it(world: World) -> None:
    world.snoozes("1:00")
    assert world.at("0:10").acks(by="bo") == "acknowledged"
    assert world.until("9:00") == [SLEPT.replace("10:00", "09:00"), "0:10 ops slack: acknowledged"]


@pytest.mark.parametrize("how", ["unsnoozes", "unacks"])
def test_it_can_be_ended_early(world: World, how: str) -> None:
    world.snoozes("1:00")
    end = world.unsnoozes if how == "unsnoozes" else world.unacks
    world.at("0:10")
    assert end(by="bo") in ("unsnoozed", "unacknowledged")
    assert world.until("0:14")[1:] == [
        "0:10 ana sms: page, step 1",
        "0:10 ops slack: page, step 1",
        "0:11 ana push: page, step 1",
    ]
    assert world.told("unsnoozed") == ["0:10"]


def test_what_is_not_snoozed_cannot_be_unsnoozed(world: World) -> None:
    world.acks(by="ana")
    assert world.unsnoozes() == "already"
    assert world.incident().status is Status.ACKNOWLEDGED


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_resolution_wins(world: World, by_hand: bool) -> None:
    world.snoozes("1:00")
    world.at("0:10")
    if by_hand:
        world.closes(by="bo")
    else:
        world.resolves("Disk", severity="warning")
    assert world.until("1:30")[1:] == [
        f"0:1{0 if by_hand else 5} ops slack: resolved",
        f"0:1{0 if by_hand else 5} ana sms: resolved",
    ]
    assert world.incident().status is Status.RESOLVED


def test_more_of_the_same_stays_quiet_and_worse_rings_anew(world: World) -> None:
    world.snoozes("1:00")
    world.at("0:02").fires("Cpu", severity="warning")
    assert world.until("0:12")[1:] == []
    world.fires("Fire", severity="critical")
    assert world.until("0:16")[:2] == [
        "0:15 ana sms: page, step 1",
        "0:15 ops slack: page, step 1",
    ]
    assert world.told("worsened") == ["0:15"]


def test_it_waits_by_service_time_and_outlives_a_restart(world: World) -> None:
    world.snoozes("2:00")
    world.at("0:30").restarts()
    world.set_clock(5 * HOUR)
    assert not [sent for sent in world.until("1:59") if "page" in sent]
    assert world.until("2:00")[0] == "2:00 ana sms: page, snooze ended"


def test_snoozing_again_puts_it_off_further(world: World) -> None:
    world.snoozes("1:00")
    world.at("0:30").snoozes("1:00")
    assert not [sent for sent in world.until("1:29") if "page" in sent]
    assert "1:30 ana sms: page, snooze ended" in world.until("1:30")


@pytest.mark.parametrize("span", ["0:00", "168:00:01"])
def test_a_snooze_is_not_for_nothing_and_not_for_ever(world: World, span: str) -> None:
    assert world.snoozes(span) == "invalid"
    assert world.incident().status is Status.TRIGGERED


def test_what_ends_while_it_sleeps_and_comes_back_sleeps_on(world: World) -> None:
    world.snoozes("1:00")
    world.at("0:06").resolves("Disk", severity="warning")
    world.at("0:07").fires("Disk", severity="warning")
    assert world.until("0:59")[1:] == []
    assert world.until("1:00")[0] == "1:00 ana sms: page, snooze ended"
