"""Stories of alerts that end, come back, and end again."""

from support.configured import channel, configured, person, policy, route, step
from support.post_office import FAILS, HANGS, LOSES, TAKES
from support.world import World

STEPS = policy("critical", step("2m", "user:ana"), step("2m", "user:bo"), step("9m", "user:cleo"))
HOUSE = configured(
    route(
        "",
        route("severity=critical", policy="critical", wait="0s"),
        to="ops",
        by=("cluster",),
        wait="30s",
        interval="5m",
    ),
    users=[person("ana", "sms"), person("bo", "sms"), person("cleo", "sms")],
    receivers=[channel("ops")],
    policies=[STEPS],
)


def test_when_the_last_alert_ends_no_page_leaves_and_the_next_flush_resolves() -> None:
    world = World(HOUSE)
    world.fires("Disk", severity="critical")
    world.at("0:01").resolves("Disk", severity="critical")
    assert world.incident().held
    assert world.until("0:04:59") == ["0:00 ana sms: page, step 1"]
    assert world.until("2:00") == ["0:05 ana sms: resolved"]
    assert not world.state.groups
    assert not world.state.alerts
    assert not world.state.log


def test_while_others_fire_the_end_of_one_alert_changes_nothing() -> None:
    world = World(HOUSE)
    world.fires("Disk", severity="critical")
    world.fires("Cpu", severity="critical")
    world.at("0:01").resolves("Disk", severity="critical")
    assert world.until("0:03")[-1] == "0:02 bo sms: page, step 2"


def test_back_before_the_flush_it_is_the_same_incident_with_its_clock_kept() -> None:
    world = World(HOUSE)
    world.fires("Disk", severity="critical")
    world.at("0:01").resolves("Disk", severity="critical")
    world.at("0:01:30").fires("Disk", severity="critical")
    assert world.until("0:05") == [
        "0:00 ana sms: page, step 1",
        "0:02 bo sms: page, step 2",
        "0:04 cleo sms: page, step 3",
    ]
    assert world.told("opened") == ["0:00"]


def test_a_step_that_fell_due_while_it_was_held_runs_when_it_is_back() -> None:
    world = World(HOUSE)
    world.fires("Disk", severity="critical")
    world.at("0:01").resolves("Disk", severity="critical")
    world.at("0:02:30").fires("Disk", severity="critical")
    assert world.until("0:05") == [
        "0:00 ana sms: page, step 1",
        "0:02:30 bo sms: page, step 2",
        "0:04 cleo sms: page, step 3",
    ]


def test_a_page_that_waited_while_it_was_held_leaves_when_it_is_back() -> None:
    world = World(HOUSE)
    world.post.next("ana sms", FAILS)
    world.fires("Disk", severity="critical")
    world.at("0:00").resolves("Disk", severity="critical")
    assert world.until("0:01") == ["0:00 ana sms: page, step 1 (fails)"]
    world.fires("Disk", severity="critical")
    assert world.until("0:01:30") == ["0:01 ana sms: page, step 1"]


def test_a_page_on_its_way_to_nowhere_waits_with_the_incident_that_is_held() -> None:
    world = World(HOUSE)
    world.post.next("ana sms", HANGS)
    world.fires("Disk", severity="critical")
    world.at("0:01").resolves("Disk", severity="critical")
    world.ends("ana sms", FAILS)
    assert world.until("0:30") == ["0:00 ana sms: page, step 1 (hangs)"]
    assert not world.state.deliveries


def test_flapping_makes_one_incident_and_keeps_an_answer() -> None:
    world = World(HOUSE)
    world.fires("Disk", severity="critical")
    world.at("0:00").acks(by="ana")
    for minute in range(1, 60, 2):
        world.at(f"0:{minute:02}").resolves("Disk", severity="critical")
        world.at(f"0:{minute:02}:30").fires("Disk", severity="critical")
    assert world.until("1:10") == ["0:00 ana sms: page, step 1"]
    assert len(world.rows.incidents) == 1


def test_after_its_end_a_new_alert_is_a_new_incident() -> None:
    world = World(HOUSE)
    world.fires("Disk", severity="critical")
    world.at("0:01").acks(by="ana")
    world.at("0:02").resolves("Disk", severity="critical")
    world.at("0:10").fires("Disk", severity="critical")
    assert world.until("0:11") == [
        "0:00 ana sms: page, step 1",
        "0:05 ana sms: resolved",
        "0:10 ana sms: page, step 1",
    ]
    assert world.acks(1, by="ana") == "resolved"
    assert world.incident(2).ringing


def test_an_alert_that_is_not_repeated_ends_after_resolve_timeout() -> None:
    world = World(HOUSE)
    world.fires("Disk", severity="critical", lasts=None)
    assert world.until("0:04:59")[-1] == "0:04 cleo sms: page, step 3"
    assert world.until("1:00") == [
        "0:05 ana sms: resolved",
        "0:05 bo sms: resolved",
        "0:05 cleo sms: resolved",
    ]
    assert world.told("expired") == ["0:05"]


def test_an_alert_that_is_repeated_goes_on() -> None:
    world = World(HOUSE)
    for minute in range(0, 40, 4):
        world.at(f"0:{minute:02}").fires("Disk", severity="critical", lasts=None)
    assert world.told("held") == []
    assert world.told("fired") == ["0:00"]


def test_begun_and_ended_before_any_word_of_it_nobody_hears_of_it() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    world.at("0:00:20").resolves("Disk")
    assert world.until("1:00") == []
    assert not world.state.groups


def test_ended_before_the_message_left_nobody_hears_of_it() -> None:
    world = World(HOUSE)
    world.post.always("ops slack", FAILS)
    world.fires("Disk")
    world.at("0:05").resolves("Disk")
    assert all(line.endswith("(fails)") for line in world.until("0:05:30"))
    world.post.heal()
    assert world.until("1:00") == []
    assert not world.state.groups


def test_who_may_have_been_told_is_told_of_the_end() -> None:
    world = World(HOUSE)
    world.post.always("ops slack", LOSES)
    world.fires("Disk")
    world.at("0:05").resolves("Disk")
    world.until("0:05:29")
    world.post.heal()
    assert world.until("1:00") == ["0:05:30 ops slack: all alerts resolved: -Disk"]
    assert not world.state.groups


def test_an_end_waits_behind_the_beginning_that_is_under_way() -> None:
    world = World(HOUSE)
    world.post.next("ops slack", HANGS)
    world.fires("Disk")
    world.at("0:05").resolves("Disk")
    world.at("0:06").ends("ops slack", TAKES)
    assert world.until("0:07") == [
        "0:00:30 ops slack: first notification: Disk (hangs)",
        "0:06 ops slack: all alerts resolved: -Disk",
    ]


def test_told_once_it_is_told_again_only_after_repeat_interval() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    assert world.until("9:00") == [
        "0:00:30 ops slack: first notification: Disk",
        "4:05:30 ops slack: repeat interval elapsed: Disk",
        "8:10:30 ops slack: repeat interval elapsed: Disk",
    ]


def test_an_incident_told_long_ago_still_tells_its_end() -> None:
    world = World(HOUSE)
    world.fires("Disk", severity="critical")
    world.at("0:01").acks(by="ana")
    world.at("200:00").resolves("Disk", severity="critical")
    assert world.until("201:00") == ["0:00 ana sms: page, step 1", "200:05 ana sms: resolved"]
