"""A plain repetition takes a short way; it comes to what merging the report would."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.configured import configured, route

from router.core import command as c
from router.core.alert import Alert, Report
from router.core.engine import decide
from router.core.event import Reported
from router.core.labels import canonical, pair
from router.core.merge import begin, merge
from router.core.moment import DAY, MINUTE, SECOND, Now
from router.core.state import State
from router.core.stored import Stored

CONFIGURATION = configured(route("", to="ops"))
NOW = Now(wall=1_800_000_000 * SECOND, service=DAY)
LABELS = canonical({"alertname": "Down"})

near = st.integers(-8, 8).map(lambda n: NOW.wall + n * MINUTE)
ends = st.none() | near


@st.composite
def firing(draw: st.DrawFn) -> Alert:
    """An alert that fires, by a report of some minutes ago."""
    ago = draw(st.integers(0, 8)) * MINUTE
    then = Now(wall=NOW.wall - ago, service=NOW.service - ago)
    report = Report(labels=LABELS, starts_at=then.wall, ends_at=None, source="prometheus")
    alert = begin(report, 1, then, draw(st.integers(1, 20)) * MINUTE)
    return replace(alert, timeout=draw(st.booleans()))


@given(known=firing(), starts_at=st.none() | near, ends_at=ends)
def test_a_refresh_is_what_merging_gives(
    known: Alert, starts_at: int | None, ends_at: int | None
) -> None:
    state = State(CONFIGURATION, Stored(instance="test-1", alerts=[known]))
    report = Report(
        labels=LABELS,
        annotations=b'{"summary":"again"}',
        starts_at=starts_at,
        ends_at=ends_at,
        source="prometheus",
        url="http://prometheus/",
    )
    merged = merge(known, begin(report, 0, NOW, CONFIGURATION.resolve_timeout), NOW)
    for command in decide(state, Reported(report), NOW):
        if isinstance(command, c.RefreshAlert):
            assert merged.firing
            assert merged.starts_at == known.starts_at
            for field in command.__struct_fields__:
                assert getattr(command, field) == getattr(merged, field), field


def test_the_usual_repetition_is_a_refresh_and_nothing_else() -> None:
    known = begin(Report(labels=LABELS, starts_at=NOW.wall - MINUTE), 1, NOW, 5 * MINUTE)
    state = State(CONFIGURATION, Stored(instance="test-1", alerts=[known]))
    report = Report(labels=LABELS, starts_at=NOW.wall - MINUTE, ends_at=NOW.wall + 5 * MINUTE)
    (command,) = decide(state, Reported(report), NOW)
    assert isinstance(command, c.RefreshAlert)


TEXT = st.text(st.characters(codec="utf-8"), min_size=1)


@given(labels=st.dictionaries(TEXT, TEXT, min_size=1), name=TEXT, value=TEXT)
def test_a_pair_is_found_in_the_label_sets_that_have_it_and_in_no_other(
    labels: dict[str, str], name: str, value: str
) -> None:
    assert (pair(name, value) in canonical(labels)) == (labels.get(name) == value)
    assert pair(name, value) in canonical({**labels, name: value})
