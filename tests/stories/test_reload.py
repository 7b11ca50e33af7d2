"""Stories of routes.toml edited while things are going on."""

import pytest
from support.configured import channel, configured, daily, person, policy, route, step
from support.post_office import HANGS, TAKES
from support.world import World

from router.core.configuration import Configuration
from router.core.route import Plan

STEPS = policy("critical", step("5m", "user:ana"), step("5m", "user:bo"))
SWIFT = policy("swift", step("1m", "user:bo"))


def house(root: Plan) -> Configuration:
    return configured(
        root,
        users=[person("ana", "sms"), person("bo", "sms")],
        receivers=[channel("ops"), channel("dba")],
        policies=[STEPS, SWIFT, daily("news", "10:00", "receiver:ops")],
    )


PLAIN = house(route(to="ops", by=("cluster",), wait="30s", repeat="4h"))
WITH_DBA = house(
    route("", route("alertname=Disk", to="dba"), to="ops", by=("cluster",), wait="30s")
)
PAGING = house(route(policy="critical", by=("cluster",), wait="0s"))


def test_nothing_changed_nothing_happens() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    world.at("0:00:20").reloads(PLAIN)
    world.at("0:07").reloads(PLAIN)
    world.at("0:08").fires("Cpu")
    assert world.until("0:20") == [
        "0:00:30 ops slack: first notification: Disk",
        "0:10:30 ops slack: new alerts added: Cpu Disk",
    ]


def test_timers_and_open_incidents_go_on() -> None:
    world = World(PAGING)
    world.fires("Disk")
    world.at("0:03").reloads(house(route(policy="swift", by=("cluster",), wait="0s")))
    assert world.until("0:06") == ["0:00 ana sms: page, step 1", "0:05 bo sms: page, step 2"]
    world.at("0:07").resolves("Disk")
    world.at("0:11").fires("Disk")
    assert world.until("0:11:30") == [
        "0:10 ana sms: resolved",
        "0:10 bo sms: resolved",
        "0:11 bo sms: page, step 1",
    ]


def test_an_acknowledgement_survives() -> None:
    world = World(PAGING)
    world.fires("Disk")
    world.at("0:03").acks(by="ana")
    world.reloads(house(route(policy="swift", by=("cluster",), wait="0s")))
    assert world.until("20:00") == ["0:00 ana sms: page, step 1"]


def test_a_child_route_takes_its_alerts_over_and_the_old_receiver_hears_of_their_end() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    world.fires("Cpu")
    world.at("0:02").reloads(WITH_DBA)
    assert world.until("3:59") == [
        "0:00:30 ops slack: first notification: Cpu Disk",
        "0:02 dba slack: first notification: Disk",
    ]
    world.at("3:59:59").resolves("Disk")
    assert sorted(world.until("4:05")) == [
        "4:00:30 ops slack: some alerts resolved: Cpu -Disk",
        "4:02 dba slack: all alerts resolved: -Disk",
    ]


def test_what_begins_where_all_else_has_ended_goes_where_the_file_says_now() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    world.at("0:02").resolves("Disk")
    world.reloads(house(route(to="dba", by=("cluster",), wait="30s")))
    world.at("0:03").fires("Cpu")
    assert sorted(world.until("0:06")) == [
        "0:00:30 ops slack: first notification: Disk",
        "0:05:30 dba slack: first notification: Cpu -Disk",
        "0:05:30 ops slack: all alerts resolved: -Disk",
    ]


URGENT_NEWS = configured(
    route(policy="news", by=(), wait="10s"),
    users=[person("ana", "sms"), person("bo", "sms")],
    policies=[policy("news", step("5m", "user:ana"))],
)


@pytest.mark.parametrize("fires", [True, False])
@pytest.mark.parametrize(
    "edited", [house(route(policy="critical", by=(), wait="10s")), URGENT_NEWS]
)
def test_what_was_to_wait_for_a_digest_and_is_urgent_now_does_not_wait(
    edited: Configuration, fires: bool
) -> None:
    world = World(house(route(policy="news", by=(), wait="30s")))
    world.fires("Disk")
    if not fires:
        world.at("0:01").resolves("Disk")
    world.at("0:02").reloads(edited)
    world.at("0:03").fires("Cpu")
    first = "0:02:10" if fires else "0:03:10"
    assert world.until("0:06")[0] == f"{first} ana sms: page, step 1"


@pytest.mark.parametrize(("time", "expected"), [("09:00", "1:00"), ("11:00", "3:00")])
def test_a_digest_comes_when_the_edited_file_says(time: str, expected: str) -> None:
    plan = route(policy="news", by=("cluster",), wait="30s")
    later = configured(
        plan, receivers=[channel("ops")], policies=[daily("news", time, "receiver:ops")]
    )
    world = World(house(plan))
    world.fires("Disk")
    world.at("0:02").reloads(later)
    assert world.until("4:00") == [f"{expected} ops slack: digest: Disk"]


def test_what_nobody_was_told_of_moves_without_a_trace() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    world.at("0:00:10").reloads(WITH_DBA)
    assert world.until("1:00") == ["0:00:40 dba slack: first notification: Disk"]
    assert len(world.state.groups) == 1


def test_a_route_that_is_gone_and_back_again_tells_nobody_twice() -> None:
    world = World(WITH_DBA)
    world.fires("Disk")
    world.at("0:01").reloads(PLAIN)
    world.at("0:02").reloads(WITH_DBA)
    assert world.until("3:00") == [
        "0:00:30 dba slack: first notification: Disk",
        "0:01 ops slack: first notification: Disk",
    ]
    world.at("3:00").resolves("Disk")
    assert [line.split(" ", 1)[1] for line in world.until("3:10")] == [
        "dba slack: all alerts resolved: -Disk",
        "ops slack: all alerts resolved: -Disk",
    ]
    assert not world.state.groups


def test_a_message_on_its_way_while_the_route_goes_is_followed_by_the_end() -> None:
    world = World(PLAIN)
    world.post.next("ops slack", HANGS)
    world.fires("Disk")
    world.at("0:01").reloads(WITH_DBA)
    world.at("0:01").ends("ops slack", TAKES)
    world.at("0:03").resolves("Disk")
    assert sorted(world.until("0:10")) == [
        "0:00:30 ops slack: first notification: Disk (hangs)",
        "0:01 dba slack: first notification: Disk",
        "0:05:30 ops slack: all alerts resolved: -Disk",
        "0:06 dba slack: all alerts resolved: -Disk",
    ]
    assert not world.state.groups


def test_an_open_incident_keeps_its_alerts_until_it_is_over() -> None:
    world = World(PAGING)
    world.fires("Disk")
    world.at("0:01").reloads(WITH_DBA)
    assert world.until("0:06") == ["0:00 ana sms: page, step 1", "0:05 bo sms: page, step 2"]
    world.at("0:06").closes(by="ana")
    assert world.until("0:10") == [
        "0:06 ana sms: resolved",
        "0:06 bo sms: resolved",
        "0:06 dba slack: first notification: Disk",
    ]


def test_another_receiver_is_told_at_the_next_flush_and_the_old_one_of_the_end() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    world.at("0:02").reloads(house(route(to="dba", by=("cluster",), wait="30s", repeat="4h")))
    world.at("0:07").resolves("Disk")
    assert world.until("0:20") == [
        "0:00:30 ops slack: first notification: Disk",
        "0:05:30 dba slack: first notification: Disk",
        "0:10:30 dba slack: all alerts resolved: -Disk",
        "0:10:30 ops slack: all alerts resolved: -Disk",
    ]
    assert not world.state.groups


def test_a_receiver_that_is_gone_is_owed_nothing() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    gone = configured(route(to="dba", by=("cluster",)), receivers=[channel("dba")])
    world.at("0:02").reloads(gone)
    world.at("0:07").resolves("Disk")
    assert world.until("0:20") == [
        "0:00:30 ops slack: first notification: Disk",
        "0:05:30 dba slack: first notification: Disk",
        "0:10:30 dba slack: all alerts resolved: -Disk",
    ]
    assert not world.state.groups


def test_a_shorter_interval_holds_from_the_next_tick_on() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    swift = house(route(to="ops", by=("cluster",), wait="30s", interval="1m", repeat="4h"))
    world.at("0:02").reloads(swift)
    world.fires("Cpu")
    world.at("0:06").fires("Net")
    assert world.until("0:20")[1:] == [
        "0:05:30 ops slack: new alerts added: Cpu Disk",
        "0:06:30 ops slack: new alerts added: Cpu Disk Net",
    ]


@pytest.mark.parametrize("by", [("cluster",), ()])
def test_an_incident_whose_policy_becomes_a_digest_is_still_seen_through(
    by: tuple[str, ...],
) -> None:
    world = World(house(route(policy="critical", by=by, wait="0s")))
    world.fires("Disk")
    world.at("0:03").reloads(house(route(policy="news", by=by, wait="0s")))
    world.at("0:06").resolves("Disk")
    assert world.until("1:00") == [
        "0:00 ana sms: page, step 1",
        "0:05 bo sms: page, step 2",
        "0:10 ana sms: resolved",
        "0:10 bo sms: resolved",
    ]
    assert not world.state.incidents


def test_ended_moved_and_back_again_it_is_told_by_its_new_route_alone() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    world.at("0:02").reloads(WITH_DBA)
    world.at("0:03").fires("Disk")
    assert world.until("3:59") == [
        "0:00:30 ops slack: first notification: Disk",
        "0:03:30 dba slack: first notification: Disk",
    ]
    world.at("3:59:59").resolves("Disk")
    assert sorted(world.until("4:10")) == [
        "4:00:30 ops slack: all alerts resolved: -Disk",
        "4:03:30 dba slack: all alerts resolved: -Disk",
    ]
    assert not world.state.groups


def test_ended_and_back_in_the_moment_of_a_reload_it_is_the_same_incident() -> None:
    world = World(PAGING)
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    world.reloads(WITH_DBA)
    world.fires("Disk")
    assert world.until("0:06") == ["0:00 ana sms: page, step 1", "0:05 bo sms: page, step 2"]
    assert world.told("went_on") == ["0:01"]


def test_edited_in_the_moment_of_a_restart_each_alert_moves_once() -> None:
    world = World(PLAIN)
    world.fires("Disk")
    world.fires("Cpu")
    world.at("0:00:10").restarts()
    world.reloads(WITH_DBA)
    assert world.until("1:00") == [
        "0:00:30 ops slack: first notification: Cpu",
        "0:00:40 dba slack: first notification: Disk",
    ]
