"""Stories of messages that do not get through."""

from itertools import pairwise

from support.configured import channel, configured, person, policy, route, step
from support.post_office import FAILS, HANGS, LOSES, REFUSES, TAKES, busy
from support.virtual import after
from support.world import World

USERS = [person("ana", "push", later={"sms": "3m", "mail": "4m"}), person("bo", "sms")]
STEPS = policy("critical", step("10m", "user:ana"), step("10m", "user:bo"))
ROUTE = route(policy="critical", by=("alertname",), wait="0s")
HOUSE = configured(
    ROUTE,
    users=USERS,
    receivers=[channel("boss")],
    policies=[STEPS],
    fallback=("receiver:boss",),
)


def test_a_failed_attempt_is_made_again_ever_later_with_the_same_key() -> None:
    world = World(HOUSE)
    world.post.always("bo sms", FAILS)
    world.fires("Disk")
    world.until("1:00")
    attempts = [sent for sent in world.post.sent if sent.who == "bo sms"]
    pauses = [b.passed - a.passed for a, b in pairwise(attempts)]
    assert len({sent.row.key for sent in attempts}) == 1
    assert [sent.row.attempt for sent in attempts] == list(range(1, len(attempts) + 1))
    for number, pause in enumerate(pauses):
        nominal = min(500_000 * 1.5**number, 60_000_000)
        assert 0.5 * nominal <= pause <= 1.5 * nominal + 1
    assert max(pauses) > after("0:00:55")


def test_a_refused_method_gives_way_to_the_persons_next_at_once() -> None:
    world = World(HOUSE)
    world.post.next("ana push", REFUSES)
    world.fires("Disk")
    assert world.until("0:09") == [
        "0:00 ana push: page, step 1 (refuses)",
        "0:00 ana sms: page, step 1",
        "0:04 ana mail: page, step 1",
    ]


def test_when_every_method_is_refused_the_next_step_follows_at_once() -> None:
    world = World(HOUSE)
    for who in ("ana push", "ana sms", "ana mail"):
        world.post.always(who, REFUSES)
    world.fires("Disk")
    assert world.until("0:09") == [
        "0:00 ana push: page, step 1 (refuses)",
        "0:00 ana sms: page, step 1 (refuses)",
        "0:00 ana mail: page, step 1 (refuses)",
        "0:00 bo sms: page, step 2",
    ]
    assert world.told("nobody_reached") == ["0:00"]


def test_while_somebody_else_of_the_step_was_reached_the_next_step_keeps_its_time() -> None:
    both = policy("critical", step("10m", "user:bo", "receiver:ops"), step("10m", "user:cleo"))
    users = [*USERS, person("cleo", "sms")]
    world = World(configured(ROUTE, users=users, receivers=[channel("ops")], policies=[both]))
    world.post.always("bo sms", REFUSES)
    world.fires("Disk")
    assert world.until("0:11") == [
        "0:00 bo sms: page, step 1 (refuses)",
        "0:00 ops slack: page, step 1",
        "0:10 cleo sms: page, step 2",
    ]


def test_when_all_of_a_round_is_refused_the_fallback_rings_and_nothing_whirls() -> None:
    forever = policy("critical", step("10m", "user:bo"), rounds=0)
    world = World(
        configured(
            ROUTE,
            users=USERS,
            receivers=[channel("boss")],
            policies=[forever],
            fallback=("receiver:boss",),
        )
    )
    world.post.always("bo sms", REFUSES)
    world.fires("Disk")
    assert world.until("0:31") == [
        "0:00 bo sms: page, step 1 (refuses)",
        "0:00 boss slack: page, nobody could be reached",
        "0:30 bo sms: page, step 1 (refuses)",
        "0:30 boss slack: page, nobody could be reached",
    ]
    world.post.heal()
    assert world.until("1:01") == ["1:00 bo sms: page, step 1"]


def test_when_all_of_a_round_is_refused_and_there_is_no_fallback_it_tries_again_later() -> None:
    forever = policy("critical", step("10m", "user:ana"), step("10m", "user:bo"), rounds=0)
    users = [person("ana", "sms"), person("bo", "sms")]
    world = World(configured(ROUTE, users=users, policies=[forever]))
    world.post.always("ana sms", REFUSES)
    world.post.next("bo sms", REFUSES)
    world.fires("Disk")
    assert world.until("0:31") == [
        "0:00 ana sms: page, step 1 (refuses)",
        "0:00 bo sms: page, step 2 (refuses)",
        "0:30 ana sms: page, step 1 (refuses)",
        "0:30 bo sms: page, step 2",
    ]


def test_after_three_failures_the_next_method_does_not_wait_for_its_time() -> None:
    world = World(HOUSE)
    world.post.always("ana push", FAILS)
    world.fires("Disk")
    lines = world.until("0:00:10")
    assert [line.split(" ", 1)[1] for line in lines[:5]] == [
        "ana push: page, step 1 (fails)",
        "ana push: page, step 1 (fails)",
        "ana push: page, step 1 (fails)",
        "ana sms: page, step 1",
        "ana push: page, step 1 (fails)",
    ]


def test_no_attempt_is_made_before_the_far_side_asked_for_one() -> None:
    world = World(HOUSE)
    world.post.next("ana push", busy("0:02"))
    world.fires("Disk")
    assert world.until("0:02") == [
        "0:00 ana push: page, step 1 (fails)",
        "0:02 ana push: page, step 1",
    ]


def test_who_asks_to_wait_for_more_than_a_day_is_given_up() -> None:
    world = World(HOUSE)
    world.post.next("ana push", busy("25:00"))
    world.fires("Disk")
    assert world.until("0:01") == [
        "0:00 ana push: page, step 1 (fails)",
        "0:00 ana sms: page, step 1",
    ]
    assert world.told("gave_up") == ["0:00"]


def test_an_unknown_outcome_is_repeated_with_the_same_key_and_says_so() -> None:
    world = World(HOUSE)
    world.post.next("ana push", LOSES)
    world.fires("Disk")
    lines = world.until("0:00:01")
    assert lines[0] == "0:00 ana push: page, step 1 (loses)"
    assert lines[1].endswith("ana push: page, step 1, again")
    first, second = world.post.sent
    assert first.row.key == second.row.key
    assert world.told("unknown") == ["0:00"]


def test_a_later_step_overtakes_a_page_that_never_got_through() -> None:
    twice = policy("critical", step("10m", "user:bo"), step("10m", "user:bo"))
    world = World(configured(ROUTE, users=USERS, policies=[twice]))
    world.post.next("bo sms", busy("0:30"))
    world.fires("Disk")
    assert world.until("0:31") == [
        "0:00 bo sms: page, step 1 (fails)",
        "0:10 bo sms: page, step 2",
    ]
    assert "superseded" in world.rows.outcomes.values()


def test_a_page_waits_behind_one_to_the_same_phone_that_is_under_way() -> None:
    twice = policy("critical", step("10m", "user:bo"), step("10m", "user:bo"))
    world = World(configured(ROUTE, users=USERS, policies=[twice]))
    world.post.next("bo sms", HANGS)
    world.fires("Disk")
    assert world.until("0:15") == ["0:00 bo sms: page, step 1 (hangs)"]
    world.ends("bo sms", TAKES)
    assert world.until("0:16") == ["0:15 bo sms: page, step 2"]


def test_a_dead_channel_delays_no_other() -> None:
    two = configured(
        route("", route("", to="dead", go_on=True), route("", to="alive"), to="alive", wait="0s"),
        receivers=[channel("dead"), channel("alive")],
    )
    world = World(two)
    world.post.always("dead slack", FAILS)
    world.fires("Disk")
    world.at("0:08").resolves("Disk")
    alive = [line for line in world.until("1:00") if "alive" in line]
    assert alive == [
        "0:00 alive slack: first notification: Disk",
        "0:10 alive slack: all alerts resolved: -Disk",
    ]


def test_a_refused_notification_is_planned_again_at_the_next_flush() -> None:
    world = World(configured(route(to="ops", wait="0s"), receivers=[channel("ops")]))
    world.post.next("ops slack", REFUSES)
    world.fires("Disk")
    assert world.until("0:06") == [
        "0:00 ops slack: first notification: Disk (refuses)",
        "0:05 ops slack: first notification: Disk",
    ]


def test_news_replace_what_has_not_left() -> None:
    world = World(
        configured(route(to="ops", wait="0s", interval="20s"), receivers=[channel("ops")])
    )
    world.post.next("ops slack", busy("0:10"))
    world.fires("Disk")
    world.at("0:00:10").fires("Cpu")
    assert world.until("0:30") == [
        "0:00 ops slack: first notification: Disk (fails)",
        "0:00:20 ops slack: first notification: Cpu Disk",
    ]


def test_who_may_have_heard_of_an_end_hears_that_it_fires_again() -> None:
    house = configured(
        route(to="ops", by=("alertname",), wait="0s", interval="5m"), receivers=[channel("ops")]
    )
    world = World(house)
    world.fires("Disk")
    world.until("0:01")
    world.post.always("ops slack", LOSES)
    world.resolves("Disk")
    world.until("0:06")
    world.fires("Disk")
    world.until("0:16")
    world.post.always("ops slack", TAKES)
    world.until("0:18")
    assert world.post.sent[-1].passed > after("0:16"), "they hear of it"
    assert world.post.sent[-1].row.firing, "what they may have taken for over fires"
    assert "receiver:ops" in world.post.sent[-1].row.target


def test_who_did_not_get_the_end_is_not_told_of_the_beginning_again() -> None:
    world = World(configured(route(to="ops", wait="0s", interval="5m"), receivers=[channel("ops")]))
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    world.post.next("ops slack", HANGS)
    world.at("0:06").fires("Disk")
    world.at("0:11").ends("ops slack", FAILS)
    assert world.until("1:00") == [
        "0:00 ops slack: first notification: Disk",
        "0:05 ops slack: all alerts resolved: -Disk (hangs)",
    ]
    world.at("1:01").resolves("Disk")
    assert world.until("1:10") == ["1:05 ops slack: all alerts resolved: -Disk"]


def test_who_did_not_get_the_beginning_is_not_told_of_the_end() -> None:
    world = World(configured(route(to="ops", wait="0s", interval="5m"), receivers=[channel("ops")]))
    world.post.next("ops slack", HANGS)
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    world.at("0:06").ends("ops slack", FAILS)
    assert world.until("1:00") == ["0:00 ops slack: first notification: Disk (hangs)"]
    world.fires("Disk")
    assert world.until("1:01") == ["1:00 ops slack: first notification: Disk"]
