"""A plain repetition, and a plain beginning, take a short way; it ends where the long one does."""

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from support.configured import channel, configured, policy, route, step

from router.core import command as c
from router.core import intake
from router.core.alert import Alert, Report
from router.core.draft import Draft
from router.core.engine import decide
from router.core.event import Reported
from router.core.incident import Incident
from router.core.labels import canonical, pair
from router.core.merge import begin, merge
from router.core.moment import DAY, MINUTE, SECOND, Now
from router.core.state import State
from router.core.stored import Stored

CONFIGURATION = configured(route("", to="ops"))
RING = policy("ring", step("1m", "receiver:ops"))
BRANCHING = configured(
    route(
        "",
        route('alertname="Down"', go_on=True, by=("alertname",)),
        route('alertname="Down"', policy="ring"),
        to="ops",
    ),
    policies=[RING],
    receivers=[channel("ops")],
)
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


@given(
    there=st.booleans(),
    closed=st.sampled_from([0, NOW.wall - MINUTE, NOW.wall, NOW.wall + MINUTE]),
    held=st.none() | st.booleans(),
    ends_at=ends,
    as_of=st.none() | near,
    source=st.sampled_from(["prometheus", "tocsin:meta", "tocsin:heartbeats"]),
    known=st.booleans(),
    unheard=st.booleans(),
)
def test_a_beginning_is_what_the_long_way_gives(
    there: bool,
    closed: int,
    held: bool | None,
    ends_at: int | None,
    as_of: int | None,
    source: str,
    known: bool,
    unheard: bool,
) -> None:
    state = State(BRANCHING, Stored(instance="test-1", last={"record": 7}))
    other = Report(labels=canonical({"alertname": "Down", "n": "0"}), source="prometheus")
    if there:
        state.apply(decide(state, Reported(other), NOW))
    for group in [*state.groups.values()]:
        incident = 0
        if held is not None:
            incident = group.id
            opened = Incident(number=incident, group=group.id, policy=RING, opened_at=1, held=held)
            state.apply([c.PutIncident(opened)])
        state.apply([c.PutGroup(replace(group, closed_at=closed, incident=incident))])
    if unheard:
        state.unheard.add(source)
        state.grace[source] = NOW.service + MINUTE
    labels = other.labels if known else canonical({"alertname": "Down", "n": "1"})
    report = Report(labels=labels, ends_at=ends_at, as_of=as_of, source=source, cid="c1")

    short = intake.begun(state, report, NOW)

    draft = Draft(state, NOW)
    intake.report(draft, report)
    assert short is None or short == draft.commands
    plain = there and not closed and not held and source == "prometheus"
    fires = ends_at is None or ends_at > NOW.wall
    if plain and fires and as_of is None and not known and not unheard:
        assert short is not None, "else it is the long way for nearly all"


TEXT = st.text(st.characters(codec="utf-8"), min_size=1)


@given(labels=st.dictionaries(TEXT, TEXT, min_size=1), name=TEXT, value=TEXT)
def test_a_pair_is_found_in_the_label_sets_that_have_it_and_in_no_other(
    labels: dict[str, str], name: str, value: str
) -> None:
    assert (pair(name, value) in canonical(labels)) == (labels.get(name) == value)
    assert pair(name, value) in canonical({**labels, name: value})
