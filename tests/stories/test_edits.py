"""Stories of a routes.toml that is edited while an incident runs."""

import pytest
from support.configured import channel, configured, person, policy, route, step
from support.post_office import DAWDLES, REFUSES
from support.world import World

from router.core.configuration import Configuration, Policy
from router.core.incident import Status

OLD = (step("5m", "user:ana"), step("5m", "user:bo", id="lead"), step("5m", "user:cleo"))


def house(
    ring: Policy | None,
    *,
    without: str = "",
    named: str = "critical",
    fallback: tuple[str, ...] = ("receiver:boss",),
) -> Configuration:
    people = [person(name, "sms") for name in ("ana", "bo", "cleo", "dee") if name != without]
    return configured(
        route(policy=named if ring else None, to=None if ring else "ops", by=(), wait="0s"),
        users=people,
        receivers=[channel("boss"), *([] if without == "ops" else [channel("ops")])],
        policies=[ring] if ring else [],
        fallback=fallback,
    )


def begun(on_edit: str = "keep") -> World:
    world = World(house(policy("critical", *OLD, on_edit=on_edit)))
    world.fires("Disk")
    assert world.until("0:01") == ["0:00 ana sms: page, step 1"]
    return world


def edited(on_edit: str, *steps: str) -> Policy:
    return policy("critical", *(step("2m", *one.split()) for one in steps), on_edit=on_edit)


def test_kept_it_goes_on_as_it_began() -> None:
    world = begun()
    world.at("0:02").reloads(house(edited("keep", "user:dee")))
    assert world.until("0:11") == ["0:05 bo sms: page, step 2", "0:10 cleo sms: page, step 3"]


def test_restarted_it_begins_with_the_new_first_step_at_once() -> None:
    world = begun()
    world.at("0:02").reloads(house(edited("restart", "user:dee", "user:bo")))
    assert world.until("0:05") == ["0:02 dee sms: page, step 1", "0:04 bo sms: page, step 2"]
    assert world.told("restarted") == ["0:02"]


def test_restarted_no_page_of_the_old_policy_leaves() -> None:
    world = begun()
    world.post.next("bo sms", DAWDLES)
    world.at("0:05").reloads(house(edited("restart", "user:dee")))
    world.begins("bo sms")
    assert world.until("0:06") == ["0:05 dee sms: page, step 1"]


@pytest.mark.parametrize("how", ["acks", "snoozes"])
def test_restarted_an_answer_holds_and_what_follows_it_is_new(how: str) -> None:
    world = begun()
    if how == "acks":
        world.acks(by="ana")
    else:
        world.snoozes("1:00")
    world.at("0:02").reloads(house(edited("restart", "user:dee")))
    assert world.until("0:59") == []
    world.at("0:59").unacks(by="ana")
    assert world.until("0:59") == ["0:59 dee sms: page, step 1"]


def test_continued_it_goes_on_with_the_step_of_the_same_id() -> None:
    world = begun()
    world.at("0:05:30")
    back = policy(
        "critical",
        step("1m", "user:dee"),
        step("1m", "user:dee", id="lead"),
        step("1m", "user:cleo", id="x"),
        on_edit="continue",
    )
    assert world.until("0:05:30") == ["0:05 bo sms: page, step 2"]
    world.reloads(house(back))
    assert world.until("0:12") == [
        "0:10 cleo sms: page, step 3",
        "0:11 boss slack: page, nobody answered",
    ]


def test_continued_a_step_that_moved_is_followed() -> None:
    world = begun()
    moved = policy(
        "critical",
        step("1m", "user:dee", id="new"),
        step("1m", "user:dee", id="newer"),
        step("1m", "user:bo", id="lead"),
        on_edit="continue",
    )
    world.at("0:02").reloads(house(moved))
    assert world.until("0:05") == ["0:05 bo sms: page, step 3"]
    assert world.told("continued") == ["0:02"]


def test_continued_past_the_last_step_the_fallback_rings_when_it_is_due() -> None:
    world = begun()
    world.at("0:02").reloads(house(edited("continue", "user:dee")))
    assert world.until("0:06") == ["0:05 boss slack: page, nobody answered"]


def test_a_policy_that_is_gone_is_kept() -> None:
    world = begun("restart")
    world.at("0:02").reloads(house(None))
    assert "0:05 bo sms: page, step 2" in world.until("0:06")


def test_an_unchanged_policy_changes_nothing() -> None:
    world = World(house(policy("critical", *OLD, on_edit="restart")))
    world.fires("Disk")
    world.at("0:02").reloads(house(policy("critical", *OLD, on_edit="restart")))
    assert world.until("0:06") == ["0:00 ana sms: page, step 1", "0:05 bo sms: page, step 2"]


def test_a_route_that_names_another_policy_counts_as_an_edit() -> None:
    world = begun("restart")
    other = policy("other", step("2m", "user:dee"), on_edit="restart")
    world.at("0:02").reloads(house(other, named="other"))
    assert world.until("0:03") == ["0:02 dee sms: page, step 1"]


def test_for_who_is_gone_the_fallback_is_told_and_the_step_passes_on() -> None:
    world = begun()
    world.at("0:02").reloads(house(policy("critical", *OLD), without="bo"))
    assert world.until("0:11") == [
        "0:05 cleo sms: page, step 3",
        "0:05 boss slack: page, no longer in routes.toml: user:bo",
        "0:10 boss slack: page, nobody answered",
    ]
    assert [record.detail["target"] for record in world.records("target_gone")] == ["user:bo"]


def test_a_step_whose_channel_is_gone_goes_on_with_the_others() -> None:
    steps = (step("5m", "user:ana"), step("5m", "user:bo", "receiver:ops"))
    world = World(house(policy("critical", *steps)))
    world.fires("Disk")
    world.at("0:01").reloads(house(policy("critical", *steps), without="ops"))
    assert world.until("0:09") == [
        "0:00 ana sms: page, step 1",
        "0:05 bo sms: page, step 2",
        "0:05 boss slack: page, no longer in routes.toml: receiver:ops",
    ]
    world.acks(by="bo")
    assert world.incident().status is Status.ACKNOWLEDGED


ALONE = policy("critical", step("5m", "user:ana"))


def test_where_only_the_fallback_rang_and_it_is_taken_away_the_steps_begin_again_at_once() -> None:
    world = World(house(ALONE))
    world.fires("Disk")
    world.at("0:10").reloads(house(ALONE, fallback=()))
    world.at("0:20").reloads(house(ALONE, fallback=()))
    assert world.until("0:30") == [
        "0:00 ana sms: page, step 1",
        "0:05 boss slack: page, nobody answered",
        "0:10 ana sms: page, step 1",
    ]
    assert world.told("rings_again") == ["0:10"]


def test_one_raised_by_hand_is_not_left_without_anybody_by_an_edit_either() -> None:
    world = World(house(ALONE))
    world.raises("bo", "come")
    world.at("0:20").reloads(house(ALONE, fallback=()))
    assert world.until("0:20")[-2:] == [
        "0:15 boss slack: page, nobody answered",
        "0:20 bo sms: page, step 1",
    ]


def test_muted_it_stays_quiet_and_is_not_left_without_anybody_by_an_edit() -> None:
    world = World(house(ALONE))
    world.fires("Disk")
    world.at("0:06").silences("alertname=Disk", until="1:00")
    world.at("0:40").reloads(house(ALONE, fallback=()))
    assert world.until("1:00")[2:] == ["1:00 ana sms: page, no longer muted"]


def test_a_start_that_finds_the_fallback_overdue_and_gone_begins_with_the_steps() -> None:
    world = World(house(ALONE))
    world.fires("Disk")
    world.at("0:10").restarts(back="0:50", edited=house(ALONE, fallback=()))
    assert world.until("0:56")[1:] == [
        "0:05 boss slack: page, nobody answered",
        "0:50 ana sms: page, step 1",
    ]


def test_where_nobody_could_be_rung_an_edit_is_not_waited_out() -> None:
    world = World(house(ALONE, without="ana", fallback=()))
    world.fires("Disk")
    world.at("0:10").reloads(house(ALONE, fallback=()))
    assert world.until("0:11") == ["0:10 ana sms: page, step 1"]


def test_a_fallback_that_is_named_at_last_ends_the_pause_that_its_lack_made() -> None:
    world = World(house(ALONE, fallback=()))
    world.fires("Disk")
    world.at("0:06").reloads(house(ALONE, fallback=()))
    world.at("0:10").reloads(house(ALONE))
    assert world.until("0:15") == [
        "0:00 ana sms: page, step 1",
        "0:10 ana sms: page, step 1",
        "0:15 boss slack: page, nobody answered",
    ]


def test_where_even_the_fallback_refused_an_edit_is_not_waited_out() -> None:
    world = World(house(ALONE))
    world.post.next("boss slack", REFUSES)
    world.fires("Disk")
    world.at("0:10").reloads(house(ALONE))
    world.at("0:20").reloads(house(ALONE))
    assert world.until("0:30") == [
        "0:00 ana sms: page, step 1",
        "0:05 boss slack: page, nobody answered (refuses)",
        "0:10 boss slack: page, nobody answered",
    ]


def test_an_edit_rings_nobody_early_while_somebody_was_rung() -> None:
    world = World(house(ALONE))
    world.fires("Disk")
    for minute in (1, 6, 7, 20):
        world.at(f"0:{minute:02}").reloads(house(ALONE))
    assert world.until("0:34") == [
        "0:00 ana sms: page, step 1",
        "0:05 boss slack: page, nobody answered",
    ]
