"""Stories of alerts that end and are back soon."""

import pytest
from support.auditor import Auditor
from support.configured import channel, configured, person, policy, route, step
from support.post_office import FAILS, HANGS, TAKES
from support.world import World

from router.core.configuration import Configuration
from router.core.incident import Status

STEPS = (step("5m", "user:ana", "receiver:ops"), step("5m", "user:bo"))


def house(flap_window: str = "10m") -> Configuration:
    return configured(
        route(policy="critical", by=("cluster",), wait="0s", interval="1m", repeat="4h"),
        users=[person("ana", "sms"), person("bo", "sms")],
        receivers=[channel("ops")],
        policies=[policy("critical", *STEPS, flap_window=flap_window, ack_timeout="2h")],
    )


def ended(world: World, at: str) -> None:
    world.at(at).resolves("Disk", severity="warning")


@pytest.fixture
def world() -> World:
    world = World(house())
    Auditor(world)
    world.fires("Disk", severity="warning")
    world.until("0:00")
    return world


def test_taken_it_stays_taken_and_goes_on_in_its_thread(world: World) -> None:
    world.acks(by="ana")
    ended(world, "0:02")
    assert world.until("0:03")[-1] == "0:03 ana sms: resolved"
    assert world.incident().status is Status.RESOLVED
    world.at("0:09").fires("Disk", severity="warning")
    assert sorted(world.until("0:12")) == [
        "0:10 ana sms: fires again, still acknowledged: Disk",
        "0:10 ops slack: fires again, still acknowledged: Disk",
    ]
    assert world.incident().status is Status.ACKNOWLEDGED
    assert world.incident().acknowledged_by == ("ana",)
    assert all(sent.row.ref for sent in world.post.sent[-2:]), "the same thread"
    assert list(world.rows.incidents) == [1]


def test_untaken_it_rings_anew_and_is_the_same(world: World) -> None:
    ended(world, "0:02")
    world.at("0:09").fires("Disk", severity="warning")
    pages = [sent for sent in world.until("0:16") if "page" in sent]
    assert [page.split(" ", 1)[1] for page in pages] == [
        "ana sms: page, step 1",
        "ops slack: page, step 1",
        "bo sms: page, step 2",
    ]
    assert list(world.rows.incidents) == [1]
    assert world.told("reopened") != []


def test_after_the_window_it_is_another(world: World) -> None:
    world.acks(by="ana")
    ended(world, "0:02")
    world.at("0:14").fires("Disk", severity="warning")
    assert [sent for sent in world.until("0:15") if "page" in sent] != []
    assert list(world.rows.incidents) == [1, 2]
    assert not world.state.lingering.incidents


def test_without_a_window_every_return_is_another() -> None:
    world = World(house("0s"))
    world.fires("Disk", severity="warning")
    world.until("0:00")
    ended(world, "0:02")
    world.at("0:04").fires("Disk", severity="warning")
    world.until("0:05")
    assert list(world.rows.incidents) == [1, 2]


def test_what_is_worse_rings_although_it_was_taken(world: World) -> None:
    world.acks(by="ana")
    ended(world, "0:02")
    world.at("0:09").fires("Disk", severity="warning")
    world.fires("Fire", severity="critical")
    assert [sent for sent in world.until("0:10") if "page" in sent] != []
    assert world.incident().status is Status.TRIGGERED


def test_what_a_person_declared_over_rings_when_it_is_back(world: World) -> None:
    world.acks(by="ana")
    ended(world, "0:02")
    world.closes(by="ana")
    world.at("0:05").fires("Disk", severity="warning")
    assert [sent for sent in world.until("0:06") if "page" in sent] != []
    assert list(world.rows.incidents) == [1]


def test_a_restart_between_end_and_return_is_not_noticed(world: World) -> None:
    world.acks(by="ana")
    ended(world, "0:02")
    world.at("0:05").restarts()
    world.at("0:09").fires("Disk", severity="warning")
    world.at("0:10").restarts()
    world.until("0:12")
    assert world.incident().status is Status.ACKNOWLEDGED
    ended(world, "0:13")
    assert "resolved" in world.until("0:14")[-1]
    world.until("1:00")
    assert not world.state.lingering.incidents
    assert not world.state.log
    assert not world.state.groups


def test_a_return_in_the_last_moment_counts_though_its_flush_comes_after(world: World) -> None:
    world.acks(by="ana")
    ended(world, "0:02")
    world.at("0:12:59").fires("Disk", severity="warning")
    world.until("0:15")
    assert list(world.rows.incidents) == [1]


def test_an_acknowledgement_that_outlives_a_flap_times_out_all_the_same(world: World) -> None:
    world.acks(by="ana")
    ended(world, "0:02")
    world.at("0:09").fires("Disk", severity="warning")
    world.until("2:11")
    assert len(world.told("ack_timed_out")) == 1


def test_the_word_of_the_end_that_is_still_under_way_is_corrected(world: World) -> None:
    world.post.next("ops slack", HANGS)
    ended(world, "0:02")
    world.until("0:03")
    world.at("0:05").fires("Disk", severity="warning")
    world.until("0:06")
    world.ends("ops slack", TAKES)
    assert [sent for sent in world.until("0:08") if "ops slack: page" in sent] != []
    ended(world, "0:20")
    assert "ops slack: resolved" in "".join(world.until("0:22"))


def test_the_word_of_the_end_that_failed_is_not_repeated_once_the_alerts_are_back(
    world: World,
) -> None:
    world.until("0:05")
    world.post.next("bo sms", HANGS)
    ended(world, "0:06")
    assert "0:07 bo sms: resolved (hangs)" in world.until("0:07")
    world.at("0:08").fires("Disk", severity="warning")
    world.until("0:09")
    world.ends("bo sms", FAILS)
    assert [sent for sent in world.until("0:15") if "bo sms" in sent] == [
        "0:14 bo sms: page, step 2"
    ]
    ended(world, "0:20")
    assert "bo sms: resolved" in "".join(world.until("0:22"))


def test_a_page_that_outlasts_the_window_leaves_nothing_behind() -> None:
    steps = (step("5m", "receiver:quiet"), step("5m", "user:bo"))
    world = World(
        configured(
            route(policy="critical", by=("cluster",), wait="0s", interval="1m", repeat="4h"),
            users=[person("bo", "sms")],
            receivers=[channel("quiet", send_resolved=False)],
            policies=[policy("critical", *steps, flap_window="10m", rounds=2)],
        )
    )
    world.fires("Disk", severity="warning")
    world.until("0:09")
    world.post.next("quiet slack", HANGS)
    assert "quiet slack" in "".join(world.until("0:11"))
    ended(world, "0:11")
    world.until("0:30")
    world.ends("quiet slack", FAILS)
    world.until("1:00")
    assert not world.state.lingering.incidents
    assert not world.state.log
