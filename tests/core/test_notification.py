"""When a lane must be told: Alertmanager's needsUpdate, row by row; and a snapshot's way."""

from collections.abc import Iterable

import msgspec
import pytest

from router.core.moment import HOUR
from router.core.notification import (
    AlertSnapshot,
    IncidentSnapshot,
    LogEntry,
    Snapshot,
    decode,
    encode,
    reason_to_notify,
)

NOW = 100 * HOUR
A, B = 1, 2


def entry(firing: Iterable[int], resolved: Iterable[int] = (), *, hours_ago: float = 1) -> LogEntry:
    return LogEntry(
        lane="g1:ops",
        target="ops",
        firing=frozenset(firing),
        resolved=frozenset(resolved),
        sent_due=NOW - round(hours_ago * HOUR),
        sent_at=0,
        expires_due=NOW + HOUR,
    )


@pytest.mark.parametrize(
    ("told", "firing", "resolved", "reason"),
    [
        pytest.param(None, [A], [], "first notification", id="told of nothing yet"),
        pytest.param(None, [], [A], "", id="an end of what was never told is no news"),
        pytest.param(entry([A]), [A, B], [], "new alerts added", id="one more"),
        pytest.param(entry([], [A]), [A], [], "first notification", id="back after the end of all"),
        pytest.param(entry([A]), [], [A], "all alerts resolved", id="the end of all"),
        pytest.param(entry([A, B]), [], [A], "all alerts resolved", id="also when one is silenced"),
        pytest.param(entry([], [A]), [], [A], "", id="the end of all told once is enough"),
        pytest.param(entry([A, B]), [A], [B], "some alerts resolved", id="one less"),
        pytest.param(entry([A], [B]), [A], [B], "", id="one less told once is enough"),
        pytest.param(entry([A, B]), [A], [], "", id="one that is only silenced is no news"),
        pytest.param(entry([A]), [A], [], "", id="nothing new"),
        pytest.param(
            entry([A], hours_ago=4.001), [A], [], "repeat interval elapsed", id="told long ago"
        ),
        pytest.param(entry([A], hours_ago=4), [A], [], "", id="told just so long ago"),
    ],
)
def test_a_lane_is_told(
    told: LogEntry | None, firing: list[int], resolved: list[int], reason: str
) -> None:
    assert _reason(told, firing, resolved, wants_ends=True) == reason


@pytest.mark.parametrize(
    ("told", "firing", "resolved", "reason"),
    [
        pytest.param(entry([A, B]), [A], [B], "", id="is not told of one that ended"),
        pytest.param(
            entry([A]), [], [A], "all alerts resolved", id="has its log cleared by the last end"
        ),
        pytest.param(entry([], [A]), [A], [], "first notification", id="is told of what is back"),
    ],
)
def test_a_lane_that_wants_no_ends(
    told: LogEntry, firing: list[int], resolved: list[int], reason: str
) -> None:
    assert _reason(told, firing, resolved, wants_ends=False) == reason


def _reason(
    told: LogEntry | None, firing: list[int], resolved: list[int], *, wants_ends: bool
) -> str:
    return reason_to_notify(
        told,
        frozenset(firing),
        frozenset(resolved),
        send_resolved=wants_ends,
        repeat_interval=4 * HOUR,
        service=NOW,
    )


def test_a_snapshot_comes_back_from_the_outbox_as_it_was() -> None:
    snapshot = Snapshot(
        status="firing",
        reason="step 1",
        group_key='{}:{a="b"}',
        group_labels={"a": "b"},
        alerts=(
            AlertSnapshot(
                firing=True,
                labels=msgspec.Raw(b'{"a":"b"}'),
                annotations=msgspec.Raw(b"{}"),
                starts_at=1,
                ends_at=2,
            ),
        ),
        firing=1,
        resolved=0,
        incident=IncidentSnapshot(
            number=1,
            status="triggered",
            policy="critical",
            priority="P1",
            round=0,
            step=0,
            opened_at=1,
        ),
    )
    again = decode(encode(snapshot))
    assert encode(again) == encode(snapshot)
    assert bytes(again.alerts[0].labels) == b'{"a":"b"}'
