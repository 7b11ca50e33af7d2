"""When a delivery may leave, and when it may try again."""

import pytest
from support.configured import channel, configured, person, policy, route, step
from support.post_office import DAWDLES, HANGS
from support.world import World

from router.core import command as c
from router.core import event as e
from router.core.engine import decide
from router.core.incident import Incident, Status
from router.core.moment import DAY, MINUTE, SECOND, Now
from router.core.notification import Delivery
from router.core.sending import wanted
from router.core.state import State
from router.core.stored import Stored

POLICY = policy("critical", step("5m", "user:ana"))
HOUSE = configured(
    route(to="ops", policy="critical", wait="0s"),
    users=[person("ana", "sms", later={"mail": "1h"})],
    receivers=[channel("ops")],
    policies=[POLICY],
)


def row(kind: str, **changes: object) -> Delivery:
    fields: dict[str, object] = {
        "id": 1,
        "key": "k",
        "lane": "i1:user:ana/sms",
        "kind": kind,
        "target": "user:ana/sms",
        "incident": 1,
        "due": 0,
        "not_after": DAY,
        "claimed": True,
        **changes,
    }
    return Delivery(**fields)  # type: ignore[arg-type]


def incident(status: Status, *, held: bool = False) -> Incident:
    return Incident(number=1, group=1, policy=POLICY, status=status, held=held, opened_at=0)


def state_with(delivery: Delivery, found: Incident | None) -> State:
    stored = Stored(
        instance="test", deliveries=[delivery], incidents=[found] if found is not None else []
    )
    return State(HOUSE, stored)


RINGING, TAKEN = incident(Status.TRIGGERED), incident(Status.ACKNOWLEDGED)
HELD = incident(Status.TRIGGERED, held=True)


@pytest.mark.parametrize(
    ("kind", "found", "may"),
    [
        pytest.param("page", RINGING, True, id="a page while it rings"),
        pytest.param("page", TAKEN, False, id="no page once somebody took it"),
        pytest.param("page", HELD, False, id="no page while it is held"),
        pytest.param("page", None, False, id="no page when it is over"),
        pytest.param("acknowledged", TAKEN, True, id="that it is taken, while it is"),
        pytest.param("acknowledged", RINGING, False, id="not that it is taken when it rings again"),
        pytest.param("acknowledged", None, False, id="nor when it is over"),
        pytest.param("notification", TAKEN, True, id="news of it while it is open"),
        pytest.param("notification", None, False, id="no news of it when it is over"),
        pytest.param("resolved", None, True, id="its end, always"),
        pytest.param("notice", RINGING, True, id="a notice, always"),
    ],
)
def test_a_delivery_may_begin_to_leave(kind: str, found: Incident | None, may: bool) -> None:
    assert wanted(state_with(row(kind), found), 1) is may


def test_what_is_not_claimed_or_not_there_may_not() -> None:
    assert not wanted(state_with(row("notice", claimed=False), None), 1)
    assert not wanted(state_with(row("notice"), None), 2)


def answer(state: State, number: int, service: int = 0) -> str:
    commands = decide(state, e.Claimed(number), Now(0, service))
    return next(found.code for found in commands if isinstance(found, c.Answer))


def test_a_claim_waits_its_turn_and_its_time() -> None:
    first, second = row("notice", claimed=False), row("notice", claimed=False, id=2)
    state = State(HOUSE, Stored(instance="test", deliveries=[second, first]))
    assert [answer(state, number) for number in (1, 2, 3)] == ["claimed", "wait", "gone"]
    late = State(HOUSE, Stored(instance="test", deliveries=[row("notice", claimed=False, due=9)]))
    assert [answer(late, 1, service) for service in (8, 9)] == ["wait", "claimed"]
    assert answer(state_with(row("notice"), None), 1) == "wait"


def test_the_next_of_a_lane_wakes_when_the_one_before_is_done() -> None:
    first, second = row("notice"), row("notice", claimed=False, id=2, due=5)
    state = State(HOUSE, Stored(instance="test", deliveries=[first, second]))
    assert state.take_due(9) == (3, 2)
    assert state.next_due() is None
    state.apply(decide(state, e.Delivered(delivery=1), Now(9, 9)))
    assert state.take_due(9) == (3, 2)


def pauses(key: str, *, retry_after: int | None = None) -> list[int]:
    """The microseconds after each of forty failed attempts."""
    now, found = 0, []
    state = state_with(row("notice", claimed=False, key=key), None)
    for _ in range(40):
        state.apply(decide(state, e.Claimed(1), Now(now, now)))
        failed = e.Failed(delivery=1, error="503", retry_after=retry_after)
        state.apply(decide(state, failed, Now(now, now)))
        due = state.deliveries[1].due
        found.append(due - now)
        now = due
    return found


def test_pauses_grow_by_half_up_to_a_minute_give_or_take_a_half() -> None:
    for key in "abcdef":
        for number, pause in enumerate(pauses(key)):
            nominal = min(SECOND / 2 * 1.5**number, MINUTE)
            assert nominal / 2 - 1 <= pause <= nominal * 3 / 2


def test_pauses_follow_from_the_key_so_that_a_replay_is_exact_and_no_two_march_in_step() -> None:
    assert pauses("a") == pauses("a")
    assert pauses("a") != pauses("b")
    assert len(set(pauses("a"))) == 40


def test_no_pause_is_shorter_than_asked_for() -> None:
    asked = pauses("a", retry_after=10 * SECOND)
    assert min(asked) == 10 * SECOND
    assert max(asked) > MINUTE / 2


def test_what_was_not_begun_counts_as_no_attempt() -> None:
    world = World(HOUSE)
    world.post.next("ana sms", DAWDLES)
    world.fires("Disk")
    world.at("0:00")
    (claimed,) = world.post.dawdling.values()
    assert claimed.attempt == 1
    world.submit(e.Skipped(claimed.id))
    assert world.state.deliveries[claimed.id].attempt == 0
    assert not world.state.deliveries[claimed.id].claimed


@pytest.mark.parametrize(
    "event", [e.Delivered(delivery=99), e.Failed(delivery=99, error="x"), e.Skipped(99)]
)
def test_news_of_a_delivery_that_is_gone_are_nothing(event: e.Event) -> None:
    assert decide(World(HOUSE).state, event, Now(0, 0)) == []


def test_the_far_sides_name_of_a_message_goes_with_the_next() -> None:
    world = World(HOUSE)
    world.fires("Disk")
    world.at("0:01").resolves("Disk")
    world.at("0:06")
    first, *_, last = (sent.row for sent in world.post.sent if sent.who == "ops slack")
    assert last.ref == f"ref of {first.key}"


def test_a_long_error_is_cut() -> None:
    world = World(HOUSE)
    world.post.next("ana sms", HANGS)
    world.fires("Disk")
    world.at("0:00")
    (flying,) = world.post.under_way
    world.submit(e.Failed(delivery=flying, error="x" * 10_000))
    assert len(world.state.deliveries[flying].last_error) == 500
