"""Silences: what a post comes to, and which alerts they cover when."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from router.core import silence
from router.core.matcher import Matcher, matches_all, parse_list
from router.core.moment import HOUR, SECOND
from router.core.silence import Silence, SilenceError, Silences, Update

NOW = 1_000 * HOUR


def made(
    silence_id: str = "s1",
    matchers: str = "a=1",
    starts: int = -HOUR,
    ends: int = HOUR,
    comment: str = "why",
) -> Silence:
    return Silence(
        id=silence_id,
        matchers=parse_list(matchers),
        starts_at=NOW + starts,
        ends_at=NOW + ends,
        comment=comment,
    )


ACTIVE = made()
PENDING = made(starts=HOUR, ends=2 * HOUR)
EXPIRED = made(starts=-2 * HOUR, ends=-HOUR)


@pytest.mark.parametrize(
    ("given", "state"),
    [
        pytest.param(PENDING, "pending", id="it is yet to come"),
        pytest.param(ACTIVE, "active", id="it holds"),
        pytest.param(EXPIRED, "expired", id="it is over"),
        pytest.param(made(starts=0), "active", id="it starts now"),
        pytest.param(made(ends=0), "expired", id="it ends now"),
    ],
)
def test_state(given: Silence, state: str) -> None:
    assert given.state(NOW) == state


def test_it_matches_labels_whatever_the_time() -> None:
    both = made(matchers="a=1,b!=2", starts=HOUR)
    assert both.matches({"a": "1"})
    assert not both.matches({"a": "1", "b": "2"})


@pytest.mark.parametrize(
    ("given", "message"),
    [
        pytest.param(made(matchers=""), "at least one matcher required", id="no matcher"),
        pytest.param(made(matchers="a=~.*"), "must not match the empty string", id="anything"),
        pytest.param(made(matchers='a="",b=~"x|"'), "must not match the empty", id="and again"),
        pytest.param(made(starts=HOUR), "start time must be before end time", id="no span"),
        pytest.param(made(starts=2 * HOUR), "must be before end time", id="a span backwards"),
        pytest.param(made(ends=-1), "end time can't be in the past", id="over already"),
        pytest.param(made(comment="\ud800"), "must be UTF-8 text", id="half a surrogate pair"),
        pytest.param(
            replace(made(), annotations={"k": "\ud800"}), "must be UTF-8", id="in an annotation too"
        ),
    ],
)
def test_refused(given: Silence, message: str) -> None:
    with pytest.raises(SilenceError, match=message) as raised:
        silence.decide_update(given, None, NOW, "new")
    assert raised.value.code == "invalid"


@pytest.mark.parametrize(
    "matchers",
    [
        pytest.param("a!=1", id="a negative one alone, as Alertmanager does"),
        pytest.param("a!~.+", id="even one that wants the label missing"),
        pytest.param("a=~.*,b=1", id="one broad one beside a narrow one"),
        pytest.param("a=~.+", id="one that only wants the label there"),
    ],
)
def test_taken(matchers: str) -> None:
    silence.validate(made(matchers=matchers), NOW)


def test_a_new_one_gets_an_id_and_starts_no_earlier_than_now() -> None:
    update = silence.decide_update(replace(ACTIVE, id=""), None, NOW, "new")
    expected = replace(ACTIVE, id="new", starts_at=NOW, updated_at=NOW)
    assert update == Update("new", (expected,))


def test_a_new_one_without_a_start_starts_now() -> None:
    posted = replace(ACTIVE, id="", starts_at=0)
    assert silence.decide_update(posted, None, NOW, "new").silences[0].starts_at == NOW


def test_a_new_one_may_start_later() -> None:
    update = silence.decide_update(replace(PENDING, id=""), None, NOW, "new")
    assert update.silences[0].starts_at == PENDING.starts_at


def test_an_id_nobody_knows_is_not_found() -> None:
    with pytest.raises(SilenceError, match="silence not found") as raised:
        silence.decide_update(ACTIVE, None, NOW, "new")
    assert raised.value.code == "not found"


KEPT, REPLACED = "keeps its id", "ends, and another begins"


@pytest.mark.parametrize(
    ("stored", "posted", "outcome"),
    [
        pytest.param(ACTIVE, replace(ACTIVE, comment="x"), KEPT, id="active, another comment"),
        pytest.param(ACTIVE, replace(ACTIVE, ends_at=NOW + 9 * HOUR), KEPT, id="active, longer"),
        pytest.param(ACTIVE, replace(ACTIVE, ends_at=NOW + 1), KEPT, id="active, shorter"),
        pytest.param(
            ACTIVE,
            replace(ACTIVE, starts_at=ACTIVE.starts_at + SECOND - 1),
            KEPT,
            id="active, the start within the same second",
        ),
        pytest.param(
            ACTIVE,
            replace(ACTIVE, starts_at=ACTIVE.starts_at + SECOND),
            REPLACED,
            id="active, another start",
        ),
        pytest.param(ACTIVE, replace(ACTIVE, starts_at=0), REPLACED, id="active, started afresh"),
        pytest.param(
            ACTIVE,
            replace(ACTIVE, matchers=parse_list("a=2")),
            REPLACED,
            id="active, other matchers",
        ),
        pytest.param(
            made(matchers="a=1,b=1"), made(matchers="b=1,a=1"), REPLACED, id="active, their order"
        ),
        pytest.param(PENDING, replace(PENDING, starts_at=NOW), KEPT, id="pending, from now on"),
        pytest.param(PENDING, replace(PENDING, starts_at=0), KEPT, id="pending, without a start"),
        pytest.param(
            PENDING, replace(PENDING, starts_at=NOW - 1), REPLACED, id="pending, from before now"
        ),
        pytest.param(
            PENDING, replace(PENDING, matchers=parse_list("a=2")), REPLACED, id="pending, matchers"
        ),
    ],
)
def test_update(stored: Silence, posted: Silence, outcome: str) -> None:
    update = silence.decide_update(posted, stored, NOW, "new")
    filled = replace(posted, starts_at=posted.starts_at or NOW, updated_at=NOW)
    if outcome == KEPT:
        assert update == Update("s1", (filled,))
        return
    begun = replace(filled, id="new", starts_at=max(filled.starts_at, NOW))
    assert update == Update("new", (silence.expire(stored, NOW), begun))
    assert update.silences[0].state(NOW) == "expired"


def test_an_expired_one_is_left_as_it_is_and_another_begins() -> None:
    update = silence.decide_update(ACTIVE, EXPIRED, NOW, "new")
    assert update.id == "new"
    assert [s.id for s in update.silences] == ["new"]


def test_expire() -> None:
    assert silence.expire(ACTIVE, NOW) == replace(ACTIVE, ends_at=NOW, updated_at=NOW)
    assert silence.expire(PENDING, NOW) == replace(
        PENDING, starts_at=NOW, ends_at=NOW, updated_at=NOW
    )
    assert silence.expire(EXPIRED, NOW) is EXPIRED


def test_in_order() -> None:
    expected = [
        made("active, ends soon", ends=HOUR),
        made("active, ends later", ends=2 * HOUR),
        made("pending, starts soon", starts=HOUR, ends=9 * HOUR),
        made("pending, starts later", starts=2 * HOUR, ends=3 * HOUR),
        made("expired, just now", ends=-SECOND),
        made("expired, long ago", ends=-SECOND * 9),
    ]
    assert silence.in_order(reversed(expected), NOW) == expected


def test_silenced_by_names_every_one_that_holds() -> None:
    silences = Silences(
        [made("z"), made("b", "a=~1|2"), made("c", "a=2"), made("d", starts=1), made("e", ends=0)]
    )
    assert silences.silenced_by({"a": "1"}, NOW) == ("b", "z")
    assert silences.silenced_by({"b": "1"}, NOW) == ()


def test_a_silence_is_replaced_and_forgotten() -> None:
    silences = Silences([ACTIVE])
    silences.put(made(matchers="a=2"))
    assert silences.silenced_by({"a": "1"}, NOW) == ()
    assert silences.silenced_by({"a": "2"}, NOW) == ("s1",)
    assert silences.get("s1") == made(matchers="a=2")
    assert silences.all() == (made(matchers="a=2"),)
    silences.drop("s1")
    silences.drop("s1")
    assert silences.silenced_by({"a": "2"}, NOW) == ()
    assert silences.get("s1") is None
    assert silences.all() == ()


def test_expired_ones_are_kept_but_no_longer_looked_at() -> None:
    silences = Silences(made(str(n)) for n in range(10))
    assert len(silences.silenced_by({"a": "1"}, NOW)) == 10
    assert silences.silenced_by({"a": "1"}, NOW + HOUR) == ()
    assert len(silences._index) == 0
    assert len(silences.all()) == 10
    silences.put(made("late"))
    assert len(silences._index) == 0


def test_a_silence_holds_again_when_the_clock_is_set_back() -> None:
    silences = Silences([ACTIVE])
    assert silences.silenced_by({"a": "1"}, NOW + HOUR) == ()
    silences.put(made("s2"))
    assert silences.silenced_by({"a": "1"}, NOW) == ("s1", "s2")
    assert silences.silenced_by({"a": "1"}, NOW + HOUR) == ()


def test_a_silence_prolonged_again_and_again_takes_no_more_room() -> None:
    silences = Silences()
    for hours in range(1, 1000):
        silences.put(made(ends=hours * HOUR))
    assert len(silences._ends) < 100
    assert silences.silenced_by({"a": "1"}, NOW + 998 * HOUR) == ("s1",)
    assert silences.silenced_by({"a": "1"}, NOW + 999 * HOUR) == ()


TIMES = st.integers(0, 6)
MATCHERS = st.lists(
    st.builds(
        Matcher,
        st.sampled_from("ab"),
        st.sampled_from(["=", "!=", "=~", "!~"]),
        st.sampled_from(["", "1", "1|2", "1.*"]),
    ),
    min_size=1,
    max_size=2,
).map(tuple)
SILENCES = st.builds(
    Silence, id=st.sampled_from("xyz"), matchers=MATCHERS, starts_at=TIMES, ends_at=TIMES
)
LABELS = st.dictionaries(st.sampled_from("ab"), st.sampled_from(["1", "2", "12"]))


@given(steps=st.lists(st.tuples(st.sampled_from("xyz") | SILENCES, TIMES, LABELS), max_size=15))
def test_the_index_finds_what_trying_every_silence_finds(
    steps: list[tuple[str | Silence, int, dict[str, str]]],
) -> None:
    silences, kept = Silences(), dict[str, Silence]()
    for change, now, labels in steps:
        if isinstance(change, str):
            kept.pop(change, None)
            silences.drop(change)
        else:
            kept[change.id] = change
            silences.put(change)
        expected = sorted(
            s.id
            for s in kept.values()
            if s.starts_at <= now < s.ends_at and matches_all(s.matchers, labels)
        )
        assert silences.silenced_by(labels, now) == tuple(expected)
        assert sorted(s.id for s in silences.all()) == sorted(kept)
