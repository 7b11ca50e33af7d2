"""Stories of silences, inhibition and the calendar."""

from support.configured import channel, configured, inhibit, person, policy, route, step
from support.post_office import FAILS, HANGS, TAKES, busy
from support.world import World

from router.core.interval import Interval

STEPS = policy("critical", step("5m", "user:ana"), step("5m", "user:bo"), step("9m", "user:cleo"))
USERS = [person("ana", "sms"), person("bo", "sms"), person("cleo", "sms")]
HOUSE = configured(
    route(
        "",
        route("severity=critical", policy="critical"),
        to="ops",
        by=("cluster",),
        wait="0s",
        interval="5m",
    ),
    users=USERS,
    receivers=[channel("ops")],
    policies=[STEPS],
)
DISK = {"severity": "critical"}


def test_what_is_silenced_opens_no_incident_until_the_silence_ends() -> None:
    world = World(HOUSE)
    world.silences("alertname=Disk", until="0:12")
    world.fires("Disk", **DISK)
    assert world.until("0:14") == []
    assert world.until("0:16") == ["0:15 ana sms: page, step 1"]


def test_silenced_on_the_way_up_steps_keep_their_clock_and_the_current_one_rings_at_the_end() -> (
    None
):
    world = World(HOUSE)
    world.fires("Disk", **DISK)
    world.at("0:01").silences("alertname=Disk", until="0:07")
    assert world.until("0:12") == [
        "0:00 ana sms: page, step 1",
        "0:07 bo sms: page, no longer muted",
        "0:10 cleo sms: page, step 3",
    ]
    assert world.incident().status == "triggered"


def test_a_silence_lifted_by_hand_is_noticed_within_half_a_minute() -> None:
    world = World(HOUSE)
    world.fires("Disk", **DISK)
    world.at("0:01").silences("alertname=Disk", until="9:00")
    world.at("0:06:10").unsilences()
    assert world.until("0:09") == [
        "0:00 ana sms: page, step 1",
        "0:06:30 bo sms: page, no longer muted",
    ]


def test_silenced_between_two_steps_nothing_is_missed_and_nothing_repeated() -> None:
    world = World(HOUSE)
    world.fires("Disk", **DISK)
    world.at("0:01").silences("alertname=Disk", until="0:04")
    assert world.until("0:06") == ["0:00 ana sms: page, step 1", "0:05 bo sms: page, step 2"]


def test_silenced_past_the_last_step_that_one_rings_once_before_the_fallback() -> None:
    house = configured(
        route(policy="critical", by=("cluster",), wait="0s"),
        users=USERS,
        receivers=[channel("boss")],
        policies=[STEPS],
        fallback=("receiver:boss",),
    )
    world = World(house)
    world.fires("Disk")
    world.at("0:01").silences("alertname=Disk", until="3:00")
    assert world.until("3:40") == [
        "0:00 ana sms: page, step 1",
        "3:00 cleo sms: page, no longer muted",
        "3:09 boss slack: page, nobody answered",
        "3:39 boss slack: page, nobody answered",
    ]


def test_silenced_while_the_fallback_rings_that_one_rings_when_it_ends() -> None:
    once = policy("critical", step("5m", "user:ana"), rounds=0)
    world = World(
        configured(
            route(policy="critical", wait="0s"),
            receivers=[channel("boss")],
            policies=[once],
            fallback=("receiver:boss",),
        )
    )
    world.fires("Disk")
    world.at("0:01").silences("alertname=Disk", until="0:45")
    assert world.until("0:50") == [
        "0:00 boss slack: page, nobody could be reached",
        "0:45 boss slack: page, nobody could be reached",
    ]


def test_while_one_alert_of_an_incident_is_not_silenced_it_goes_on() -> None:
    world = World(HOUSE)
    world.fires("Disk", **DISK)
    world.fires("Cpu", **DISK)
    world.at("0:01").silences("alertname=Disk", until="9:00")
    assert world.until("0:06")[-1] == "0:05 bo sms: page, step 2"
    assert world.post.sent[-1].names == ["Cpu"]


def test_a_page_that_failed_does_not_leave_into_a_silence() -> None:
    world = World(HOUSE)
    world.post.next("ana sms", busy("0:02"))
    world.fires("Disk", **DISK)
    world.at("0:01").silences("alertname=Disk", until="0:03")
    assert world.until("0:04") == [
        "0:00 ana sms: page, step 1 (fails)",
        "0:03 ana sms: page, step 1",
    ]


def test_a_notification_that_failed_does_not_leave_into_a_silence() -> None:
    world = World(HOUSE)
    world.post.next("ops slack", busy("0:01"))
    world.fires("Cpu")
    world.at("0:00:30").silences("alertname=Cpu", until="0:07")
    assert world.until("0:11") == [
        "0:00 ops slack: first notification: Cpu (fails)",
        "0:10 ops slack: first notification: Cpu",
    ]


def test_resolved_while_silenced_those_who_were_told_are_told() -> None:
    world = World(HOUSE)
    world.fires("Cpu")
    world.fires("Disk", **DISK)
    world.at("0:01").silences("severity!=none", until="9:00")
    world.at("0:02").resolves("Cpu")
    world.resolves("Disk", **DISK)
    assert world.until("9:30") == [
        "0:00 ana sms: page, step 1",
        "0:00 ops slack: first notification: Cpu",
        "0:05 ops slack: all alerts resolved: -Cpu",
        "0:05 ana sms: resolved",
    ]
    assert not world.state.groups


def test_resolved_in_a_silence_longer_than_the_log_is_kept_it_is_told_still() -> None:
    world = World(HOUSE)
    world.fires("Cpu")
    world.at("0:01").silences("alertname=Cpu", until="99:00")
    world.at("50:01").resolves("Cpu")
    assert world.until("51:00") == [
        "0:00 ops slack: first notification: Cpu",
        "50:05 ops slack: all alerts resolved: -Cpu",
    ]
    assert not world.state.groups


def test_back_after_it_resolved_in_a_silence_it_is_told_as_new() -> None:
    world = World(HOUSE)
    world.fires("Cpu")
    world.at("0:01").silences("alertname=Cpu", until="0:20")
    world.at("0:02").resolves("Cpu")
    world.at("0:21").fires("Cpu")
    assert world.until("0:30") == [
        "0:00 ops slack: first notification: Cpu",
        "0:05 ops slack: all alerts resolved: -Cpu",
        "0:21 ops slack: first notification: Cpu",
    ]


def test_silenced_and_back_it_is_not_told_again_before_repeat_interval() -> None:
    world = World(HOUSE)
    world.fires("Cpu")
    world.at("0:01").silences("alertname=Cpu", until="0:20")
    assert world.until("4:04") == ["0:00 ops slack: first notification: Cpu"]


def test_an_acknowledgement_that_times_out_in_a_silence_rings_when_it_ends() -> None:
    timed = policy("critical", *STEPS.steps, ack_timeout="30m")
    world = World(configured(route(policy="critical", wait="0s"), users=USERS, policies=[timed]))
    world.fires("Disk")
    world.at("0:01").acks(by="ana")
    world.at("0:02").silences("alertname=Disk", until="0:40")
    assert world.until("0:39") == ["0:00 ana sms: page, step 1"]
    assert world.until("0:40")[-1].endswith("page, no longer muted")


def test_inhibited_it_waits_for_what_explains_it() -> None:
    world = World(
        configured(
            route(to="ops", by=("alertname",), wait="0s"),
            receivers=[channel("ops")],
            rules=(inhibit("alertname=NodeDown", "alertname=Disk", "node"),),
        )
    )
    world.fires("NodeDown", node="a")
    world.fires("Disk", node="a")
    world.fires("Disk", node="b")
    assert world.until("0:04") == [
        "0:00 ops slack: first notification: NodeDown",
        "0:00 ops slack: first notification: Disk",
    ]
    world.at("0:06").resolves("NodeDown", node="a")
    assert world.until("0:16") == [
        "0:10 ops slack: all alerts resolved: -NodeDown",
        "0:10 ops slack: new alerts added: Disk Disk",
    ]


def test_inhibited_on_the_way_up_nobody_else_is_woken() -> None:
    world = World(
        configured(
            route(policy="critical", by=("alertname",), wait="0s"),
            users=USERS,
            policies=[STEPS],
            rules=(inhibit("alertname=NodeDown", "alertname=Disk"),),
        )
    )
    world.fires("Disk")
    world.at("0:04").fires("NodeDown")
    world.at("0:04:30").acks(2, by="ana")
    assert world.until("0:30") == ["0:00 ana sms: page, step 1", "0:04 ana sms: page, step 1"]


NIGHT = {"night": (Interval(times=((9 * 60, 17 * 60),)),)}  # A story begins at 08:00.


def test_the_calendar_keeps_a_route_quiet() -> None:
    world = World(
        configured(
            route("", route("", to="ops", muted=("night",)), to="ops", wait="0s"),
            receivers=[channel("ops")],
            intervals=NIGHT,
        )
    )
    world.at("1:01").fires("Disk")
    assert world.until("8:59") == []
    assert world.until("9:02") == ["9:01 ops slack: first notification: Disk"]


def test_the_calendar_holds_steps_back_as_a_silence_does() -> None:
    steps = policy("critical", step("50m", "user:ana"), step("50m", "user:bo"))
    world = World(
        configured(
            route("", route("", policy="critical", muted=("night",)), to="ops", wait="0s"),
            users=USERS,
            receivers=[channel("ops")],
            policies=[steps],
            intervals=NIGHT,
        )
    )
    world.at("0:30").fires("Disk")
    assert world.until("8:59") == ["0:30 ana sms: page, step 1"]
    assert world.until("9:01") == ["9:00 bo sms: page, no longer muted"]


def test_a_route_may_be_awake_only_at_times() -> None:
    world = World(
        configured(
            route("", route("", to="ops", active=("night",)), to="ops", wait="0s"),
            receivers=[channel("ops")],
            intervals=NIGHT,
        )
    )
    world.at("0:01").fires("Disk")
    assert world.until("1:05") == ["1:01 ops slack: first notification: Disk"]


def test_a_page_held_up_behind_another_respects_a_silence_too() -> None:
    twice = policy("critical", step("5m", "user:bo"), step("9m", "user:bo"))
    world = World(configured(route(policy="critical", wait="0s"), users=USERS, policies=[twice]))
    world.post.next("bo sms", HANGS)
    world.fires("Disk")
    world.at("0:06").silences("alertname=Disk", until="0:08")
    world.ends("bo sms", TAKES)
    assert world.until("0:08") == [
        "0:00 bo sms: page, step 1 (hangs)",
        "0:08 bo sms: page, step 2",
    ]


def test_an_unsent_page_and_the_one_after_the_silence_are_one() -> None:
    twice = policy("critical", step("5m", "user:bo"), step("9m", "user:bo"))
    world = World(configured(route(policy="critical", wait="0s"), users=USERS, policies=[twice]))
    world.post.next("bo sms", FAILS)
    world.fires("Disk")
    world.at("0:00").silences("alertname=Disk", until="0:06")
    assert world.until("0:07") == [
        "0:00 bo sms: page, step 1 (fails)",
        "0:06 bo sms: page, no longer muted",
    ]


def test_a_page_whose_alerts_have_ended_waits_while_what_still_fires_is_silenced() -> None:
    world = World(
        configured(
            route(policy="critical", by=("cluster",), wait="0s"),
            users=[person("ana", "push", later={"sms": "20m"})],
            policies=[policy("critical", step("5h", "user:ana"))],
        )
    )
    world.fires("Down")
    world.at("0:01").fires("Slow")
    world.at("0:02").resolves("Down")
    world.at("0:12").silences("alertname=Slow", until="0:30")
    assert world.until("0:29") == ["0:00 ana push: page, step 1"]
    assert world.until("0:31") == ["0:30 ana sms: page, step 1"]


def test_why_nobody_is_told_is_recorded_once_and_again_when_it_changes() -> None:
    quiet = configured(
        route("", to="ops", by=("cluster",), wait="0s", interval="5m"), receivers=[channel("ops")]
    )
    world = World(quiet)
    world.silences("alertname=Disk", until="0:32")
    world.fires("Disk", lasts="9:00")
    world.fires("Net", lasts="9:00")
    world.until("0:21")
    world.silences('alertname=~"Disk|Net"', until="0:42", name="more")
    world.until("1:00")
    said = [(r.kind, r.detail["alerts"], len(r.detail["by"])) for r in world.records("muted")]
    assert said == [("muted", [1], 1), ("muted", [1], 2), ("muted", [2], 1), ("muted", [1], 1)]
    assert [r.detail["alerts"] for r in world.records("unmuted")] == [[1, 2]]
    named = world.records("muted")[0].detail["named"]
    assert list(named) == world.records("muted")[0].detail["by"]


def test_a_restart_does_not_record_the_same_reason_again() -> None:
    quiet = configured(
        route("", to="ops", by=("cluster",), wait="0s", interval="5m"), receivers=[channel("ops")]
    )
    world = World(quiet)
    world.silences("alertname=Disk", until="9:00")
    world.fires("Disk", lasts="9:00")
    world.until("0:12")
    world.restarts()
    world.until("0:32")
    assert len(world.records("muted")) == 1


def test_a_muted_step_says_what_mutes_it() -> None:
    world = World(HOUSE)
    world.fires("Disk", **DISK)
    world.at("0:01").silences("alertname=Disk", until="9:00")
    world.until("0:21")
    [said] = [record for record in world.records("muted") if record.incident]
    assert [reason.partition(":")[0] for reason in said.detail["by"]] == ["silence"]
