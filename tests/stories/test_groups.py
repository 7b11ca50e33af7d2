"""Stories of the three intervals, and of what one message holds."""

import pytest
from support.configured import channel, configured, receiver, route
from support.post_office import busy
from support.virtual import BEGAN
from support.world import World

from router.core.integration import PagerdutyIntegration, SlackIntegration
from router.core.moment import DAY, SECOND
from router.core.secret import Secret

LATER = BEGAN.wall + DAY
HOUSE = configured(
    route(to="ops", by=("cluster",), wait="30s", interval="5m", repeat="1h"),
    receivers=[channel("ops")],
)


def test_group_wait_gathers_and_group_interval_ticks() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    world.at("0:00:20").fires("Cpu")
    world.at("0:00:40").fires("Net")
    world.at("0:03").fires("Fan")
    assert world.until("0:20") == [
        "0:00:30 ops slack: first notification: Cpu Disk",
        "0:05:30 ops slack: new alerts added: Cpu Disk Fan Net",
    ]


def test_groups_with_other_labels_keep_their_own_time() -> None:
    world = World(HOUSE)
    world.fires("Disk", cluster="a")
    world.at("0:00:10").fires("Disk", cluster="b")
    assert world.until("0:10") == [
        "0:00:30 ops slack: first notification: Disk",
        "0:00:40 ops slack: first notification: Disk",
    ]


def test_an_alert_that_is_old_already_does_not_wait() -> None:
    world = World(HOUSE)
    world.at("0:01").report("Disk", {"cluster": "a"}, LATER, starts="0:00:29")
    world.report("Disk", {"cluster": "b"}, LATER, starts="0:00:30")
    assert world.until("0:01:31") == [
        "0:01 ops slack: first notification: Disk",
        "0:01:30 ops slack: first notification: Disk",
    ]


@pytest.mark.parametrize(
    ("interval", "repeat", "seconds"),
    [
        pytest.param("2s", "5s", [0, 6, 12], id="the next tick after it"),
        pytest.param("3s", "1s", [0, 3, 6, 9, 12], id="every tick when it is shorter"),
        pytest.param("2s", "4s", [0, 6, 12], id="strictly after it, never at it"),
    ],
)
def test_repeats_come_at_ticks(interval: str, repeat: str, seconds: list[int]) -> None:
    world = World(
        configured(
            route(to="ops", wait="0s", interval=interval, repeat=repeat),
            receivers=[channel("ops")],
        )
    )
    world.fires("Disk")
    world.until("0:00:13")
    assert [sent.passed // SECOND for sent in world.post.sent] == seconds


def test_some_and_then_all_resolved() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    world.fires("Cpu")
    world.at("0:01").resolves("Cpu")
    world.at("0:06").resolves("Disk")
    assert world.until("0:20") == [
        "0:00:30 ops slack: first notification: Cpu Disk",
        "0:05:30 ops slack: some alerts resolved: -Cpu Disk",
        "0:10:30 ops slack: all alerts resolved: -Disk",
    ]
    assert not world.state.groups


def test_ended_and_back_between_two_ticks_nobody_notices() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    world.at("0:02").fires("Disk")
    assert world.until("0:59") == ["0:00:30 ops slack: first notification: Disk"]


def test_who_wants_no_ends_is_told_of_none_and_of_the_next_beginning() -> None:
    world = World(
        configured(
            route(to="ops", wait="30s", interval="5m"),
            receivers=[channel("ops", send_resolved=False)],
        )
    )
    world.fires("Disk")
    world.fires("Cpu")
    world.at("0:01").resolves("Cpu")
    world.at("0:06").resolves("Disk")
    world.at("0:11").fires("Disk")
    assert world.until("0:30") == [
        "0:00:30 ops slack: first notification: Cpu Disk",
        "0:11:30 ops slack: first notification: Disk",
    ]


def test_who_wants_no_ends_gets_them_with_no_other_message_either() -> None:
    world = World(
        configured(
            route(to="ops", wait="30s", interval="5m"),
            receivers=[channel("ops", send_resolved=False)],
        )
    )
    world.fires("Disk")
    world.fires("Cpu")
    world.at("0:01").resolves("Cpu")
    world.at("0:02").fires("Net")
    assert world.until("0:30")[1:] == ["0:05:30 ops slack: new alerts added: Disk Net"]


def test_each_integration_of_a_receiver_is_told_for_itself() -> None:
    pager = PagerdutyIntegration(routing_key=Secret("test", "key"))
    slack = SlackIntegration(channel="#ops", send_resolved=False)
    world = World(
        configured(route(to="ops", wait="0s"), receivers=[receiver("ops", slack, pager, slack)])
    )
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    assert world.until("0:06") == [
        "0:00 ops slack: first notification: Disk",
        "0:00 ops pagerduty: first notification: Disk",
        "0:00 ops slack 1: first notification: Disk",
        "0:05 ops pagerduty: all alerts resolved: -Disk",
    ]
    assert not world.state.groups


def test_one_alert_may_take_several_routes() -> None:
    world = World(
        configured(
            route("", route("", to="audit", go_on=True), route("", to="ops"), to="ops", wait="0s"),
            receivers=[channel("ops"), channel("audit")],
        )
    )
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    assert world.until("0:06") == [
        "0:00 audit slack: first notification: Disk",
        "0:00 ops slack: first notification: Disk",
        "0:05 audit slack: all alerts resolved: -Disk",
        "0:05 ops slack: all alerts resolved: -Disk",
    ]
    assert not world.state.alerts


def test_after_it_closed_a_group_opens_anew_with_group_wait() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    world.at("0:07").fires("Disk")
    assert world.until("0:08") == [
        "0:00:30 ops slack: first notification: Disk",
        "0:05:30 ops slack: all alerts resolved: -Disk",
        "0:07:30 ops slack: first notification: Disk",
    ]


def test_ended_and_back_before_a_slow_message_and_the_next_tick_nobody_notices() -> None:
    world = World(
        configured(
            route(to="ops", by=("cluster",), wait="0s", interval="5m"),
            receivers=[channel("ops", send_resolved=False)],
        )
    )
    world.fires("Disk")
    world.until("0:04")
    world.post.next("ops slack", busy("0:01"))
    world.fires("Cpu")
    world.at("0:05:30").resolves("Disk")
    world.resolves("Cpu")
    world.at("0:07").fires("Disk")
    assert world.until("0:30") == [
        "0:05 ops slack: new alerts added: Cpu Disk (fails)",
        "0:06 ops slack: new alerts added: Cpu Disk",
    ]
