"""Stories of a service that is killed, and comes back sooner or later."""

import pytest
from support.configured import channel, configured, person, policy, route, step
from support.post_office import DAWDLES, FAILS, HANGS
from support.world import World

STEPS = policy("critical", step("5m", "user:ana"), step("5m", "user:bo"), step("5m", "user:cleo"))
HOUSE = configured(
    route(
        "",
        route("severity=critical", policy="critical", wait="0s"),
        to="ops",
        by=("alertname",),
        wait="30s",
    ),
    users=[person("ana", "sms"), person("bo", "sms"), person("cleo", "sms")],
    receivers=[channel("ops"), channel("boss")],
    policies=[STEPS],
    fallback=("receiver:boss",),
)
BAD = {"severity": "critical"}


def test_nobody_notices_a_restart() -> None:
    world = World(HOUSE)
    world.fires("Disk", **BAD)
    world.fires("Cpu")
    for minute in range(1, 13):
        world.at(f"0:{minute:02}").restarts()
    assert world.until("0:20") == [
        "0:00 ana sms: page, step 1",
        "0:00:30 ops slack: first notification: Cpu",
        "0:05 bo sms: page, step 2",
        "0:10 cleo sms: page, step 3",
        "0:15 boss slack: page, nobody answered",
    ]


def test_an_answer_and_a_silence_survive() -> None:
    world = World(HOUSE)
    world.fires("Disk", **BAD)
    world.fires("Cpu")
    world.silences("alertname=Cpu", until="9:00")
    world.at("0:01").acks(by="ana")
    world.restarts()
    assert world.until("8:00") == ["0:00 ana sms: page, step 1"]


def test_a_page_in_flight_is_sent_again_with_its_key_and_says_so() -> None:
    world = World(HOUSE)
    world.post.next("ana sms", HANGS)
    world.fires("Disk", **BAD)
    world.at("0:01").restarts()
    assert world.until("0:04") == [
        "0:00 ana sms: page, step 1 (hangs)",
        "0:01 ana sms: page, step 1, again",
    ]
    first, second = world.post.sent
    assert (first.row.key, first.row.attempt) == (second.row.key, 1)
    assert second.row.attempt == 2
    assert world.told("unknown") == ["0:01"]


def test_a_page_that_was_claimed_and_never_began_is_sent() -> None:
    world = World(HOUSE)
    world.post.next("ana sms", DAWDLES)
    world.fires("Disk", **BAD)
    world.at("0:01").restarts()
    assert world.until("0:02") == ["0:01 ana sms: page, step 1, again"]


def test_a_page_in_flight_is_not_sent_again_once_somebody_has_answered() -> None:
    world = World(HOUSE)
    world.post.next("ana sms", HANGS)
    world.fires("Disk", **BAD)
    world.at("0:01").acks(by="ana")
    world.at("0:02").restarts()
    world.at("0:03").closes(by="ana")
    assert world.until("0:10") == [
        "0:00 ana sms: page, step 1 (hangs)",
        "0:03 ana sms: resolved",
    ]


def test_in_flight_with_news_behind_it_only_the_news_are_sent() -> None:
    world = World(HOUSE)
    world.post.next("ops slack", HANGS)
    world.fires("Cpu")
    world.at("0:02").resolves("Cpu")
    world.at("0:06").restarts()
    assert world.until("0:10") == [
        "0:00:30 ops slack: first notification: Cpu (hangs)",
        "0:06 ops slack: all alerts resolved: -Cpu",
    ]
    assert not world.state.groups


def test_what_failed_waits_no_shorter_for_a_restart() -> None:
    world = World(HOUSE)
    world.post.next("ops slack", FAILS)
    world.fires("Cpu")
    world.at("0:00:30").restarts()
    assert len(world.until("0:00:30.2")) == 1
    assert len(world.until("0:00:31")) == 1


def test_after_a_long_absence_steps_come_one_by_one_each_its_full_delay_after_the_last() -> None:
    world = World(HOUSE)
    world.fires("Disk", **BAD)
    world.at("0:01").restarts(back="3:00")
    assert world.until("3:30") == [
        "0:00 ana sms: page, step 1",
        "3:00 bo sms: page, step 2",
        "3:05 cleo sms: page, step 3",
        "3:10 boss slack: page, nobody answered",
    ]


@pytest.mark.parametrize(
    ("back", "then"),
    [
        pytest.param("0:05:59", "0:10", id="a little late it catches up"),
        pytest.param("0:06", "0:11", id="later than a minute the clock starts anew"),
    ],
)
def test_a_late_step(back: str, then: str) -> None:
    world = World(HOUSE)
    world.fires("Disk", **BAD)
    world.at("0:04").restarts(back=back)
    assert world.until("0:14")[1:] == [
        f"{back} bo sms: page, step 2",
        f"{then} cleo sms: page, step 3",
    ]


def test_no_alert_ends_before_its_source_had_time_to_speak() -> None:
    world = World(HOUSE)
    world.fires("Disk", lasts="0:05")
    world.fires("Cpu", lasts="0:05")
    world.at("0:01").restarts(back="0:30")
    world.at("0:34").fires("Disk", lasts="0:05")
    assert world.at("0:38").told("expired") == []
    world.at("0:38").fires("Disk", lasts="0:05")
    world.at("0:40")
    assert [record.alert for record in world.records("expired")] == [2]
    assert world.told("expired") == ["0:39"]


def test_a_source_that_is_never_heard_again_has_its_alerts_end_after_the_grace() -> None:
    world = World(HOUSE)
    world.fires("Disk", lasts="0:05")
    world.at("0:01").restarts(back="0:30")
    world.at("0:31").report("Cpu", {}, world.now.wall + 10**12, source="another")
    world.at("1:00")
    assert world.told("expired") == ["0:45"]


def test_an_end_that_lies_after_the_grace_is_kept() -> None:
    world = World(HOUSE)
    world.fires("Disk", lasts="2:00")
    world.at("0:01").restarts()
    world.at("3:00")
    assert world.told("expired") == ["2:00"]


def test_routes_edited_while_we_were_away_hold_at_once() -> None:
    world = World(HOUSE)
    world.fires("Cpu")
    world.until("0:01")
    world.configuration = configured(
        route("", route("alertname=Cpu", to="boss"), to="ops", by=("alertname",), wait="30s"),
        receivers=[channel("ops"), channel("boss")],
    )
    world.at("0:02").restarts()
    world.at("0:04").resolves("Cpu")
    assert sorted(world.until("0:20")) == [
        "0:02 boss slack: first notification: Cpu",
        "0:05:30 ops slack: all alerts resolved: -Cpu",
        "0:07 boss slack: all alerts resolved: -Cpu",
    ]


def test_who_left_a_group_before_the_restart_is_not_told_again_in_it() -> None:
    world = World(HOUSE)
    world.fires("Cpu")
    world.until("0:01")
    world.at("0:02").reloads(
        configured(
            route("", route("alertname=Cpu", to="boss"), to="ops", by=("alertname",), wait="30s"),
            receivers=[channel("ops"), channel("boss")],
        )
    )
    world.at("0:03").restarts()
    assert world.until("0:50") == ["0:02 boss slack: first notification: Cpu"]


def test_held_it_stays_held() -> None:
    world = World(HOUSE)
    world.fires("Disk", **BAD)
    world.at("0:01").resolves("Disk", **BAD)
    world.at("0:02").restarts()
    assert world.until("0:10") == ["0:00 ana sms: page, step 1", "0:05 ana sms: resolved"]
