"""Stories of what people's answers do."""

import pytest
from support.configured import channel, configured, person, policy, route, step
from support.post_office import DAWDLES, FAILS, HANGS, LOSES, TAKES
from support.world import World

from router.core.configuration import Configuration
from router.core.moment import HOUR

USERS = [person("ana", "sms"), person("bo", "sms"), person("cleo", "sms")]
STEPS = (step("5m", "user:ana", "receiver:ops"), step("5m", "user:bo"), step("5m", "user:cleo"))


def house(ack_timeout: str = "0s") -> Configuration:
    return configured(
        route(policy="critical", by=("cluster",), wait="0s", repeat="4h"),
        users=USERS,
        receivers=[channel("ops"), channel("boss")],
        policies=[policy("critical", *STEPS, ack_timeout=ack_timeout)],
        fallback=("receiver:boss",),
    )


@pytest.fixture
def world() -> World:
    world = World(house())
    world.fires("Disk", severity="warning")
    assert world.until("0:01") == ["0:00 ana sms: page, step 1", "0:00 ops slack: page, step 1"]
    return world


def test_an_answer_stops_everything(world: World) -> None:
    assert world.at("0:02").acks(by="ana") == "acknowledged"
    assert world.until("48:00") == ["0:02 ops slack: acknowledged"]


def test_a_second_answer_is_noted_and_changes_nothing(world: World) -> None:
    world.at("0:02").acks(by="ana")
    assert world.at("0:03").acks(by="ana") == "already"
    assert world.at("0:04").acks(by="bo") == "already"
    assert world.until("1:00") == ["0:02 ops slack: acknowledged"]
    assert [r.detail["by"] for r in world.records("acknowledged_too")] == ["bo"]


def test_an_answer_to_what_is_over_or_never_was_says_so(world: World) -> None:
    world.at("0:02").closes(by="ana")
    assert world.acks(by="bo") == "resolved"
    assert world.unacks(by="bo") == "resolved"
    assert world.closes(by="bo") == "resolved"
    assert world.acks(7, by="bo") == "unknown"


def test_an_answer_overtakes_a_page_that_has_not_begun() -> None:
    world = World(house())
    world.post.next("ana sms", DAWDLES)
    world.fires("Disk")
    world.at("0:02").acks(by="bo")
    world.begins("ana sms")
    assert world.until("1:00") == [
        "0:00 ops slack: page, step 1",
        "0:02 ops slack: acknowledged",
    ]
    assert world.told("withdrawn") == ["0:02"]


def test_a_channel_gets_the_answer_after_a_page_that_was_under_way() -> None:
    world = World(house())
    world.post.next("ops slack", HANGS)
    world.fires("Disk")
    world.at("0:02").acks(by="bo")
    assert world.until("0:03") == [
        "0:00 ana sms: page, step 1",
        "0:00 ops slack: page, step 1 (hangs)",
    ]
    world.ends("ops slack", TAKES)
    assert world.until("0:04") == ["0:03 ops slack: acknowledged"]
    assert world.told("under_way") == ["0:03"]


def test_a_channel_hears_of_no_answer_to_a_page_it_never_got() -> None:
    world = World(house())
    world.post.next("ops slack", HANGS)
    world.fires("Disk")
    world.at("0:02").acks(by="bo")
    world.ends("ops slack", FAILS)
    assert world.until("1:00") == [
        "0:00 ana sms: page, step 1",
        "0:00 ops slack: page, step 1 (hangs)",
    ]


@pytest.mark.parametrize(
    "before", [pytest.param(True, id="and then"), pytest.param(False, id="before")]
)
def test_who_may_have_been_paged_hears_the_answer_and_the_end(before: bool) -> None:
    world = World(house())
    world.post.next("ops slack", HANGS)
    world.fires("Disk")
    if before:
        world.at("0:02").ends("ops slack", LOSES)
    world.at("0:02").acks(by="bo")
    if not before:
        world.ends("ops slack", LOSES)
    assert "0:02 ops slack: acknowledged" in world.until("0:04")
    world.at("0:04").closes(by="bo")
    assert "0:04 ops slack: resolved" in world.until("0:04")


def test_given_back_it_goes_on_with_the_next_step_at_once(world: World) -> None:
    world.at("0:02").acks(by="ana")
    assert world.at("0:30").unacks(by="ana") == "unacknowledged"
    assert world.until("0:36") == [
        "0:02 ops slack: acknowledged",
        "0:30 bo sms: page, step 2",
        "0:35 cleo sms: page, step 3",
    ]


def test_given_back_after_the_last_step_the_fallback_rings_at_once(world: World) -> None:
    world.until("0:14")
    world.at("0:14").acks(by="ana")
    world.at("0:20").unacks(by="ana")
    assert world.until("0:21") == [
        "0:14 ops slack: acknowledged",
        "0:20 boss slack: page, nobody answered",
    ]


def test_what_nobody_took_cannot_be_given_back(world: World) -> None:
    assert world.unacks(by="ana") == "already"
    assert world.until("0:06") == ["0:05 bo sms: page, step 2"]


def test_an_answer_that_nothing_follows_times_out() -> None:
    world = World(house(ack_timeout="30m"))
    world.fires("Disk")
    world.at("0:02").acks(by="ana")
    assert world.until("0:40")[3:] == [
        "0:32 ana sms: page, acknowledgement timed out",
        "0:32 bo sms: page, acknowledgement timed out",
        "0:37 cleo sms: page, step 3",
    ]
    world.at("0:40").acks(by="cleo")
    assert world.told("ack_timed_out") == ["0:32"]
    assert "1:10 cleo sms: page, acknowledgement timed out" in world.until("1:11")


def test_new_alerts_in_a_taken_incident_tell_who_took_it_once(world: World) -> None:
    world.at("0:02").acks(by="ana")
    world.at("0:03").fires("Cpu", severity="warning")
    world.at("0:04").fires("Net", severity="info")
    assert world.until("2:00") == [
        "0:02 ops slack: acknowledged",
        "0:05 ana sms: new alerts added: Cpu Disk Net",
    ]


def test_new_alerts_tell_the_channel_when_nobody_known_took_it(world: World) -> None:
    world.at("0:02").acks(by="somebody")
    world.at("0:03").fires("Cpu", severity="warning")
    assert world.until("2:00") == [
        "0:02 ops slack: acknowledged",
        "0:05 ops slack: new alerts added: Cpu Disk",
    ]


def test_new_alerts_tell_who_took_it_though_nobody_was_paged_yet() -> None:
    world = World(house())
    world.post.next("ana sms", DAWDLES)
    world.post.next("ops slack", DAWDLES)
    world.fires("Disk")
    world.at("0:01").acks(by="cleo")
    world.begins("ana sms")
    world.begins("ops slack")
    world.at("0:02").fires("Cpu")
    assert world.until("2:00") == ["0:05 cleo sms: new alerts added: Cpu Disk"]


def test_nothing_new_tells_nobody_though_only_a_channel_was_paged() -> None:
    only = policy("critical", step("5m", "receiver:ops"))
    world = World(
        configured(
            route(policy="critical", by=("cluster",), wait="0s"),
            receivers=[channel("ops")],
            policies=[only],
        )
    )
    world.fires("Disk")
    world.at("0:01").acks(by="somebody")
    assert world.until("2:00") == [
        "0:00 ops slack: page, step 1",
        "0:01 ops slack: acknowledged",
    ]


def test_when_the_severity_rises_a_taken_incident_rings_again(world: World) -> None:
    world.at("0:02").acks(by="ana")
    world.at("0:03").fires("Fire", severity="critical")
    assert world.until("0:11") == [
        "0:02 ops slack: acknowledged",
        "0:05 ana sms: page, step 1",
        "0:05 ops slack: page, step 1",
        "0:10 bo sms: page, step 2",
    ]
    assert world.told("worsened") == ["0:05"]


def test_what_a_page_named_before_the_answer_is_no_rise_in_severity_after_it() -> None:
    world = World(
        configured(
            route(policy="quick", by=("cluster",), wait="0s", repeat="4h"),
            users=USERS,
            policies=[policy("quick", step("2m", "user:ana"), step("9m", "user:bo"))],
        )
    )
    world.fires("Disk", severity="warning")
    world.at("0:01").fires("Fire", severity="critical")
    assert world.until("0:02") == ["0:00 ana sms: page, step 1", "0:02 bo sms: page, step 2"]
    world.at("0:03").acks(by="bo")
    assert world.until("2:00") == []
    assert not world.told("worsened")


def test_the_same_severity_again_does_not_ring(world: World) -> None:
    world.at("0:02").acks(by="ana")
    world.at("0:03").fires("Fire", severity="critical")
    world.at("0:06").acks(by="ana")
    world.at("0:07").fires("Flood", severity="critical")
    assert world.until("1:00")[-1] == "0:10 ana sms: new alerts added: Disk Fire Flood"
    assert world.told("worsened") == ["0:05"]


def test_resolved_by_hand_all_who_were_paged_hear_of_it(world: World) -> None:
    world.until("0:06")
    assert world.at("0:07").closes(by="bo") == "resolved"
    assert world.until("0:08") == [
        "0:07 ops slack: resolved",
        "0:07 ana sms: resolved",
        "0:07 bo sms: resolved",
    ]


def test_resolved_by_hand_old_alerts_open_no_other_until_repeat_interval(world: World) -> None:
    world.at("0:07").closes(by="bo")
    world.until("0:08")
    assert world.until("4:05") == []
    assert world.until("4:14") == [
        "4:10 ana sms: page, step 1",
        "4:10 ops slack: page, step 1",
    ]
    assert world.incident(2).title == "Disk"


def test_resolved_by_hand_a_new_alert_opens_another(world: World) -> None:
    world.at("0:07").closes(by="bo")
    world.until("0:08")
    world.at("0:09").fires("Cpu")
    assert world.until("0:14") == ["0:10 ana sms: page, step 1", "0:10 ops slack: page, step 1"]
    assert world.acks(1, by="bo") == "resolved"
    assert world.acks(2, by="bo") == "acknowledged"


def test_resolved_by_hand_a_new_alert_counts_however_late_its_queue_was(world: World) -> None:
    world.at("0:07").closes(by="bo")
    world.until("0:08")
    earlier = world.now.wall - 120_000_000
    world.report("Cpu", {}, world.now.wall + 10**12, source="queue", as_of=earlier)
    assert world.until("0:11") == ["0:10 ana sms: page, step 1", "0:10 ops slack: page, step 1"]


def test_resolved_by_hand_an_old_alert_that_ended_and_came_back_opens_another(
    world: World,
) -> None:
    world.at("0:07").closes(by="bo")
    world.until("0:08")
    world.at("0:09").resolves("Disk", severity="warning")
    world.at("0:12").fires("Disk", severity="warning")
    assert world.until("0:16") == ["0:12 ana sms: page, step 1", "0:12 ops slack: page, step 1"]


def test_resolved_by_hand_a_clock_set_back_makes_nothing_new(world: World) -> None:
    world.set_clock(-HOUR)
    world.at("0:07").closes(by="bo")
    world.until("0:08")
    assert world.until("4:00") == []


def test_resolved_by_hand_a_clock_set_back_hides_nothing_new(world: World) -> None:
    world.at("0:07").closes(by="bo")
    world.until("0:08")
    world.set_clock(-HOUR)
    world.fires("Cpu")
    assert world.until("0:11") == ["0:10 ana sms: page, step 1", "0:10 ops slack: page, step 1"]


def test_a_second_answer_does_not_take_back_what_channels_are_told_of_the_first(
    world: World,
) -> None:
    world.post.next("ops slack", FAILS)
    world.at("0:02").acks(by="ana")
    world.acks(by="bo")
    world.at("0:04")
    assert world.post.sent[-1].row.kind == "acknowledged"
    assert world.post.sent[-1].end == ""
