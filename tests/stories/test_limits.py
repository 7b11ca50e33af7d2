"""Stories of people who would be drowned, and are sent one message for many instead."""

from collections import Counter

import pytest
from msgspec.structs import replace
from support.configured import channel, configured, person, policy, route, step
from support.post_office import DAWDLES, FAILS, HANGS, LOSES, REFUSES, TAKES
from support.world import World

from router.core import event as e
from router.core.configuration import Configuration, User
from router.core.limit import DEFAULTS, Limit
from router.core.moment import MINUTE, SECOND, Now
from router.core.notification import Turn
from router.core.waiting import Kind

SMS = DEFAULTS["sms"]
MINUTELY = (Limit(1, MINUTE),)
PER_ALERT = route(policy="p", by=("alertname",), wait="0s", interval="1m")
STEPS = policy("p", step("30m", "user:ana"))


def limited(name: str, *methods: str, limits: tuple[Limit, ...] = MINUTELY) -> User:
    return replace(person(name, *methods), limits=dict.fromkeys(methods, limits))


def house(*users: User, steps: object = STEPS) -> Configuration:
    return configured(
        PER_ALERT,
        users=users or (limited("ana", "sms"),),
        policies=[steps],  # type: ignore[list-item]
        receivers=[channel("boss")],
        fallback=("receiver:boss",),
    )


def sent_of(world: World) -> list[tuple[int, int]]:
    """The second of each message taken, and how many deliveries were in it."""
    found = Counter(r.at // SECOND for r in world.records("sent"))
    began = min(found, default=0)
    return [(second - began, count) for second, count in sorted(found.items())]


def test_what_is_over_the_limit_leaves_in_one_message_when_it_may() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.at("0:05")
    assert sent_of(world) == [(0, 1), (60, 2)]
    assert len(world.post.sent) == 2, "the two that were held back are one message"
    assert world.told("held_back") == ["0:00", "0:00"]
    assert [r.detail.get("bundle") for r in world.records("sent")] == [None, 2, 2]


def test_the_windows_are_kept_for_hours() -> None:
    world = World(house(limits_for_long()))
    for minute in range(180):
        world.at(f"{minute // 60}:{minute % 60:02}")
        world.fires(f"Disk{minute}")
    world.at("3:30")
    began = [sent.passed for sent in world.post.sent if sent.who == "ana sms"]
    for limit in SMS:
        for start in began:
            inside = [one for one in began if start <= one < start + limit.per]
            assert len(inside) <= limit.count
    told = {record.incident for record in world.records("sent")}
    assert len(told) == 180, "nothing is dropped"
    assert len(began) < 30


def limits_for_long() -> User:
    return limited("ana", "sms", limits=SMS)


def test_a_storm_of_five_hundred_is_a_few_messages() -> None:
    world = World(house(limited("ana", "chat", limits=())))
    for number in range(500):
        world.fires(f"Disk{number}")
    world.at("0:01")
    assert sent_of(world) == [(0, 3), (10, 497)]
    assert len(world.post.sent) == 4


def test_a_storm_larger_than_a_bundle_is_several() -> None:
    world = World(house())
    for number in range(1200):
        world.fires(f"Disk{number}")
    world.at("0:05")
    assert sent_of(world) == [(0, 1), (60, 1000), (120, 199)]


def test_the_first_page_of_a_critical_incident_is_not_held_back() -> None:
    world = World(house())
    world.fires("One", severity="warning")
    world.at("0:00:20")
    world.fires("Two", severity="warning")
    world.at("0:00:30")
    world.fires("Fire", severity="critical")
    world.at("0:05")
    first, second = world.post.sent
    assert (first.passed // SECOND, second.passed // SECOND) == (0, 30)
    assert second.row.bundle == second.row.id, "what waited goes with it"
    assert [r.detail.get("bundle") for r in world.records("sent")] == [None, 2, 2]


def test_a_storm_of_critical_incidents_waits_for_moments_only() -> None:
    world = World(house())
    for number in range(20):
        world.fires(f"Fire{number}", severity="critical")
    world.at("0:05")
    assert sent_of(world) == [(0, 3), (10, 17)]


def test_a_storm_of_what_is_not_critical_holds_back_no_first_page_of_what_is() -> None:
    world = World(house(limited("ana", "chat", limits=())))
    for number in range(50):
        world.fires(f"Disk{number}", severity="warning")
    world.at("0:00:02")
    world.fires("Fire", severity="critical")
    world.at("0:00:03")
    assert sent_of(world) == [(0, 3), (2, 48)], "what waited goes with it"


def test_three_first_pages_of_what_is_critical_leave_at_once_whatever_was_sent_before() -> None:
    world = World(house())
    for second in range(3):
        world.fires(f"Disk{second}", severity="warning")
        world.fires(f"Fire{second}", severity="critical")
        world.at(f"0:00:0{second + 1}")
    fires = [s.passed // SECOND for s in world.post.sent if s.names[0].startswith("Fire")]
    assert fires == [0, 1, 2]


def test_a_restart_remembers_how_many_first_pages_there_were() -> None:
    world = World(house())
    for number in range(3):
        world.fires(f"Fire{number}", severity="critical")
    world.at("0:00:01")
    world.restarts()
    world.fires("Fire3", severity="critical")
    world.fires("Fire4", severity="critical")
    world.at("0:05")
    assert sent_of(world) == [(0, 3), (10, 2)]


def test_later_pages_of_a_critical_incident_have_their_limits() -> None:
    twice = policy("p", step("10s", "user:ana"), step("30m", "user:ana"))
    world = World(house(steps=twice))
    world.fires("Fire", severity="critical")
    world.at("0:05")
    assert sent_of(world) == [(0, 1), (60, 1)]


def test_an_answer_withdraws_its_part_of_what_is_held_back() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.at("0:00:30")
    world.acks(2, by="bo")
    world.at("0:05")
    assert sent_of(world) == [(0, 1), (60, 1)]
    assert [sent.names for sent in world.post.sent] == [["One"], ["Three"]]


def test_when_all_is_answered_nothing_leaves() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.at("0:00:30")
    world.acks(2, by="bo")
    world.resolves("Three")
    world.at("0:10")
    assert [sent.names for sent in world.post.sent] == [["One"]]


def test_what_is_silenced_meanwhile_stays_out_of_the_bundle() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.silences("alertname=Two", until="0:10")
    world.at("0:05")
    assert [sent.names for sent in world.post.sent] == [["One"], ["Three"]]
    world.at("0:20")
    assert "Two" in [name for sent in world.post.sent for name in sent.names]


def test_an_answer_before_the_first_byte_keeps_its_incident_out() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.post.next("ana sms", DAWDLES)
    world.at("0:01")
    world.acks(3, by="bo")
    world.begins("ana sms")
    world.at("0:02")
    assert sent_of(world) == [(0, 1), (60, 1)]
    assert [sent.names for sent in world.post.sent] == [["One"], ["Two"]]


def test_a_restart_forgets_neither_the_limit_nor_what_it_holds_back() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.at("0:00:30")
    world.restarts()
    world.fires("Four")
    world.at("0:05")
    assert sent_of(world) == [(0, 1), (60, 3)]


def test_a_bundle_that_was_under_way_is_sent_again_as_one() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.post.next("ana sms", TAKES, HANGS)
    world.at("0:01")
    world.restarts()
    world.at("0:05")
    assert len(world.post.sent) == 3
    assert world.post.sent[2].row.maybe_sent
    assert [r.detail.get("bundle") for r in world.records("sent")] == [None, 2, 2]


def test_a_bundle_that_fails_is_tried_again_with_what_came_since() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.at("0:00:59")
    world.post.next("ana sms", FAILS)
    world.at("0:01")
    world.fires("Four")
    world.at("0:05")
    assert [r.detail.get("bundle") for r in world.records("sent")] == [None, 3, 3, 3]
    assert len(world.post.sent) == 3


def test_a_message_that_may_have_arrived_counts() -> None:
    world = World(house())
    world.post.next("ana sms", LOSES)
    world.fires("One")
    world.at("0:00:10")
    world.fires("Two")
    world.at("0:05")
    assert [sent.passed // SECOND for sent in world.post.sent][-1] >= 60


def test_a_bundle_that_is_refused_goes_on_to_the_next_method() -> None:
    ana = replace(person("ana", "sms", later={"mail": "20m"}), limits={"sms": MINUTELY})
    world = World(house(ana))
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.at("0:00:30")
    world.post.always("ana sms", REFUSES)
    world.at("0:02")
    assert [sent.who for sent in world.post.sent] == ["ana sms", "ana sms", "ana mail", "ana mail"]


def test_news_has_a_count_of_its_own() -> None:
    world = World(house())
    for number in range(5):
        world.fires(f"Disk{number}")
    world.at("0:02")
    for number in range(5):
        world.resolves(f"Disk{number}")
    world.at("0:02:30")
    world.fires("More")
    world.at("0:10")
    kinds = [(sent.row.kind, sent.passed // SECOND) for sent in world.post.sent]
    assert ("page", 150) in kinds, "news of what is over holds no page back"
    resolved = [
        record for record in world.records("sent") if record.detail["delivery"] == "resolved"
    ]
    assert len(resolved) == 5
    assert len([kind for kind, _ in kinds if kind == "resolved"]) < 5


SLOWLY = route(policy="p", by=("alertname",), wait="0s", interval="10m")


def slow_house() -> Configuration:
    return configured(SLOWLY, users=(limited("ana", "sms"),), policies=[STEPS])


@pytest.mark.parametrize("quiet", ["over", "silenced"])
def test_a_page_that_cannot_leave_takes_nobodys_turn(quiet: str) -> None:
    world = World(slow_house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.at("0:00:30")
    if quiet == "over":
        world.resolves("Two")
    else:
        world.silences("alertname=Two", until="1:00")
    world.at("0:00:59")
    two, three = sorted(world.state.deliveries)
    world.now = Now(world.now.wall + SECOND, world.now.service + SECOND)
    for number in (two, three):
        world.submit(e.Due(Kind.DELIVERY, number))
    turns = {number: world.state.deliveries[number].turn for number in (two, three)}
    assert turns[three] is Turn.GRANTED, "it does not wait for what cannot leave"
    assert turns[two] is not Turn.GRANTED
    world.at("0:02")
    assert sent_of(world) == [(0, 1), (60, 1)]


def test_while_nothing_of_its_incident_fires_a_page_gets_no_leave() -> None:
    world = World(slow_house())
    world.post.next("ana sms", DAWDLES)
    world.fires("One")
    world.at("0:00:01").resolves("One")
    world.begins("ana sms")
    (row,) = world.state.deliveries.values()
    assert world.incident().held
    for _ in range(3):
        world.submit(e.Due(Kind.DELIVERY, row.id))
        world.submit(e.Claimed(row.id))
    (row,) = world.state.deliveries.values()
    assert (row.claimed, row.turn) == (False, Turn.OPEN), "it is in nobody's way"
    world.submit(e.Due(Kind.DELIVERY, row.id))
    assert world.state.deliveries[row.id].turn is Turn.OPEN
    world.fires("One")
    assert world.until("0:01")[-1].startswith("0:00:01 ana sms: page"), "the trouble is back"


def test_methods_and_people_do_not_share_limits() -> None:
    both = policy("p", step("30m", "user:ana", "user:bo"))
    world = World(house(limited("ana", "sms", "mail"), limited("bo", "sms"), steps=both))
    world.fires("One")
    world.at("0:00:30")
    assert sorted(sent.who for sent in world.post.sent) == ["ana mail", "ana sms", "bo sms"]


def test_who_has_no_limits_is_told_at_once() -> None:
    world = World(house(person("ana", "hook")))
    for number in range(50):
        world.fires(f"Disk{number}")
    world.at("0:00:01")
    assert len(world.post.sent) == 50


def test_a_reload_that_lifts_the_limit_lifts_it() -> None:
    world = World(house())
    for name in ("One", "Two", "Three"):
        world.fires(name)
    world.at("0:00:30")
    world.reloads(house(limited("ana", "sms", limits=())))
    world.fires("Four")
    world.at("0:00:40")
    assert len(world.records("sent")) == 4
