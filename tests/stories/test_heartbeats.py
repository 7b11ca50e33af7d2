"""Stories of heartbeats: who calls is let be, who does not is missed within its grace."""

from random import Random

import pytest
from support.configured import channel, configured, heartbeat, person, policy, route, step
from support.consistent import check_state, check_stored
from support.world import World

from router.core import event as e
from router.core.configuration import Configuration
from router.core.heartbeat import Heartbeat
from router.core.labels import decode
from router.core.moment import HOUR, MINUTE

BACKUP = heartbeat("backup", "60m", "10m", severity="critical")


def house(*heartbeats: Heartbeat) -> Configuration:
    """Critical ones page Ana, then Bo; others are told to a channel."""
    return configured(
        route(
            "",
            route("severity=critical", policy="critical"),
            to="ops",
            by=("alertname", "heartbeat"),
            wait="30s",
        ),
        users=[person("ana", "sms"), person("bo", "sms")],
        receivers=[channel("ops")],
        policies=[policy("critical", step("5m", "user:ana"), step("5m", "user:bo"))],
        heartbeats=heartbeats,
    )


def expecting(*heartbeats: Heartbeat) -> World:
    """A world that has just been told to expect these."""
    world = World(configured(route(to="ops"), receivers=[channel("ops")]))
    world.reloads(house(*heartbeats))
    return world


def firing(world: World) -> list[dict[str, str]]:
    """The labels of what fires."""
    return [decode(alert.labels) for alert in world.state.by_id.values() if alert.firing]


def test_one_that_calls_in_time_is_nobody_s_business() -> None:
    world = expecting(BACKUP)
    for hour in range(1, 30):
        assert world.at(f"{hour}:09").calls("backup") == "heard"
    assert world.until("30:18") == []


def test_one_that_stops_pages_at_the_end_of_its_grace_and_climbs() -> None:
    world = expecting(BACKUP)
    world.at("0:20").calls("backup")
    assert world.until("1:36") == [
        "1:30 ana sms: page, step 1",
        "1:35 bo sms: page, step 2",
    ]
    [labels] = firing(world)
    assert labels == {
        "alertname": "HeartbeatMissing", "heartbeat": "backup", "severity": "critical"
    }  # fmt: skip
    [alert] = world.state.by_id.values()
    assert decode(alert.annotations) == {
        "summary": "Heartbeat backup is missing",
        "description": "It was last heard at 2027-01-15 08:20:00 UTC; it is due every 1h, "
        "give or take 10m.",
    }
    assert alert.starts_at == world.now.wall - 16 * MINUTE, "it began when the call was due"


def test_one_that_never_called_is_missed_from_when_it_was_configured() -> None:
    world = expecting(BACKUP)
    assert world.until("1:10") == ["1:10 ana sms: page, step 1"]
    [alert] = world.state.by_id.values()
    assert "was never heard" in decode(alert.annotations)["description"]


def test_back_it_is_resolved_and_can_go_missing_again() -> None:
    world = expecting(BACKUP)
    world.at("1:12").calls("backup")
    assert world.until("2:21") == ["1:10 ana sms: page, step 1", "1:15 ana sms: resolved"]
    assert world.until("2:22") == ["2:22 ana sms: page, step 1"]
    assert world.told("heartbeat_missing") == ["1:10", "2:22"]
    assert world.told("heartbeat_back") == ["1:12"]


def test_missing_for_weeks_it_fires_on_and_is_one_incident() -> None:
    world = expecting(heartbeat("backup", "60m", "10m"))
    sent = world.until("400:00")
    assert len(firing(world)) == 1
    assert sent[0] == "1:10 ops slack: first notification: HeartbeatMissing"
    assert {line.partition("slack: ")[2] for line in sent[1:]} == {
        "repeat interval elapsed: HeartbeatMissing"
    }
    assert world.told("heartbeat_missing") == ["1:10"]


def test_an_acknowledged_one_stays_quiet_until_it_is_back() -> None:
    world = expecting(BACKUP)
    world.at("1:12").acks(by="ana")
    assert world.until("9:00") == ["1:10 ana sms: page, step 1"]
    world.calls("backup")
    assert world.until("9:10") == ["9:05 ana sms: resolved"]


def test_a_silence_holds_it_back_like_any_alert() -> None:
    world = expecting(BACKUP)
    world.silences("heartbeat=backup", until="2:00")
    assert world.until("2:04") == ["2:00 ana sms: page, step 1"]


def test_a_restart_forgets_neither_the_last_call_nor_the_time_that_has_passed() -> None:
    world = expecting(BACKUP)
    world.at("0:20").calls("backup")
    world.at("0:40").restarts()
    assert world.until("1:30") == ["1:30 ana sms: page, step 1"]
    world.at("1:31").restarts()
    world.at("1:32").calls("backup")
    assert world.until("1:40")[-1] == "1:35 ana sms: resolved"


def test_calls_that_found_us_away_are_given_time_anew() -> None:
    world = expecting(BACKUP)
    world.at("0:20").calls("backup")
    world.at("1:15").restarts(back="5:00")
    assert world.until("6:09") == []
    assert world.until("6:11") == ["6:10 ana sms: page, step 1"]
    [alert] = world.state.by_id.values()
    assert "Tocsin was away once since" in decode(alert.annotations)["description"]


def test_away_for_a_moment_when_the_call_was_due_it_may_call_again_first() -> None:
    world = expecting(BACKUP)
    world.at("0:20").calls("backup")
    world.at("1:19:59").restarts(back="1:20:05")
    world.at("2:20").calls("backup")
    assert world.until("3:00") == []


def test_returns_of_ours_do_not_excuse_it_for_ever() -> None:
    world = expecting(BACKUP)
    for minute in range(15, 60 * 20, 15):
        world.at(f"0:{minute}").restarts()
    [first] = [s for s in map(str, world.post.sent) if "step 1" in s][:1]
    assert first == "3:10 ana sms: page, step 1"


@pytest.mark.parametrize(
    ("returned", "paged"), [("0:30", "1:10"), ("0:55", "2:05"), ("1:08", "2:18")]
)
def test_suspended_or_without_room_on_the_disk_we_were_away_too(returned: str, paged: str) -> None:
    world = expecting(BACKUP)
    world.at(returned).submit(e.Returned())
    assert world.until("3:00")[0] == f"{paged} ana sms: page, step 1"


def test_removed_from_the_file_its_alert_is_resolved() -> None:
    world = expecting(BACKUP, heartbeat("other", "60m", "10m"))
    world.at("1:12").reloads(house(heartbeat("other", "24h", "0s")))
    assert world.until("9:00") == [
        "1:10 ana sms: page, step 1",
        "1:10 ops slack: first notification: HeartbeatMissing",
        "1:15 ana sms: resolved",
        "1:15 ops slack: all alerts resolved: -HeartbeatMissing",
    ]
    assert [beat.name for beat in world.state.heartbeats.all()] == ["other"]


def test_a_reload_keeps_its_time_and_takes_over_what_was_edited() -> None:
    world = expecting(BACKUP)
    world.at("0:20").calls("backup")
    world.at("1:00").reloads(house(BACKUP))
    world.at("1:01").reloads(house(heartbeat("backup", "30m", "5m", severity="critical")))
    assert world.until("1:02") == ["1:01 ana sms: page, step 1"]
    world.reloads(house(heartbeat("backup", "30m", "5m", team="dba")))
    assert world.until("1:10") == [
        "1:02 ops slack: first notification: HeartbeatMissing",
        "1:06 ana sms: resolved",
    ]
    assert firing(world) == [
        {"alertname": "HeartbeatMissing", "heartbeat": "backup", "team": "dba"}
    ]
    world.reloads(house(heartbeat("backup", "24h", "5m", team="dba")))
    world.at("1:20")
    assert firing(world) == []


def test_a_clock_set_forward_or_back_makes_none_missing_or_well() -> None:
    world = expecting(BACKUP)
    world.at("0:20").calls("backup")
    world.set_clock(300 * HOUR)
    assert world.until("1:29") == []
    world.set_clock(-900 * HOUR)
    assert world.until("1:30") == ["1:30 ana sms: page, step 1"]
    world.set_clock(900 * HOUR)
    world.at("9:00")
    assert len(firing(world)) == 1


def test_nobody_else_can_end_its_alert() -> None:
    world = expecting(BACKUP)
    world.at("1:11")
    labels = {"heartbeat": "backup", "severity": "critical"}
    assert world.resolves("HeartbeatMissing", **labels) == "ours"
    assert len(firing(world)) == 1


def test_one_nobody_expects_is_not_heard() -> None:
    world = expecting(BACKUP)
    assert world.calls("bakup") == "unknown"


@pytest.mark.parametrize("seed", range(12))
def test_whatever_happens_it_is_missing_just_when_its_patience_is_over(seed: int) -> None:
    """Against a reference that knows nothing but when it was last heard or excused."""
    chance, world = Random(seed), expecting(BACKUP)
    counted, excuses = 0, 0
    for _ in range(120):
        world.run(world.now.service + chance.randrange(1, 30 * 60) * 1_000_000)
        missing = world.passed >= counted + 70 * MINUTE
        fires = "backup" in [labels["heartbeat"] for labels in firing(world)]
        assert fires == missing, f"{world.passed / MINUTE} minutes have passed"
        what = chance.choice(["call", "restart", "reload", "clock", "returned", "nothing"])
        if what == "call":
            world.calls("backup")
            counted, excuses = world.passed, 0
        elif what == "reload":
            world.reloads(house(BACKUP, *([heartbeat("x", "9m", "0s")] * chance.randrange(2))))
        elif what == "clock":
            world.set_clock(chance.randrange(-100, 100) * HOUR)
        elif what in ("restart", "returned"):
            if what == "restart":
                world.restarts()
            else:
                world.submit(e.Returned())
            if not missing and excuses < 2 and world.passed >= counted + 50 * MINUTE:
                counted, excuses = world.passed, excuses + 1
        check_state(world.state)
        check_stored(world.state, world.rows)
