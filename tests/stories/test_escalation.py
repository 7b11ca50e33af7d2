"""Stories of an incident nobody, somebody, or nobody at all could answer."""

from support.configured import channel, configured, person, policy, route, step
from support.world import World

USERS = [person("ana", "sms"), person("bo", "sms")]
STEPS = policy("critical", step("5m", "user:ana"), step("5m", "user:bo"))
BOSS = [channel("boss")]
HOUSE_ROUTE = route(policy="critical", by=("alertname",), wait="0s")
ANA_THEN_BO = policy("critical", step("5m", "user:ana", "receiver:ops"), step("5m", "user:bo"))
HOUSE = configured(
    route(policy="critical", by=("alertname",), wait="0s"),
    users=[person("ana", "sms"), person("bo", "sms")],
    receivers=[channel("ops"), channel("boss")],
    policies=[ANA_THEN_BO],
    fallback=("receiver:boss",),
)


def test_it_rings_one_after_another_until_somebody_answers() -> None:
    world = World(HOUSE)
    world.at("0:00").fires("Disk")
    world.at("0:07").acks(by="bo")
    assert world.until("5:00") == [
        "0:00 ana sms: page, step 1",
        "0:00 ops slack: page, step 1",
        "0:05 bo sms: page, step 2",
        "0:07 ops slack: acknowledged",
    ]


def test_when_nobody_answers_the_fallback_rings_until_somebody_does() -> None:
    world = World(HOUSE)
    world.at("0:00").fires("Disk")
    assert world.until("0:09")[-1] == "0:05 bo sms: page, step 2"
    assert world.until("1:11") == [
        "0:10 boss slack: page, nobody answered",
        "0:40 boss slack: page, nobody answered",
        "1:10 boss slack: page, nobody answered",
    ]
    assert world.told("exhausted") == ["0:10"]
    world.at("1:20").acks(by="boss")
    assert world.until("9:00") == [
        "1:20 boss slack: acknowledged",
        "1:20 ops slack: acknowledged",
    ]


def test_a_policy_may_go_around_more_than_once() -> None:
    rounds = policy("critical", step("5m", "user:ana"), step("10m", "user:bo"), rounds=2)
    world = World(configured(route(policy="critical", wait="0s"), users=USERS, policies=[rounds]))
    world.at("0:00").fires("Disk")
    assert world.until("0:29") == [
        "0:00 ana sms: page, step 1",
        "0:05 bo sms: page, step 2",
        "0:15 ana sms: page, step 1",
        "0:20 bo sms: page, step 2",
    ]


def test_without_a_fallback_the_steps_begin_again() -> None:
    once = policy("critical", step("5m", "user:ana"), step("10m", "user:bo"))
    world = World(configured(route(policy="critical", wait="0s"), users=USERS, policies=[once]))
    world.at("0:00").fires("Disk")
    assert world.until("1:20") == [
        "0:00 ana sms: page, step 1",
        "0:05 bo sms: page, step 2",
        "0:45 ana sms: page, step 1",
        "0:50 bo sms: page, step 2",
    ]


def test_a_step_that_reaches_nobody_passes_its_turn_on_at_once() -> None:
    users = [person("ana"), person("bo", "sms")]
    world = World(configured(HOUSE_ROUTE, users=users, policies=[STEPS], receivers=BOSS))
    world.at("0:00").fires("Disk")
    assert world.until("0:04") == ["0:00 bo sms: page, step 2"]
    assert [record.detail["target"] for record in world.records("unreachable")] == ["user:ana"]


def test_when_no_step_reaches_anybody_the_fallback_rings_at_once() -> None:
    world = World(
        configured(HOUSE_ROUTE, policies=[STEPS], receivers=BOSS, fallback=("receiver:boss",))
    )
    world.at("0:00").fires("Disk")
    assert world.until("0:35") == [
        "0:00 boss slack: page, nobody could be reached",
        "0:30 boss slack: page, nobody could be reached",
    ]
    assert world.told("nobody") == ["0:00", "0:30"]


def test_when_no_step_reached_anybody_they_are_tried_again_with_the_fallback() -> None:
    nobody = configured(HOUSE_ROUTE, policies=[STEPS], receivers=BOSS, fallback=("receiver:boss",))
    world = World(nobody)
    world.at("0:00").fires("Disk")
    mended = configured(
        HOUSE_ROUTE, users=USERS, policies=[STEPS], receivers=BOSS, fallback=("receiver:boss",)
    )
    world.at("0:10").reloads(mended)
    assert world.until("0:41") == [
        "0:00 boss slack: page, nobody could be reached",
        "0:30 ana sms: page, step 1",
        "0:35 bo sms: page, step 2",
        "0:40 boss slack: page, nobody answered",
    ]


def test_contact_rules_count_from_the_page() -> None:
    users = [person("ana", "slack", later={"sms": "2m"}), person("bo", "sms")]
    world = World(configured(HOUSE_ROUTE, users=users, policies=[STEPS]))
    world.at("0:00").fires("Disk")
    assert world.until("0:06") == [
        "0:00 ana slack: page, step 1",
        "0:02 ana sms: page, step 1",
        "0:05 bo sms: page, step 2",
    ]


def test_an_answer_withdraws_the_methods_that_were_still_to_come() -> None:
    users = [person("ana", "slack", later={"sms": "2m"}), person("bo", "sms")]
    world = World(configured(HOUSE_ROUTE, users=users, policies=[STEPS]))
    world.at("0:00").fires("Disk")
    world.at("0:01").acks(by="ana")
    assert world.until("5:00") == ["0:00 ana slack: page, step 1"]
    assert "withdrawn" in world.rows.outcomes.values()


def test_a_team_is_rung_all_at_once() -> None:
    team = policy("critical", step("5m", "team:sre"))
    world = World(
        configured(HOUSE_ROUTE, users=USERS, policies=[team], teams={"sre": ("ana", "bo")})
    )
    world.at("0:00").fires("Disk")
    assert world.until("0:01") == ["0:00 ana sms: page, step 1", "0:00 bo sms: page, step 1"]


def test_people_are_looked_up_when_their_step_runs_and_the_policy_when_it_begins() -> None:
    world = World(configured(HOUSE_ROUTE, users=USERS, policies=[STEPS]))
    world.at("0:00").fires("Disk")
    other = policy("critical", step("1m", "user:ana"))
    moved = [person("ana", "sms"), person("bo", "push")]
    world.at("0:02").reloads(configured(HOUSE_ROUTE, users=moved, policies=[other]))
    assert world.until("0:09") == ["0:00 ana sms: page, step 1", "0:05 bo push: page, step 2"]
