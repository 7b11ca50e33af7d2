"""Entries of a stream: whichever shape they have."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.labels import canonical
from router.core.labels import decode as labels_of
from router.core.moment import DAY, HOUR, MINUTE
from router.errors import DecodeError
from router.ingest.decoded import Decoded, Origin
from router.ingest.entry import decode
from router.ingest.keys import Keys
from router.ingest.times import moment

NOW = moment("2026-11-20T12:00:00Z") or 0
TAKEN = NOW - HOUR
ORIGIN = Origin(now=NOW, source="events", cid="c1", as_of=TAKEN)
A = {"labels": {"alertname": "A"}}


def take(payload: Any, origin: Origin = ORIGIN) -> Decoded:
    """What an entry's payload, given as bytes or to be written as JSON, comes to."""
    sent = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return decode(sent, origin, Keys(origin.source, dict))


@pytest.mark.parametrize(
    ("payload", "names"),
    [
        pytest.param({"version": "4", "alerts": [A, A]}, ["A", "A"], id="a webhook"),
        pytest.param([A, A], ["A", "A"], id="a list of alerts"),
        pytest.param(A, ["A"], id="one alert"),
        pytest.param(
            {**A, "fingerprint": "0123456789abcdef"}, ["A"], id="one alert as the API shows it"
        ),
        pytest.param({"title": "B"}, ["B"], id="one alert in the native shape"),
        pytest.param([A, {"title": "B", "labels": {"x": "y"}}], ["A", "B"], id="both shapes"),
        pytest.param([], [], id="an empty list"),
    ],
)
def test_an_entry_can_be(payload: Any, names: list[str]) -> None:
    reports = take(payload).reports
    assert [labels_of(report.labels)["alertname"] for report in reports] == names
    assert {(report.as_of, report.source, report.cid) for report in reports} <= {
        (TAKEN, "events", "c1")
    }


def test_alerts_in_alertmanagers_shape_keep_their_labels_exactly() -> None:
    assert take(A).reports[0].labels == canonical({"alertname": "A"})


@pytest.mark.parametrize(
    ("alert", "starts_at", "ends_at"),
    [
        pytest.param({}, TAKEN, NOW + DAY, id="no times: it began when it was queued"),
        pytest.param({"status": "resolved"}, TAKEN, TAKEN, id="resolved: when it was queued"),
        pytest.param(
            {"startsAt": "2026-11-20T10:00:00Z"}, NOW - 2 * HOUR, NOW + DAY, id="its own start"
        ),
        pytest.param(
            {"endsAt": "2026-11-20T12:04:00Z"}, TAKEN, NOW + 4 * MINUTE, id="its own end, ahead"
        ),
        pytest.param(
            {"endsAt": "2026-11-20T11:04:00Z"},
            NOW - 56 * MINUTE,
            NOW - 56 * MINUTE,
            id="its own end, past by the time it is read",
        ),
    ],
)
def test_the_times_of(alert: dict[str, Any], starts_at: int, ends_at: int) -> None:
    (report,) = take({**A, **alert}).reports
    assert (report.starts_at, report.ends_at) == (starts_at, ends_at)


def test_an_entry_of_a_clock_ahead_of_ours_is_taken_now() -> None:
    (report,) = take(A, Origin(now=NOW, source="events", cid="", as_of=NOW + MINUTE)).reports
    assert (report.starts_at, report.as_of) == (NOW, NOW + MINUTE)


def test_bad_alerts_are_named_and_their_neighbours_taken() -> None:
    decoded = take([A, 5, {"labels": {}}, {"x": "y"}])
    assert len(decoded.reports) == 1
    assert decoded.problems == (
        "alerts[1]: expected an object",
        "alerts[2]: at least one label pair required",
        "alerts[3]: no title, name, key or labels to tell it by; it has 'x'",
    )


@pytest.mark.parametrize(
    ("payload", "reason"),
    [
        pytest.param(b"", "the body is empty", id="nothing"),
        pytest.param(b"disk full", "JSON is malformed", id="text"),
        pytest.param(b'"disk full"', "expected a webhook, a list of alerts", id="a JSON text"),
        pytest.param(b"1", "expected a webhook, a list of alerts", id="a number"),
    ],
)
def test_it_is_refused(payload: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        take(payload)


@given(st.binary(max_size=64))
def test_no_bytes_do_worse_than_be_refused(payload: bytes) -> None:
    try:
        take(payload)
    except DecodeError:
        return
