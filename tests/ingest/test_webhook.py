"""Webhooks of Alertmanager and Grafana: each alert by its own status."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.labels import canonical
from router.core.moment import DAY, HOUR, MINUTE
from router.errors import DecodeError
from router.ingest.decoded import Decoded, Origin
from router.ingest.times import moment
from router.ingest.webhook import decode

NOW = moment("2026-11-20T12:00:00Z") or 0
ORIGIN = Origin(now=NOW, source="am", cid="c1")
UNSET = "0001-01-01T00:00:00Z"

FIRING = {
    "status": "firing",
    "labels": {"alertname": "Down", "instance": "a"},
    "annotations": {"summary": "a is down"},
    "startsAt": "2026-11-20T11:00:00.123456789Z",
    "endsAt": UNSET,
    "generatorURL": "http://prom/graph",
    "fingerprint": "0123456789abcdef",
}
RESOLVED = {
    **FIRING,
    "status": "resolved",
    "labels": {"alertname": "Down", "instance": "b"},
    "endsAt": "2026-11-20T11:30:00Z",
}


def take(message: Any, origin: Origin = ORIGIN) -> Decoded:
    """What the webhook source makes of a message."""
    return decode(json.dumps(message).encode(), origin)


def group(*alerts: Any, **others: Any) -> dict[str, Any]:
    """A message of Alertmanager with these alerts, which says of itself that it fires."""
    shared = {"version": "4", "groupKey": '{}:{alertname="Down"}', "status": "firing"}
    return {**shared, "truncatedAlerts": 0, "commonLabels": {}, "alerts": list(alerts), **others}


def test_every_alert_of_a_group_counts_by_its_own_status() -> None:
    fires, ended = take(group(FIRING, RESOLVED, status="resolved")).reports
    assert fires.labels == canonical({"alertname": "Down", "instance": "a"})
    assert fires.annotations == b'{"summary":"a is down"}'
    assert (fires.starts_at, fires.ends_at) == (NOW - HOUR + 123_456, NOW + DAY)
    assert (fires.url, fires.source, fires.cid, fires.as_of) == (
        "http://prom/graph",
        "am",
        "c1",
        None,
    )
    assert ended.labels == canonical({"alertname": "Down", "instance": "b"})
    assert ended.ends_at == NOW - HOUR // 2


@pytest.mark.parametrize(
    ("alert", "starts_at", "ends_at"),
    [
        pytest.param({}, NOW, NOW + DAY, id="no times: it began now and fires until told"),
        pytest.param({"endsAt": "2026-11-20T12:04:00Z"}, NOW, NOW + 4 * MINUTE, id="an end ahead"),
        pytest.param(
            {"status": "firing", "endsAt": "2026-11-20T11:59:00Z"},
            NOW,
            NOW + DAY,
            id="firing whatever its end says",
        ),
        pytest.param(
            {"startsAt": "2026-11-20T12:10:00Z"},
            NOW,
            NOW + DAY,
            id="a start ahead is a wrong clock",
        ),
        pytest.param({"startsAt": "soon"}, NOW, NOW + DAY, id="an unreadable time is no error"),
        pytest.param({"status": "weird"}, NOW, NOW + DAY, id="an unknown status fires"),
        pytest.param(
            {"status": {"state": "active"}}, NOW, NOW + DAY, id="a status as the API has it"
        ),
        pytest.param({"status": "resolved"}, NOW, NOW, id="resolved without times: now"),
        pytest.param({"status": "Resolved", "endsAt": UNSET}, NOW, NOW, id="resolved, end not set"),
        pytest.param(
            {"status": "resolved", "endsAt": "2026-11-20T13:00:00Z"},
            NOW,
            NOW,
            id="resolved is over",
        ),
        pytest.param(
            {"endsAt": "2026-11-20T11:00:00Z"},
            NOW - HOUR,
            NOW - HOUR,
            id="no status, end past: over",
        ),
        pytest.param(
            {
                "status": "resolved",
                "startsAt": "2026-11-20T11:30:00Z",
                "endsAt": "2026-11-20T11:00:00Z",
            },
            NOW - HOUR,
            NOW - HOUR,
            id="a resolve is never lost to its times",
        ),
    ],
)
def test_the_times_of(alert: dict[str, Any], starts_at: int, ends_at: int) -> None:
    (report,) = take(group({"labels": {"a": "b"}, **alert})).reports
    assert (report.starts_at, report.ends_at) == (starts_at, ends_at)


def test_an_alert_fires_for_as_long_as_its_source_says() -> None:
    origin = Origin(now=NOW, source="am", cid="", expire=5 * HOUR)
    (report,) = take(group(FIRING), origin).reports
    assert report.ends_at == NOW + 5 * HOUR


@pytest.mark.parametrize(
    "message",
    [
        pytest.param(group(FIRING), id="version 4"),
        pytest.param(
            group({k: v for k, v in FIRING.items() if k != "fingerprint"}, version="3", groupKey=1),
            id="version 3",
        ),
        pytest.param(group(FIRING, version="1", orgId=1, state="alerting"), id="Grafana unified"),
        pytest.param({"alerts": [FIRING]}, id="nothing but alerts"),
    ],
)
def test_it_is_understood(message: dict[str, Any]) -> None:
    assert take(message).reports[0].labels == canonical(FIRING["labels"])  # type: ignore[arg-type]


def test_what_grafana_adds_becomes_annotations_and_never_labels() -> None:
    alert = {
        **FIRING,
        "values": {"B": 22.5, "A": 1, "C": None},
        "valueString": "[ var='A' value=1 ]",
        "dashboardURL": "https://g/d/1",
        "panelURL": "https://g/d/1?viewPanel=2",
        "silenceURL": "https://g/silence",
        "imageURL": "",
        "ruleUID": "r1",
        "annotations": {"panel_url": "mine"},
        "orgId": 1,
    }
    (report,) = take(group(alert, version="1", orgId=1)).reports
    assert report.labels == canonical(FIRING["labels"])  # type: ignore[arg-type]
    assert json.loads(report.annotations) == {
        "values": "A=1, B=22.5",
        "value_string": "[ var='A' value=1 ]",
        "dashboard_url": "https://g/d/1",
        "panel_url": "mine",
        "silence_url": "https://g/silence",
        "rule_uid": "r1",
    }


def test_bad_alerts_are_named_and_their_neighbours_taken() -> None:
    nested = {"labels": {"a": {"b": "c"}}}
    decoded = take(group({"labels": {}}, FIRING, 5, nested, {"labels": ["a"]}, {"annotations": {}}))
    assert len(decoded.reports) == 1
    assert decoded.problems == (
        "alerts[0]: at least one label pair required",
        "alerts[2]: expected an object with labels",
        'alerts[3]: labels: the value of "a" must be text',
        "alerts[4]: labels: expected an object of names and values",
        "alerts[5]: at least one label pair required",
    )


def test_numbers_and_truth_values_become_text() -> None:
    (report,) = take(
        group({"labels": {"port": 9100, "on": True, "ratio": 0.5, "none": None}})
    ).reports
    assert report.labels == canonical({"on": "true", "port": "9100", "ratio": "0.5"})


LEGACY = {
    "ruleId": 7,
    "ruleName": "Too slow",
    "ruleUrl": "https://g/alerting/7",
    "state": "alerting",
    "orgId": 1,
    "title": "[Alerting] Too slow",
    "message": "look at it",
    "imageUrl": "https://g/i.png",
    "evalMatches": [
        {"metric": "p99", "value": 3.5, "tags": None},
        {"metric": "p50", "value": None},
    ],
    "tags": {"team": "web"},
}


def test_a_legacy_rule_of_grafana_is_one_alert() -> None:
    (report,) = take(LEGACY).reports
    labels = {"alertname": "Too slow", "org_id": "1", "rule_id": "7", "team": "web"}
    assert report.labels == canonical(labels)
    assert json.loads(report.annotations) == {
        "summary": "look at it",
        "image_url": "https://g/i.png",
        "values": "p99=3.5, p50=null",
    }
    assert (report.url, report.ends_at) == ("https://g/alerting/7", NOW + DAY)


@pytest.mark.parametrize(
    ("state", "ends_at"),
    [
        pytest.param("alerting", [NOW + DAY], id="alerting fires"),
        pytest.param("no_data", [NOW + DAY], id="no data fires: somebody must look"),
        pytest.param("ok", [NOW], id="ok is over"),
        pytest.param("paused", [NOW], id="a paused rule cannot end any more, so it is over"),
        pytest.param("pending", [], id="pending is nothing yet"),
    ],
)
def test_a_legacy_state(state: str, ends_at: list[int]) -> None:
    reports = take({**LEGACY, "state": state, "evalMatches": None}).reports
    assert [report.ends_at for report in reports] == ends_at
    assert {report.labels for report in reports} <= {take(LEGACY).reports[0].labels}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "the body is empty", id="nothing"),
        pytest.param(b"{", "Input data was truncated", id="half a body"),
        pytest.param(b"[]", "expected a webhook of Alertmanager or Grafana", id="a list"),
        pytest.param(
            b'{"alerts":{}}', "expected a webhook of Alertmanager or Grafana", id="no list"
        ),
        pytest.param(b"[" * 99_999, "it is nested too deeply", id="a bottomless list"),
        pytest.param(b'{"alerts":[{"labels":{"a":1e999}}]}', "Number out of range", id="1e999"),
    ],
)
def test_it_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        decode(body, ORIGIN)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)
FIELDS = (
    "status",
    "labels",
    "annotations",
    "startsAt",
    "endsAt",
    "values",
    "generatorURL",
    "ruleUID",
)
anything = st.dictionaries(st.sampled_from(FIELDS), json_values)


@given(
    st.one_of(
        st.lists(anything | json_values, max_size=3).map(lambda a: {"alerts": a}),
        st.dictionaries(st.sampled_from(list(LEGACY)), json_values),
    )
)
def test_no_message_does_worse_than_be_refused(message: Any) -> None:
    try:
        decoded = take(message)
    except DecodeError:
        return
    for report in decoded.reports:
        assert canonical(json.loads(report.labels)) == report.labels
        assert all(isinstance(text, str) for text in json.loads(report.annotations).values())
        assert report.starts_at is not None
        assert report.ends_at is not None
        assert report.starts_at <= report.ends_at


@given(st.binary(max_size=64))
def test_no_bytes_do_worse_than_be_refused(body: bytes) -> None:
    try:
        decode(body, ORIGIN)
    except DecodeError:
        return
