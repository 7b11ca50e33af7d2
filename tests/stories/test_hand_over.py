"""Stories of an incident that people move on: to the next step, to others, to more of them."""

import pytest
from support.configured import channel, configured, person, policy, route, step
from support.post_office import DAWDLES, REFUSES
from support.world import World

from router.core.configuration import Configuration
from router.core.incident import Status

STEPS = (step("5m", "user:ana", "receiver:ops"), step("5m", "user:bo"), step("5m", "user:cleo"))


def house(ack_timeout: str = "0s") -> Configuration:
    return configured(
        route(policy="critical", by=("cluster",), wait="0s", interval="5m", repeat="4h"),
        users=[
            person("ana", "sms"),
            person("bo", "sms"),
            person("cleo", "sms"),
            person("dee", "push", later={"sms": "2m"}),
            person("eve"),
        ],
        teams={"dbas": ("dee", "bo")},
        receivers=[channel("ops"), channel("boss")],
        policies=[
            policy("critical", *STEPS, ack_timeout=ack_timeout),
            policy("dba", step("5m", "user:dee"), step("5m", "user:cleo")),
        ],
        fallback=("receiver:boss",),
    )


@pytest.fixture
def world() -> World:
    world = World(house())
    world.fires("Disk", severity="warning")
    assert world.until("0:01") == ["0:00 ana sms: page, step 1", "0:00 ops slack: page, step 1"]
    return world


def test_the_next_step_comes_at_once_and_the_one_after_it_in_its_time(world: World) -> None:
    assert world.at("0:02").escalates() == "escalated"
    assert world.until("0:08") == ["0:02 bo sms: page, step 2", "0:07 cleo sms: page, step 3"]


def test_of_two_who_saw_the_same_the_second_changes_nothing(world: World) -> None:
    seen = world.incident().version
    assert world.at("0:02").escalates(version=seen, by="ana") == "escalated"
    assert world.escalates(version=seen, by="bo") == "already"
    assert world.at("0:03").escalates(version=seen, by="bo") == "already"
    assert world.until("0:06") == ["0:02 bo sms: page, step 2"]
    assert world.escalates(version=world.incident().version, by="bo") == "escalated"
    assert world.until("0:06") == ["0:06 cleo sms: page, step 3"]


def test_who_saw_the_step_before_escalates_nothing(world: World) -> None:
    seen = world.incident().version
    world.at("0:05")
    assert world.escalates(version=seen) == "already"
    assert world.until("0:09") == ["0:05 bo sms: page, step 2"]


def test_an_acknowledgement_that_was_not_seen_holds(world: World) -> None:
    seen = world.incident().version
    world.acks(by="ana")
    assert world.escalates(version=seen, by="bo") == "already"
    assert world.incident().status is Status.ACKNOWLEDGED


def test_an_acknowledged_incident_rings_on(world: World) -> None:
    world.acks(by="ana")
    assert world.at("0:02").escalates() == "escalated"
    assert world.incident().status is Status.TRIGGERED
    assert world.until("0:08")[1:] == ["0:02 bo sms: page, step 2", "0:07 cleo sms: page, step 3"]


def test_a_snoozed_one_wakes_up(world: World) -> None:
    world.snoozes("1:00")
    world.at("0:02").escalates()
    assert world.until("0:03")[1:] == ["0:02 ana sms: page, step 1", "0:02 ops slack: page, step 1"]


def test_after_the_last_step_comes_the_first(world: World) -> None:
    world.until("0:16")
    world.at("0:16").escalates()
    assert world.until("0:22") == [
        "0:16 ana sms: page, step 1",
        "0:16 ops slack: page, step 1",
        "0:21 bo sms: page, step 2",
    ]


def test_what_has_ended_is_not_escalated(world: World) -> None:
    world.resolves("Disk", severity="warning")
    assert world.escalates() == "over"
    assert world.until("0:04") == []


def test_others_are_called_from_then_on(world: World) -> None:
    world.post.next("bo sms", DAWDLES)
    world.until("0:05")
    assert world.at("0:06").reassigns("dee") == "reassigned"
    world.begins("bo sms")
    assert world.until("0:40") == [
        "0:06 dee push: page, step 1",
        "0:08 dee sms: page, step 1",
        "0:11 boss slack: page, nobody answered",
    ]
    assert world.incident().assigned == ("user:dee",)
    assert world.told("withdrawn") == ["0:06"]


def test_it_can_be_given_to_a_policy(world: World) -> None:
    assert world.at("0:02").reassigns("dba") == "reassigned"
    assert world.until("0:08") == [
        "0:02 dee push: page, step 1",
        "0:04 dee sms: page, step 1",
        "0:07 cleo sms: page, step 2",
    ]


def test_given_to_others_it_is_nobody_s_until_they_answer(world: World) -> None:
    world.acks(by="ana")
    world.at("0:02").reassigns("user:bo")
    assert world.until("0:03")[1:] == ["0:02 bo sms: page, step 1"]
    assert world.acks(by="bo") == "acknowledged"
    assert world.until("9:00") == ["0:03 ops slack: acknowledged"]


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        pytest.param(("anna",), "did you mean 'ana'?", id="nobody of that name"),
        pytest.param(("team:dba",), "there is no team 'dba'; did you mean 'dbas'?", id="no team"),
        pytest.param(("dba", "ana"), "but not both", id="a policy and a person"),
        pytest.param((), "name 1 to 20", id="nobody at all"),
    ],
)
def test_a_name_that_means_nothing_changes_nothing(
    world: World, names: tuple[str, ...], sentence: str
) -> None:
    before = world.incident()
    assert world.reassigns(*names) == "invalid"
    assert sentence in world.answers[-1].text
    assert world.incident() == before


def test_responders_are_paged_beside_the_escalation(world: World) -> None:
    assert world.at("0:02").summons("dbas") == "summoned"
    assert world.until("0:06") == [
        "0:02 dee push: page, asked for by ana",
        "0:02 bo sms: page, asked for by ana",
        "0:04 dee sms: page, asked for by ana",
        "0:05 bo sms: page, step 2",
    ]
    assert world.incident().responders == ("team:dbas",)


def test_an_answer_stops_their_pages_too(world: World) -> None:
    world.at("0:02").summons("dee")
    world.at("0:03").acks(by="bo")
    assert world.until("9:00") == [
        "0:02 dee push: page, asked for by ana",
        "0:03 ops slack: acknowledged",
    ]


def test_who_took_it_may_ask_for_help_which_only_the_helper_s_answer_stops(world: World) -> None:
    world.acks(by="ana")
    world.at("0:02").summons("dee")
    assert world.until("0:03")[1:] == ["0:02 dee push: page, asked for by ana"]
    world.acks(by="cleo")
    assert world.until("0:04") == ["0:04 dee sms: page, asked for by ana"]
    world.at("0:10").summons("dee")
    assert world.at("0:11").acks(by="dee") == "already"
    assert world.until("9:00") == ["0:10 dee push: page, asked for by ana"]
    assert world.incident().acknowledged_by == ("ana", "cleo", "dee")


def test_their_page_is_checked_once_more_before_it_leaves(world: World) -> None:
    world.acks(by="ana")
    world.post.next("dee push", DAWDLES)
    world.at("0:02").summons("dee")
    world.until("0:02")
    world.resolves("Disk", severity="warning")
    world.at("0:03").begins("dee push")
    assert not [sent for sent in world.until("1:00") if "dee" in sent]


def test_a_helper_who_cannot_be_reached_hastens_no_step(world: World) -> None:
    world.post.next("dee push", REFUSES)
    world.post.next("dee sms", REFUSES)
    world.at("0:02").summons("dee")
    assert world.until("0:06")[-1] == "0:05 bo sms: page, step 2"
    assert world.told("escalated") == ["0:00", "0:05"]


def test_a_helper_s_page_outlives_a_restart(world: World) -> None:
    world.acks(by="ana")
    world.at("0:02").summons("dee")
    world.restarts()
    assert world.until("0:05")[-1] == "0:04 dee sms: page, asked for by ana"


@pytest.mark.parametrize(
    ("before", "who", "answer"),
    [
        pytest.param("", "eve", "unreachable", id="without a method"),
        pytest.param("", "dba", "invalid", id="a policy"),
        pytest.param("acks", "bo", "already", id="who has answered"),
        pytest.param("snoozes", "dee", "snoozed", id="while it sleeps"),
        pytest.param("ends", "dee", "over", id="when it has ended"),
        pytest.param("silences", "dee", "over", id="when it is silenced"),
    ],
)
def test_nobody_is_summoned(world: World, before: str, who: str, answer: str) -> None:
    match before:
        case "acks":
            world.acks(by="bo")
        case "snoozes":
            world.snoozes("1:00")
        case "ends":
            world.resolves("Disk", severity="warning")
        case "silences":
            world.silences("alertname=Disk", until="2:00")
    assert world.summons(who) == answer
    assert not [sent for sent in world.until("0:04") if "asked for" in sent]


def test_a_note_and_whatever_else_is_done_keeps_the_acknowledgement() -> None:
    world = World(house(ack_timeout="30m"))
    world.fires("Disk", severity="warning")
    world.at("0:00").acks(by="ana")
    world.at("0:20").notes("looking at the disk")
    world.at("0:45").acks(by="ana")
    world.at("1:10").summons("cleo")
    assert world.until("1:39")[3:] == ["1:10 cleo sms: page, asked for by ana"]
    assert "1:40 ana sms: page, acknowledgement timed out" in world.until("1:40")
    (noted,) = world.records("noted")
    assert noted.detail == {"by": "ana", "via": "test", "comment": "looking at the disk"}


def test_after_a_week_an_acknowledgement_holds_for_good() -> None:
    world = World(house(ack_timeout="2h"))
    world.fires("Disk", severity="warning", lasts="2000:00")
    for hour in range(168):
        world.at(f"{hour}:00").acks(by="ana")
    assert world.told("ack_timed_out") == []
    world.at("168:01").acks(by="ana")
    world.until("400:00")
    assert world.told("ack_timed_out") == []
    assert world.incident().next_due is None


def test_a_note_is_kept_on_what_is_over_and_refused_on_what_never_was(world: World) -> None:
    world.closes(by="ana")
    assert world.notes("it was the disk") == "noted"
    assert world.notes("", incident=1) == "invalid"
    assert world.notes("what?", incident=7) == "unknown"
    assert [record.incident for record in world.records("noted")] == [1]
