"""How a report begins an alert, and how the next one changes it: Alertmanager's rules by row."""

from typing import NamedTuple

import pytest

from router.core.alert import Alert, Report
from router.core.merge import begin, merge
from router.core.moment import MINUTE, SECOND, Now

NOW = Now(wall=1_000 * SECOND, service=50 * SECOND)
LABELS = b'{"alertname":"Disk"}'


def seconds(moment: int | None) -> int | None:
    return None if moment is None else moment * SECOND


def reported(
    starts: int | None, ends: int | None, *, url: str = "", source: str = "", cid: str = ""
) -> Alert:
    report = Report(
        labels=LABELS,
        starts_at=seconds(starts),
        ends_at=seconds(ends),
        url=url,
        source=source,
        cid=cid,
    )
    return begin(report, 0, NOW, 5 * MINUTE)


@pytest.mark.parametrize(
    ("starts", "ends", "begins", "over", "firing", "timeout"),
    [
        pytest.param(900, 2000, 900, 2000, True, False, id="both are sent"),
        pytest.param(None, None, 1000, 1300, True, True, id="neither: now, and resolve_timeout"),
        pytest.param(900, None, 900, 1300, True, True, id="no end: after resolve_timeout"),
        pytest.param(None, 2000, 2000, 2000, True, False, id="no start: the end that was sent"),
        pytest.param(None, 990, 990, 990, False, False, id="it has ended"),
        pytest.param(900, 1000, 900, 1000, False, False, id="it ends this instant"),
        pytest.param(900, 1001, 900, 1001, True, False, id="it ends in a second"),
    ],
)
def test_a_report_begins(
    starts: int | None, ends: int | None, begins: int, over: int, firing: bool, timeout: bool
) -> None:
    alert = reported(starts, ends)
    assert (alert.starts_at, alert.ends_at) == (seconds(begins), seconds(over))
    assert (alert.firing, alert.timeout) == (firing, timeout)
    assert alert.expires_due - NOW.service == alert.ends_at - NOW.wall


class Span(NamedTuple):
    """An alert from one second to another; `made_up` is an end nobody sent."""

    starts: int
    ends: int
    made_up: bool = False

    def alert(self) -> Alert:
        alert = reported(self.starts, self.ends)
        alert.timeout = self.made_up
        return alert


@pytest.mark.parametrize(
    ("old", "new", "merged"),
    [
        pytest.param(
            Span(900, 1100), Span(950, 1200), (900, 1200), id="of two starts the first holds"
        ),
        pytest.param(
            Span(900, 1100), Span(850, 1050), (850, 1100), id="also when the newer came with it"
        ),
        pytest.param(
            Span(900, 1200), Span(950, 1100), (900, 1200), id="a shorter end shortens nothing"
        ),
        pytest.param(
            Span(900, 1200, made_up=True),
            Span(950, 1100),
            (900, 1100),
            id="but any end is better than one we made up",
        ),
        pytest.param(
            Span(900, 1200),
            Span(950, 1100, made_up=True),
            (900, 1200),
            id="and one we make up shortens nothing that was sent",
        ),
        pytest.param(
            Span(900, 1200), Span(950, 1000), (900, 1000), id="an end that is over resolves"
        ),
        pytest.param(
            Span(900, 980), Span(950, 970), (900, 980), id="of two that are over the later holds"
        ),
        pytest.param(
            Span(900, 980), Span(950, 990), (900, 990), id="the later also when it is the newer"
        ),
        pytest.param(
            Span(900, 980), Span(970, 1200), (900, 1200), id="back while it overlaps it began then"
        ),
        pytest.param(
            Span(900, 950), Span(960, 1200), (960, 1200), id="apart the newer replaces the older"
        ),
        pytest.param(
            Span(900, 950), Span(950, 1200), (950, 1200), id="end to end they do not overlap"
        ),
        pytest.param(Span(900, 1100), Span(900, 1200), (900, 1200), id="repeated with a later end"),
        pytest.param(
            Span(900, 1100), Span(700, 800), (700, 800), id="older in every way it still replaces"
        ),
    ],
)
def test_a_newer_report_changes_an_older(old: Span, new: Span, merged: tuple[int, int]) -> None:
    alert = merge(old.alert(), new.alert(), NOW)
    assert (alert.starts_at // SECOND, alert.ends_at // SECOND) == merged
    assert alert.expires_due - NOW.service == alert.ends_at - NOW.wall
    assert alert.firing == (alert.ends_at > NOW.wall)
    assert alert.timeout == new.made_up


def test_what_is_said_of_it_is_the_newer_report() -> None:
    old = reported(900, 1100, url="http://old", source="a")
    new = reported(900, 1200, url="http://new", source="b")
    merged = merge(old, new, NOW)
    assert (merged.url, merged.source, merged.updated_at) == ("http://new", "b", NOW.wall)


def test_it_stays_who_it_is() -> None:
    old = reported(900, 1100)
    old.id, old.groups, old.stored_ends_at = 7, (3, 4), 5
    merged = merge(old, reported(900, 1200), NOW)
    assert (merged.id, merged.groups, merged.stored_ends_at) == (7, (3, 4), 5)


def test_a_repeat_remembers_the_report_that_began_it() -> None:
    old = reported(900, 1100, cid="first")
    old.changed_at = 900 * SECOND
    merged = merge(old, reported(900, 1200, cid="second"), NOW)
    assert (merged.cid, merged.changed_at) == ("first", 900 * SECOND)


def test_a_transition_is_the_newer_reports_doing() -> None:
    old = reported(900, 1100, cid="first")
    merged = merge(old, reported(900, 1000, cid="second"), NOW)
    assert (merged.cid, merged.changed_at) == ("second", NOW.wall)
