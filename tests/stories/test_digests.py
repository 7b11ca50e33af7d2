"""Stories of what can wait until the morning."""

from support.configured import channel, configured, daily, person, policy, route, step
from support.post_office import busy
from support.world import World

from router.core.configuration import Configuration
from router.core.route import Plan

STEPS = policy("critical", step("5m", "user:ana"))


def house(*routes: Plan, to: str = "team") -> Configuration:
    """A story begins at 08:00, and the news come at 10:00."""
    return configured(
        route("", *routes, to="ops", by=("cluster",)),
        users=[person("ana", "sms")],
        receivers=[channel("ops"), channel("team"), channel("other")],
        policies=[daily("news", "10:00", f"receiver:{to}"), STEPS],
    )


NEWS = house(route("severity=info", policy="news"))
INFO = {"severity": "info"}


def test_once_a_day_it_tells_what_gathered_whatever_its_group_labels() -> None:
    world = World(NEWS)
    world.at("0:10").fires("Old", severity="info", cluster="a")
    world.at("0:20").fires("Gone", severity="info", cluster="b")
    world.at("0:30").resolves("Gone", severity="info", cluster="b")
    assert world.until("25:00") == ["2:00 team slack: digest: Old -Gone"]
    world.at("25:30").resolves("Old", severity="info", cluster="a")
    assert world.until("72:00") == ["26:00 team slack: digest: -Old"]
    assert not world.state.groups


def test_a_clock_set_back_a_little_tells_nothing_twice() -> None:
    world = World(NEWS)
    world.fires("Disk", **INFO)
    world.at("1:30").set_clock(-60_000_000)
    assert world.until("25:00") == ["2:00 team slack: digest: Disk"]
    assert world.until("27:00") == ["26:01 team slack: digest: Disk"]


def test_it_opens_no_incident_and_wakes_nobody() -> None:
    world = World(NEWS)
    world.fires("Disk", severity="info")
    world.until("30:00")
    assert not world.rows.incidents


def test_what_is_silenced_is_left_out() -> None:
    world = World(NEWS)
    world.fires("Disk", **INFO)
    world.fires("Cpu", **INFO)
    world.silences("alertname=Cpu", until="4:00")
    assert world.until("27:00") == [
        "2:00 team slack: digest: Disk",
        "26:00 team slack: digest: Cpu Disk",
    ]


def test_told_and_ended_in_a_silence_its_end_is_told() -> None:
    world = World(NEWS)
    world.fires("Disk", **INFO)
    world.at("3:00").silences("alertname=Disk", until="99:00")
    world.resolves("Disk", **INFO)
    assert world.until("30:00")[1:] == ["26:00 team slack: digest: -Disk"]
    assert not world.state.groups


def test_told_and_moved_to_another_route_its_end_is_told_to_both() -> None:
    world = World(NEWS)
    world.fires("Disk", **INFO)
    world.at("3:00").reloads(house())
    world.at("3:30").resolves("Disk", **INFO)
    assert world.until("30:00") == [
        "2:00 team slack: digest: Disk",
        "3:00 ops slack: first notification: Disk",
        "3:35 ops slack: all alerts resolved: -Disk",
        "26:00 team slack: digest: -Disk",
    ]
    assert not world.state.groups


def test_told_to_who_gets_no_digest_any_more_nothing_is_owed() -> None:
    world = World(NEWS)
    world.fires("Disk", **INFO)
    world.at("3:00").reloads(house(route("severity=info", policy="news"), to="other"))
    assert world.until("27:00")[1:] == ["26:00 other slack: digest: Disk"]
    world.resolves("Disk", **INFO)
    assert world.until("60:00") == ["50:00 other slack: digest: -Disk"]
    assert not world.state.groups


def test_yesterdays_that_never_left_gives_way_to_todays() -> None:
    world = World(NEWS)
    world.post.next("team slack", busy("24:00"))
    world.fires("Disk", **INFO)
    world.at("3:00").fires("Cpu", **INFO)
    world.resolves("Disk", **INFO)
    assert world.until("30:00")[-1] == "26:00 team slack: digest: Cpu -Disk"


def test_begun_and_ended_while_a_late_digest_was_on_its_way_it_is_in_the_next() -> None:
    world = World(NEWS)
    world.post.next("team slack", busy("0:10"))
    world.fires("Disk", **INFO)
    world.at("2:05").fires("Cpu", **INFO)
    world.at("2:06").resolves("Cpu", **INFO)
    assert world.until("27:00")[1:] == [
        "2:10 team slack: digest: Disk",
        "26:00 team slack: digest: Disk -Cpu",
    ]
