"""Stories of answers that several give, and of those that nobody gives in time."""

import pytest
from support.configured import channel, configured, person, policy, route, step
from support.post_office import DAWDLES
from support.world import World

from router.core.configuration import Configuration
from router.core.incident import Status


def house(*, multi_ack: bool = True, answer_within: str = "0s", wait: str = "20m") -> Configuration:
    late = {"sms": "2m", "voice": "4m"}
    return configured(
        route(policy="critical", by=("cluster",), wait="0s", interval="5m", repeat="4h"),
        users=[person("ana", "push", later=late), person("bo", "push", later=late)],
        receivers=[channel("ops")],
        policies=[
            policy(
                "critical",
                step(wait, "user:ana", "user:bo", multi_ack=multi_ack),
                step("5m", "receiver:ops"),
                answer_within=answer_within,
            )
        ],
    )


@pytest.fixture
def world() -> World:
    world = World(house())
    world.fires("Disk")
    assert world.until("0:00") == ["0:00 ana push: page, step 1", "0:00 bo push: page, step 1"]
    return world


def test_one_answer_stops_the_pages_of_who_gave_it_alone(world: World) -> None:
    assert world.at("0:01").acks(by="ana") == "acknowledged"
    assert world.until("0:03") == ["0:02 bo sms: page, step 1"]
    assert world.acks(by="bo") == "already"
    assert world.until("9:00") == []
    assert world.incident().acknowledged_by == ("ana", "bo")
    assert [r.detail["by"] for r in world.records("acknowledged_too")] == ["bo"]


def test_the_steps_after_it_stop_all_the_same(world: World) -> None:
    world.at("0:01").acks(by="ana")
    assert world.until("9:00") == ["0:02 bo sms: page, step 1", "0:04 bo voice: page, step 1"]


def test_the_same_person_twice_is_one_answer(world: World) -> None:
    world.at("0:01").acks(by="ana")
    for _ in range(3):
        assert world.acks(by="ana") == "already"
    world.acks(by="bo")
    world.acks(by="bo")
    assert len(world.records("acknowledged_too")) == 1


def test_without_the_option_one_answer_stops_everything() -> None:
    world = World(house(multi_ack=False))
    world.fires("Disk")
    world.at("0:01").acks(by="ana")
    assert world.until("9:00") == ["0:00 ana push: page, step 1", "0:00 bo push: page, step 1"]


def test_an_answer_overtakes_the_page_of_who_gave_it() -> None:
    world = World(house())
    world.post.next("bo push", DAWDLES)
    world.fires("Disk")
    world.at("0:01").acks(by="ana")
    world.acks(by="bo")
    world.begins("bo push")
    assert world.until("9:00") == ["0:00 ana push: page, step 1"]


def test_the_end_stops_everybody(world: World) -> None:
    world.at("0:01").acks(by="ana")
    world.closes(by="ana")
    assert [sent for sent in world.until("4:00") if "page" in sent] == []


def test_a_snooze_stops_everybody(world: World) -> None:
    world.at("0:01").acks(by="ana")
    world.snoozes("1:00")
    assert world.until("0:59") == []


def test_a_restart_changes_nothing_about_it(world: World) -> None:
    world.at("0:01").acks(by="ana")
    world.restarts()
    assert world.until("0:03") == ["0:02 bo sms: page, step 1"]


def test_an_answer_that_is_late_is_marked_and_pages_nobody() -> None:
    world = World(house(answer_within="15m"))
    world.fires("Disk")
    world.at("0:00")
    assert world.incident().answer_due == world.now.service + 15 * 60_000_000
    before = [sent for sent in world.until("0:14:59") if "page" in sent]
    assert not world.incident().late
    world.restarts()
    assert world.until("0:19") == []
    assert world.incident().late
    assert world.told("answer_overdue") == ["0:15"]
    assert len(before) == 6
    world.acks(by="ana")
    assert (world.incident().late, world.incident().answer_due) == (True, None)


@pytest.mark.parametrize("how", ["acks", "snoozes", "closes", "ends"])
def test_an_answer_in_time_is_in_time(how: str) -> None:
    world = World(house(answer_within="15m"))
    world.fires("Disk")
    world.at("0:10")
    match how:
        case "acks":
            world.acks(by="ana")
            world.unacks(by="ana")
        case "snoozes":
            world.snoozes("0:01")
        case "closes":
            world.closes(by="ana")
        case "ends":
            world.resolves("Disk")
    world.until("4:00")
    assert world.told("answer_overdue") == []


def test_a_page_after_the_overdue_answer_is_still_the_next_step() -> None:
    world = World(house(answer_within="15m"))
    world.fires("Disk")
    assert world.until("0:21")[-1] == "0:20 ops slack: page, step 2"
    assert world.incident().status is Status.TRIGGERED
