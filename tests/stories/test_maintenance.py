"""Stories of maintenance windows: quiet like a silence, once or again and again."""

from msgspec.structs import replace
from support.configured import channel, configured, inhibit, person, policy, route, step
from support.virtual import BEGAN, after
from support.world import World

from router.core.configuration import Configuration
from router.core.interval import Interval
from router.core.maintenance import Maintenance
from router.core.matcher import parse_list

DISK = {"severity": "critical"}


def window(
    matchers: str, start: str = "", end: str = "", *intervals: Interval, name: str = "work"
) -> Maintenance:
    """A window; times are those of the story, which begins on a Friday at 08:00 UTC."""
    return Maintenance(
        name=name,
        matchers=parse_list(matchers),
        starts_at=BEGAN.wall + after(start) if start else None,
        ends_at=BEGAN.wall + after(end) if end else None,
        intervals=intervals,
    )


def house(*windows: Maintenance) -> Configuration:
    """Critical alerts page three people, others go to a channel."""
    return configured(
        route(
            "",
            route("severity=critical", policy="critical"),
            to="ops",
            by=("cluster",),
            wait="0s",
            interval="5m",
        ),
        users=[person("ana", "sms"), person("bo", "sms"), person("cleo", "sms")],
        receivers=[channel("ops")],
        policies=[
            policy(
                "critical", step("5m", "user:ana"), step("5m", "user:bo"), step("9m", "user:cleo")
            )
        ],
        rules=(inhibit("alertname=NodeDown", "alertname=Disk"),),
        maintenance=windows,
    )


def test_what_matches_opens_no_incident_until_the_window_ends() -> None:
    world = World(house(window("alertname=Disk", "0:00", "0:12")))
    world.fires("Disk", **DISK)
    world.fires("Cpu", **DISK)
    assert world.until("0:02") == ["0:00 ana sms: page, step 1"]
    assert world.post.sent[-1].names == ["Cpu"]
    world = World(house(window("alertname=Disk", "0:00", "0:12")))
    world.fires("Disk", **DISK)
    assert world.until("0:14") == []
    assert world.until("0:16") == ["0:15 ana sms: page, step 1"]


def test_begun_on_the_way_up_steps_keep_their_clock_and_the_current_one_rings_at_the_end() -> None:
    world = World(house(window("alertname=Disk", "0:01", "0:07")))
    world.fires("Disk", **DISK)
    assert world.until("0:12") == [
        "0:00 ana sms: page, step 1",
        "0:07 bo sms: page, no longer muted",
        "0:10 cleo sms: page, step 3",
    ]


def test_notifications_of_a_channel_wait_for_its_end() -> None:
    world = World(house(window("alertname=Cpu", "0:00", "0:12")))
    world.fires("Cpu")
    assert world.until("0:20") == ["0:15 ops slack: first notification: Cpu"]
    [muted] = world.records("muted")
    assert muted.detail["by"] == ["maintenance:work"]
    assert world.told("unmuted") == ["0:15"]


def test_resolved_meanwhile_those_who_were_told_are_told() -> None:
    world = World(house(window("alertname=Cpu", "0:01", "9:00")))
    world.fires("Cpu")
    world.at("0:02").resolves("Cpu")
    assert world.until("0:06") == [
        "0:00 ops slack: first notification: Cpu",
        "0:05 ops slack: all alerts resolved: -Cpu",
    ]


NIGHTS = Interval(times=((22 * 60, 24 * 60), (0, 6 * 60)))


def test_again_and_again_it_is_quiet_at_its_intervals_only() -> None:
    world = World(house(window("alertname=Cpu", "", "", NIGHTS)))
    world.at("12:00").fires("Cpu")
    assert world.until("13:59") == ["12:00 ops slack: first notification: Cpu"]
    world.at("14:02").resolves("Cpu")
    world.at("14:30").fires("Cpu")
    sent = world.until("22:01")
    assert sent[-1] == "22:00 ops slack: first notification: Cpu"
    assert len(sent) == 2, "the end, and what began at night in the morning"


def test_a_recurring_one_stays_within_its_bounds() -> None:
    always = Interval()
    inside = window("alertname=Cpu", "1:00", "2:00", always)
    assert [inside.holds(BEGAN.wall + after(at)) for at in ("0:59", "1:00", "1:59", "2:00")] == [
        False, True, True, False
    ]  # fmt: skip


def test_a_reload_brings_one_into_force_and_out_of_it() -> None:
    world = World(house())
    world.fires("Disk", **DISK)
    world.at("0:01").reloads(house(window("alertname=Disk", "0:00", "9:00")))
    assert world.until("0:20") == ["0:00 ana sms: page, step 1"]
    world.reloads(house())
    assert world.until("0:21") == ["0:20:30 cleo sms: page, no longer muted"]


def test_a_restart_in_the_middle_keeps_it_quiet() -> None:
    world = World(house(window("alertname=Disk", "0:01", "1:00")))
    world.fires("Disk", **DISK)
    world.at("0:30").restarts()
    assert world.until("0:59") == ["0:00 ana sms: page, step 1"]
    assert world.until("1:01") == ["1:00 cleo sms: page, no longer muted"]


def test_it_is_one_reason_beside_others() -> None:
    world = World(house(window("alertname=Disk", "0:00", "9:00")))
    world.fires("NodeDown")
    world.silences("alertname=Disk", until="9:00")
    world.fires("Disk")
    world.at("0:06")
    [group] = [g for g in world.state.groups.values() if g.receiver == "ops"]
    kinds = [reason.partition(":")[0] for reason in group.muted_by]
    assert kinds == ["inhibited", "maintenance", "silence"]


def test_it_speaks_only_of_what_all_its_matchers_match() -> None:
    both = replace(window("alertname=Disk", "0:00", "9:00"), matchers=parse_list("a=b,c!=d"))
    world = World(house(both))
    holding = world.state.maintenances.holding
    wall = BEGAN.wall
    assert holding({"a": "b"}, wall) == ("work",)
    assert holding({"a": "b", "c": "d"}, wall) == ()
    assert holding({"c": "x"}, wall) == ()
