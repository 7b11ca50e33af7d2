"""What waits comes out when it is due, once, whatever was said about it meanwhile."""

from hypothesis import given
from hypothesis import strategies as st

from router.core.waiting import Kind, Waiting


class Things:
    """Things with the time at which they are really due, and what waits for them."""

    def __init__(self) -> None:
        self.due: dict[tuple[Kind, int], int] = {}
        self.waiting = Waiting(lambda kind, item: self.due.get((kind, item)))

    def put(self, due: int, kind: Kind = Kind.GROUP, item: int = 1) -> None:
        self.due[kind, item] = due
        self.waiting.add(due, kind, item)

    def drop(self, kind: Kind, item: int) -> None:
        self.due.pop((kind, item), None)
        self.waiting.drop(kind, item)


def test_nothing_waits() -> None:
    waiting = Things().waiting
    assert (waiting.next_due(), waiting.soonest(), waiting.take(10**9)) == (None, None, None)


def test_it_is_taken_when_it_is_due_and_not_before() -> None:
    things = Things()
    things.put(10)
    assert things.waiting.take(9) is None
    assert things.waiting.take(10) == (Kind.GROUP, 1)
    assert things.waiting.take(10) is None


def test_of_things_due_at_once_the_lower_kind_comes_first() -> None:
    things = Things()
    for kind in reversed(Kind):
        things.put(10, kind)
    assert [things.waiting.take(10) for _ in Kind] == [(kind, 1) for kind in Kind]


def test_put_off_it_comes_later() -> None:
    things = Things()
    things.put(10)
    things.put(20)
    assert things.waiting.next_due() == 20
    assert things.waiting.take(19) is None
    assert things.waiting.take(20) == (Kind.GROUP, 1)


def test_put_off_without_a_word_it_is_not_due_either() -> None:
    things = Things()
    things.put(10)
    things.due[Kind.GROUP, 1] = 20
    assert things.waiting.soonest() == 10
    assert things.waiting.take(10) is None
    assert things.waiting.soonest() == 20


def test_brought_forward_it_comes_sooner_and_once() -> None:
    things = Things()
    things.put(20)
    things.put(10)
    assert things.waiting.take(10) == (Kind.GROUP, 1)
    del things.due[Kind.GROUP, 1]
    assert things.waiting.next_due() is None


def test_what_is_gone_does_not_come() -> None:
    things = Things()
    things.put(10)
    things.due.clear()
    assert things.waiting.next_due() is None
    assert things.waiting.soonest() is None


def test_set_aside_it_comes_again_though_its_time_has_passed() -> None:
    things = Things()
    things.put(10)
    assert things.waiting.take(10) == (Kind.GROUP, 1)
    things.waiting.add(70, Kind.GROUP, 1)
    assert things.waiting.take(69) is None
    assert things.waiting.take(70) == (Kind.GROUP, 1)


def test_many_may_come_at_once() -> None:
    things = Things()
    things.put(50, Kind.ALERT, 1)
    for item in (1, 2, 3):
        things.due[Kind.ALERT, item] = 40 - item
    things.waiting.extend([(40 - item, Kind.ALERT, item) for item in (1, 2, 3)])
    assert [things.waiting.take(50) for _ in range(4)] == [
        (Kind.ALERT, 3),
        (Kind.ALERT, 2),
        (Kind.ALERT, 1),
        None,
    ]


def test_a_thing_that_is_put_again_and_again_leaves_no_trail() -> None:
    things = Things()
    for _ in range(100):
        things.put(10)
    for _ in range(1000):
        assert things.waiting.take(10**9) == (Kind.GROUP, 1)
        things.put(10)
        things.put(10)
    assert len(things.waiting._heap) == 1


def test_what_is_dropped_leaves_no_trail_however_far_off_it_was() -> None:
    things = Things()
    for item in range(20_000):
        things.put(10**9 + item, Kind.ALERT, item)
        if item >= 10:
            things.drop(Kind.ALERT, item - 10)
    assert len(things.waiting._heap) < 3_000
    assert len(things.waiting._entry) == 10
    assert things.waiting.next_due() == 10**9 + 19_990


def test_dropped_and_put_again_it_comes_once() -> None:
    things = Things()
    for number in range(3_000):
        things.put(10 + number % 2, Kind.ALERT, 1)
        things.drop(Kind.ALERT, 1)
    things.put(11, Kind.ALERT, 1)
    assert things.waiting.take(10) is None
    assert things.waiting.take(11) == (Kind.ALERT, 1)
    assert things.waiting.take(11) is None


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["put", "hint", "lose", "drop", "take"]),
            st.integers(1, 3),
            st.integers(0, 30),
        ),
        max_size=60,
    )
)
def test_the_next_due_is_the_earliest_there_is(steps: list[tuple[str, int, int]]) -> None:
    things, now = Things(), 0
    for what, item, number in steps:
        if what == "put":
            things.put(now + number, Kind.INCIDENT, item)
        elif what == "hint" and (Kind.INCIDENT, item) in things.due:
            things.due[Kind.INCIDENT, item] += number
        elif what == "lose":
            things.due.pop((Kind.INCIDENT, item), None)
        elif what == "drop":
            things.drop(Kind.INCIDENT, item)
        elif what == "take":
            now += number
            taken = things.waiting.take(now)
            if taken is not None:
                assert things.due.pop(taken) <= now
        assert things.waiting.next_due() == min(things.due.values(), default=None)


class Ranked(Things):
    """Things of which some are urgent: those with these numbers."""

    def __init__(self, *urgent: int) -> None:
        super().__init__()
        self.asked = 0
        self.urgent = frozenset(urgent)
        self.waiting = Waiting(lambda kind, item: self.due.get((kind, item)), self.is_urgent)

    def is_urgent(self, _kind: Kind, item: int) -> bool:
        self.asked += 1
        return item in self.urgent


def test_of_what_is_overdue_the_urgent_comes_first_and_then_the_oldest() -> None:
    things = Ranked(3)
    for item in (1, 2, 3, 4):
        things.put(item, item=item)
    assert [things.waiting.take(10) for _ in range(4)] == [
        (Kind.GROUP, item) for item in (3, 1, 2, 4)
    ]


def test_what_is_urgent_and_not_due_waits() -> None:
    things = Ranked(2)
    things.put(1, item=1)
    things.put(11, item=2)
    assert things.waiting.take(10) == (Kind.GROUP, 1)
    assert things.waiting.take(10) is None
    assert things.waiting.next_due() == 11


def test_ten_thousand_overdue_warnings_hold_up_nothing_urgent_for_long() -> None:
    things = Ranked(10_001)
    for item in range(1, 10_002):
        things.put(item, item=item)
    taken = [things.waiting.take(20_000) for _ in range(41)]
    assert (Kind.GROUP, 10_001) in taken
    assert things.asked <= 10_001, "each is asked about once"


def test_alone_nothing_is_asked_whether_it_is_urgent() -> None:
    things = Ranked()
    things.put(10)
    assert things.waiting.take(10) == (Kind.GROUP, 1)
    assert things.asked == 0


def test_overdue_and_put_off_it_comes_when_it_is_due_then() -> None:
    things = Ranked()
    things.put(1, item=1)
    things.put(2, item=2)
    assert things.waiting.take(10) == (Kind.GROUP, 1)
    things.due[Kind.GROUP, 2] = 30
    assert things.waiting.take(10) is None
    assert things.waiting.next_due() == 30
    assert things.waiting.take(30) == (Kind.GROUP, 2)
