"""Stories of pages that go to whoever is on call when they leave. Each begins Friday at 08:00."""

from support.configured import channel, configured, daily, person, policy, route, step
from support.rota import layer, override, schedule
from support.world import World

from router.core.configuration import Configuration, Policy
from router.core.schedule import Schedule

ANA_THEN_BO = schedule(layer("ana", "bo", every="daily", start="2027-01-14 08:10"))
"""Ana until ten past eight on the first day, then Bo."""
RING = policy("critical", step("5m", "schedule:primary"), step("5m", "schedule:primary"), rounds=2)


def house(primary: Schedule, ring: Policy = RING, **more: Schedule) -> Configuration:
    return configured(
        route(policy=ring.name, by=("alertname",), wait="0s"),
        users=[person("ana", "sms"), person("bo", "sms"), person("cy", "sms"), person("di")],
        receivers=[channel("boss")],
        policies=[ring],
        fallback=("receiver:boss",),
        schedules={"primary": primary, **more},
    )


def test_each_step_rings_whoever_is_on_call_when_it_runs() -> None:
    world = World(house(ANA_THEN_BO))
    world.at("0:00").fires("Disk")
    assert world.until("0:19") == [
        "0:00 ana sms: page, step 1",
        "0:05 ana sms: page, step 2",
        "0:10 bo sms: page, step 1",
        "0:15 bo sms: page, step 2",
    ]


def test_a_handoff_an_instant_before_a_step_counts() -> None:
    late = schedule(layer("ana", "bo", every="daily", start="2027-01-14 08:05"))
    world = World(house(late))
    world.at("0:00").fires("Disk")
    assert world.until("0:06") == ["0:00 ana sms: page, step 1", "0:05 bo sms: page, step 2"]


def test_whoever_was_paged_before_the_handoff_may_answer_after_it() -> None:
    world = World(house(ANA_THEN_BO))
    world.at("0:00").fires("Disk")
    world.at("0:12").acks(by="ana")
    assert world.incident().answered_by == "ana"
    assert world.until("5:00") == [
        "0:00 ana sms: page, step 1",
        "0:05 ana sms: page, step 2",
        "0:10 bo sms: page, step 1",
    ]


def test_a_repeated_page_after_an_acknowledgement_goes_to_whoever_is_on_call_by_then() -> None:
    ring = policy("critical", step("5m", "schedule:primary"), rounds=2, ack_timeout="15m")
    world = World(house(ANA_THEN_BO, ring))
    world.at("0:00").fires("Disk")
    world.at("0:01").acks(by="ana")
    assert world.until("0:17") == [
        "0:00 ana sms: page, step 1",
        "0:16 ana sms: page, acknowledgement timed out",
        "0:16 bo sms: page, acknowledgement timed out",
    ]


def test_while_nobody_is_on_call_the_step_passes_its_turn_on_at_once() -> None:
    closed = schedule(layer("ana", restrict=("fri 09:00-17:00",)))
    ring = policy("critical", step("5m", "schedule:primary"), step("90m", "user:cy"), rounds=2)
    world = World(house(closed, ring))
    world.at("0:00").fires("Disk")
    assert world.until("1:35") == [
        "0:00 cy sms: page, step 2",
        "1:30 ana sms: page, step 1",
        "1:35 cy sms: page, step 2",
    ]
    assert [record.detail["target"] for record in world.records("unreachable")] == [
        "schedule:primary"
    ]


def test_when_whoever_is_on_call_cannot_be_reached_the_next_step_follows_at_once() -> None:
    ring = policy("critical", step("5m", "schedule:primary"), step("5m", "user:bo"))
    world = World(house(schedule(layer("di")), ring))
    world.at("0:00").fires("Disk")
    assert world.until("0:01") == ["0:00 bo sms: page, step 2"]


def test_a_schedule_of_nobody_ends_with_the_fallback() -> None:
    world = World(house(schedule(layer("ana", restrict=("sat 09:00-17:00",)))))
    world.at("0:00").fires("Disk")
    assert world.until("0:01") == ["0:00 boss slack: page, nobody could be reached"]


def test_rounds_that_find_nobody_on_call_for_a_while_begin_again() -> None:
    world = World(
        house(
            schedule(layer("ana"), overrides=(override("2027-01-15 08:03", "2027-01-15 08:13"),)),
            policy("critical", step("5m", "schedule:primary"), rounds=0),
        )
    )
    world.at("0:00").fires("Disk")
    assert world.until("0:41") == [
        "0:00 ana sms: page, step 1",
        "0:05 boss slack: page, nobody could be reached",
        "0:35 ana sms: page, step 1",
        "0:40 ana sms: page, step 1",
    ]


def test_an_override_begins_and_ends_between_steps() -> None:
    found = schedule(
        layer("ana"), overrides=(override("2027-01-15 08:03", "2027-01-15 08:08", "cy"),)
    )
    world = World(house(found))
    world.at("0:00").fires("Disk")
    assert world.until("0:11") == [
        "0:00 ana sms: page, step 1",
        "0:05 cy sms: page, step 2",
        "0:10 ana sms: page, step 1",
    ]


def test_an_edited_schedule_counts_from_the_next_step() -> None:
    world = World(house(schedule(layer("ana"))))
    world.at("0:00").fires("Disk")
    world.at("0:02").reloads(house(schedule(layer("bo"))))
    assert world.until("0:06") == ["0:00 ana sms: page, step 1", "0:05 bo sms: page, step 2"]


def test_a_schedule_that_is_deleted_meanwhile_reaches_nobody() -> None:
    ring = policy("critical", step("5m", "user:cy"), step("5m", "schedule:primary"))
    world = World(house(schedule(layer("ana")), ring))
    world.at("0:00").fires("Disk")
    gone = configured(
        route(policy="critical", by=("alertname",), wait="0s"),
        users=[person("cy", "sms")],
        receivers=[channel("boss")],
        policies=[policy("critical", step("5m", "user:cy"))],
        fallback=("receiver:boss",),
    )
    world.at("0:02").reloads(gone)
    assert world.until("0:06") == [
        "0:00 cy sms: page, step 1",
        "0:05 boss slack: page, nobody answered",
    ]


def test_after_a_restart_the_step_that_is_late_rings_whoever_is_on_call_now() -> None:
    world = World(house(ANA_THEN_BO))
    world.at("0:00").fires("Disk")
    assert world.until("0:04") == ["0:00 ana sms: page, step 1"]
    world.restarts(back="0:20")
    assert world.until("0:21") == ["0:20 bo sms: page, step 2"]


def test_a_digest_goes_to_whoever_is_on_call_at_its_hour() -> None:
    gather = daily("info", "09:00", "schedule:primary")
    world = World(house(ANA_THEN_BO, gather))
    world.at("0:05").fires("Slow")
    assert world.until("2:00") == ["1:00 bo sms: digest: Slow"]


def test_several_on_call_are_rung_together_and_one_answer_is_enough() -> None:
    world = World(house(schedule(layer("ana+bo"))))
    world.at("0:00").fires("Disk")
    world.at("0:01").acks(by="bo")
    assert world.until("1:00") == [
        "0:00 ana sms: page, step 1",
        "0:00 bo sms: page, step 1",
    ]


def test_an_override_made_meanwhile_counts_from_the_next_step() -> None:
    world = World(house(schedule(layer("ana"))))
    world.at("0:00").fires("Disk")
    assert world.at("0:02").overrides("0:02", "0:08", "cy") == "overridden"
    assert world.until("0:11") == [
        "0:00 ana sms: page, step 1",
        "0:05 cy sms: page, step 2",
        "0:10 ana sms: page, step 1",
    ]


def test_a_swap_counts_for_the_step_and_for_the_acknowledgement_that_times_out() -> None:
    ring = policy("critical", step("5m", "schedule:primary"), rounds=2, ack_timeout="15m")
    world = World(house(schedule(layer("ana")), ring))
    world.at("0:00").fires("Disk")
    world.at("0:01").acks(by="ana")
    assert world.at("0:02").swaps("0:02", "1:00", "ana", "bo") == "swapped"
    assert world.until("0:17") == [
        "0:00 ana sms: page, step 1",
        "0:16 ana sms: page, acknowledgement timed out",
        "0:16 bo sms: page, acknowledgement timed out",
    ]


def test_an_override_outlives_a_restart_and_a_reload() -> None:
    world = World(house(schedule(layer("ana"))))
    world.overrides("0:00", "1:00", "cy")
    world.restarts(back="0:10")
    world.reloads(house(schedule(layer("bo"))))
    world.at("0:11").fires("Disk")
    assert world.until("0:12") == ["0:11 cy sms: page, step 1"]


def test_an_override_of_somebody_who_was_deleted_meanwhile_leaves_the_layers() -> None:
    world = World(house(schedule(layer("ana"))))
    world.overrides("0:00", "1:00", "bo")
    gone = configured(
        route(policy="critical", by=("alertname",), wait="0s"),
        users=[person("ana", "sms")],
        receivers=[channel("boss")],
        policies=[RING],
        fallback=("receiver:boss",),
        schedules={"primary": schedule(layer("ana"))},
    )
    world.at("0:02").reloads(gone)
    world.fires("Disk")
    assert world.until("0:03") == ["0:02 ana sms: page, step 1"]
