"""Stories of incidents that a person raises."""

import pytest
from support.auditor import Auditor
from support.configured import channel, configured, person, policy, route, step
from support.consistent import check_state, check_stored
from support.world import World

from router.core import event as e
from router.core.configuration import Configuration
from router.core.incident import Status
from router.core.moment import DAY


def house(*, empty: bool = False) -> Configuration:
    return configured(
        route(to="ops", by=("alertname",), wait="0s", interval="5m"),
        users=[] if empty else [person("ana", "sms"), person("bo", "sms")],
        teams={} if empty else {"sre": ("ana", "bo")},
        receivers=[channel("ops"), channel("boss")],
        policies=[
            policy("dba", step("5m", "user:bo", "receiver:ops"), step("5m", "user:ana")),
        ],
        fallback=("receiver:boss",),
    )


@pytest.fixture
def world() -> World:
    world = World(house())
    Auditor(world)
    return world


def test_it_rings_until_somebody_answers_and_is_over_when_somebody_says_so(world: World) -> None:
    assert world.raises("ana", "the freezer is open", by="bo") == "raised"
    assert world.until("0:16") == [
        "0:00 ana sms: page, step 1",
        "0:05 ana sms: page, step 1",
        "0:10 ana sms: page, step 1",
        "0:15 boss slack: page, nobody answered",
    ]
    world.acks(by="ana")
    world.at("30:00").closes(by="ana")
    assert world.until("60:00") == [
        "0:16 boss slack: acknowledged",
        "30:00 boss slack: resolved",
        "30:00 ana sms: resolved",
    ]
    assert not world.state.groups
    assert not world.state.log


def test_a_policy_rings_its_steps(world: World) -> None:
    world.raises("policy:dba", "lost orders")
    assert world.until("0:06") == [
        "0:00 bo sms: page, step 1",
        "0:00 ops slack: page, step 1",
        "0:05 ana sms: page, step 2",
    ]


def test_a_team_is_called_together(world: World) -> None:
    world.raises("sre", "come")
    assert world.until("0:01") == ["0:00 ana sms: page, step 1", "0:00 bo sms: page, step 1"]


def test_silences_reloads_and_sources_leave_it_alone(world: World) -> None:
    world.raises("dba", "lost orders")
    world.until("0:01")
    world.silences('alertname=~".*"', until="9:00")
    world.resolves("lost orders")
    world.at("0:02").reloads(house())
    world.restarts()
    assert world.until("0:06") == ["0:05 ana sms: page, step 2"]
    assert world.incident().open


def test_the_fallback_is_told_where_nobody_is_left(world: World) -> None:
    world.raises("ana", "come")
    world.until("0:01")
    world.at("0:02").reloads(house(empty=True))
    assert "boss slack: page" in world.until("0:06")[0]


def test_all_that_can_be_done_about_others_can_be_done_about_it(world: World) -> None:
    world.raises("ana", "come")
    world.until("0:00")
    assert world.summons("bo") == "summoned"
    assert world.snoozes("1:00") == "snoozed"
    assert world.at("0:10").escalates() == "escalated"
    assert world.reassigns("bo") == "reassigned"
    assert world.until("0:11")[-1] == "0:10 bo sms: page, step 1"
    assert world.notes("hm") == "noted"
    assert world.acks(by="bo") == "acknowledged"
    assert world.incident().status is Status.ACKNOWLEDGED
    check_state(world.state)
    check_stored(world.state, world.rows)


def test_the_same_request_makes_one_incident(world: World) -> None:
    world.raises("ana", "come", key="k")
    assert world.raises("ana", "come", key="k") == "repeated"
    world.restarts()
    assert world.raises("ana", "come", key="k") == "repeated"
    assert world.raises("bo", "come", key="k") == "conflict"
    assert world.answers[-1].incident == 1
    world.closes(by="ana")
    assert world.raises("ana", "come", key="k") == "repeated"
    assert list(world.rows.incidents) == [1]
    world.at("49:00").submit(e.Swept())
    assert world.raises("ana", "come", key="k") == "raised"
    assert world.raises("ana", "come") == "raised"
    assert list(world.rows.incidents) == [1, 2, 3]


@pytest.mark.parametrize(
    ("to", "text", "said"),
    [
        ("anna", "x", "did you mean 'ana'?"),
        ("user:", "x", "there is no user ''"),
        ("policy:none", "x", "there is no policy 'none'"),
        ("receiver:ops", "x", "there is no user, policy, team or schedule 'receiver:ops'"),
        ("ana", "  ", "say what it is about"),
        ("a" * 300, "x", "no name is longer than 200"),
    ],
)
def test_what_means_nobody_opens_nothing(world: World, to: str, text: str, said: str) -> None:
    assert world.raises(to, text) == "invalid"
    assert said in world.answers[-1].text
    assert not world.rows.incidents


def test_a_restart_in_the_middle_is_not_noticed(world: World) -> None:
    world.raises("dba", "lost orders")
    world.restarts()
    world.at("0:04").restarts(back="0:05")
    assert world.until("0:06")[-1] == "0:05 ana sms: page, step 2"
    world.run(world.now.service + DAY)
    check_state(world.state)
    check_stored(world.state, world.rows)
