"""`POST /api/v2/alerts`: what is taken, what is refused, and with which words."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.core.alert import Alert, Report
from router.core.labels import canonical
from router.core.moment import MINUTE
from router.ingest.alertmanager_api import BodyError, decode
from router.ingest.decoded import Decoded
from router.ingest.times import moment

NOW = moment("2026-11-20T12:00:00Z") or 0
A = {"labels": {"alertname": "A"}}


def known(*label_sets: dict[str, str], annotations: bytes = b"{}") -> dict[bytes, Alert]:
    """The state's alerts, were these label sets firing."""
    return {
        labels: Alert(
            id=1,
            labels=labels,
            annotations=annotations,
            starts_at=NOW,
            ends_at=NOW,
            expires_due=0,
            updated_at=NOW,
        )
        for labels in map(canonical, label_sets)
    }


def take(body: Any, alerts: dict[bytes, Alert] | None = None) -> Decoded:
    """What the API makes of a body, given as bytes or to be written as JSON."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return decode(
        sent,
        now_wall=NOW,
        source="prometheus",
        cid="c1",
        known=alerts or {},
        resolve_timeout=5 * MINUTE,
    )


def test_an_alert_of_prometheus_is_taken_as_it_is() -> None:
    body = (
        b'[{"annotations":{"summary":"x"},"endsAt":"2026-11-20T12:04:00.362Z",'
        b'"startsAt":"2026-11-20T11:59:58.362Z","generatorURL":"http://vm:9090/graph?g0.expr=up",'
        b'"labels":{"alertname":"Down","instance":"a:9100"}}]'
    )
    assert take(body) == Decoded(
        (
            Report(
                labels=b'{"alertname":"Down","instance":"a:9100"}',
                annotations=b'{"summary":"x"}',
                starts_at=NOW - 1_638_000,
                ends_at=NOW + 4 * MINUTE + 362_000,
                url="http://vm:9090/graph?g0.expr=up",
                source="prometheus",
                cid="c1",
            ),
        )
    )


def test_what_amtool_sends_without_times_has_none() -> None:
    unset = "0001-01-01T00:00:00.000Z"
    (report,) = take([{**A, "startsAt": unset, "endsAt": unset, "generatorURL": ""}]).reports
    assert (report.starts_at, report.ends_at, report.annotations) == (None, None, b"{}")


@pytest.mark.parametrize(
    ("labels", "kept"),
    [
        pytest.param({"b": "2", "a": "1"}, {"a": "1", "b": "2"}, id="another order"),
        pytest.param({"a": "1", "b": ""}, {"a": "1"}, id="an empty value is no label"),
        pytest.param({"a": "1", "b": None}, {"a": "1"}, id="null is no label"),
        pytest.param({"é": "ü", "a b": "<&>"}, {"é": "ü", "a b": "<&>"}, id="any text is a name"),
    ],
)
def test_the_label_set_of(labels: dict[str, str | None], kept: dict[str, str]) -> None:
    (report,) = take([{"labels": labels}]).reports
    assert report.labels == canonical(kept)


@pytest.mark.parametrize(
    ("alert", "problem"),
    [
        pytest.param({"labels": {}}, "at least one label pair required", id="no labels"),
        pytest.param(
            {"labels": {"a": ""}}, "at least one label pair required", id="only empty ones"
        ),
        pytest.param(
            {"labels": {"": "x"}}, 'invalid label set: invalid name ""', id="a nameless one"
        ),
        pytest.param(
            {**A, "annotations": {"": "x"}},
            'invalid annotations: invalid name ""',
            id="a nameless annotation",
        ),
        pytest.param(
            {**A, "startsAt": "2026-11-20T12:00:00Z", "endsAt": "2026-11-20T11:59:59Z"},
            "start time must be before end time",
            id="an end before the start",
        ),
        pytest.param(
            {**A, "startsAt": "2026-11-20T12:05:01Z"},
            "start time must be before end time",
            id="a start after the end it would get",
        ),
        pytest.param(
            {"labels": {}, "startsAt": "2027-01-01T00:00:00Z"},
            "start time must be before end time",
            id="the time is looked at first",
        ),
    ],
)
def test_one_bad_alert_is_named_and_the_others_are_taken(alert: Any, problem: str) -> None:
    decoded = take([{"labels": {"alertname": "before"}}, alert, {"labels": {"alertname": "after"}}])
    names = [msgspec.json.decode(report.labels)["alertname"] for report in decoded.reports]
    assert (names, decoded.problems) == (["before", "after"], (problem,))


@pytest.mark.parametrize(
    "alert",
    [
        pytest.param({**A, "startsAt": "2026-11-20T12:05:00Z"}, id="a start at its very end"),
        pytest.param({**A, "startsAt": ""}, id="a start in 1970"),
        pytest.param({**A, "startsAt": None, "endsAt": None}, id="null times"),
        pytest.param(
            {**A, "annotations": None, "generatorURL": None}, id="null annotations and URL"
        ),
        pytest.param({**A, "generatorURL": "/graph"}, id="a path as URL"),
        pytest.param({**A, "generatorURL": "urn:rule:1"}, id="a URL of another scheme"),
        pytest.param({**A, "other": [1e300, None]}, id="keys nobody knows"),
    ],
)
def test_an_alert_is_taken_with(alert: Any) -> None:
    decoded = take([alert])
    assert (len(decoded.reports), decoded.problems) == (1, ())
    assert json.loads(decoded.reports[0].annotations) == {}


def test_an_empty_text_as_end_is_1970_and_so_resolves() -> None:
    (report,) = take([{**A, "endsAt": ""}]).reports
    assert report.ends_at == 0


@pytest.mark.parametrize(
    "body", [pytest.param(b"[]", id="no alerts"), pytest.param(b"null", id="null")]
)
def test_nothing_is_taken_from(body: bytes) -> None:
    assert take(body) == Decoded()


_PARSING = 'parsing alerts body from "" failed, because '


@pytest.mark.parametrize(
    ("body", "status", "code", "message"),
    [
        pytest.param(b"", 422, 602, "alerts in body is required", id="nothing"),
        pytest.param(b" \n", 422, 602, "alerts in body is required", id="blanks"),
        pytest.param(b"[{}]", 422, 602, "0.labels in body is required", id="no labels"),
        pytest.param(
            b'[{"labels":{"a":"b"}},{"labels":null}]',
            422,
            602,
            "1.labels in body is required",
            id="null labels",
        ),
        pytest.param(
            b'[{"labels":{"a":"b"},"generatorURL":"foo"}]',
            422,
            601,
            '0.generatorURL in body must be of type uri: "foo"',
            id="a URL that is none",
        ),
        pytest.param(
            b'[{"labels":{"a":"b"},"generatorURL":"http://a b/"}]',
            422,
            601,
            '0.generatorURL in body must be of type uri: "http://a b/"',
            id="a URL with a blank in its host",
        ),
        pytest.param(
            b"{}", 400, 400, _PARSING + "Expected `array | null`, got `object`", id="an object"
        ),
        pytest.param(
            b"[1]", 400, 400, _PARSING + "Expected `object`, got `int` - at `$[0]`", id="a number"
        ),
        pytest.param(b"[", 400, 400, _PARSING + "Input data was truncated", id="half a body"),
        pytest.param(
            b'[{"labels":{"a":"b"}}] x',
            400,
            400,
            _PARSING + "JSON is malformed: trailing characters (byte 24)",
            id="more after the end",
        ),
        pytest.param(
            b'[{"labels":{"a":NaN}}]',
            400,
            400,
            _PARSING + "JSON is malformed: invalid character (byte 16)",
            id="NaN",
        ),
        pytest.param(
            b'[{"labels":{"a":"b"}},{"labels":{"a":1}}]',
            400,
            400,
            _PARSING + "Expected `str | null`, got `int` - at `$[...]` - at `$[1]`",
            id="a number as label",
        ),
        pytest.param(
            b'[{"labels":{"a":' + b"9" * 5000 + b"}}]",
            400,
            400,
            _PARSING + "Number out of range - at `$[...]` - at `$[0]`",
            id="a huge number as label",
        ),
        pytest.param(
            b'[{"labels":{"a":"b"},"startsAt":"x"}]',
            400,
            400,
            _PARSING + 'parsing time "x": not an RFC 3339 time - at `$[0]`',
            id="a time that is none",
        ),
        pytest.param(
            b'[{"labels":{"a":"b"},"startsAt":5}]',
            400,
            400,
            _PARSING + "Expected `str | null`, got `int` - at `$[0].startsAt`",
            id="a number as time",
        ),
        pytest.param(
            b'[{"labels":' + b"[" * 100_000,
            400,
            400,
            _PARSING + "it is nested too deeply",
            id="bottomless labels",
        ),
        pytest.param(
            b'[{"labels":{"a":"b"},"x":' + b"[" * 9000 + b"]" * 9000 + b"}]",
            400,
            400,
            _PARSING + "it is nested too deeply",
            id="a bottomless key nobody knows",
        ),
    ],
)
def test_the_whole_body_is_refused(body: bytes, status: int, code: int, message: str) -> None:
    with pytest.raises(BodyError) as caught:
        take(body)
    assert (caught.value.status, caught.value.code, str(caught.value)) == (status, code, message)


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        pytest.param(b"caf\xe9", "caf\ufffd", id="a byte that is not UTF-8"),
        pytest.param(rb"\ud800", "\ufffd", id="half a surrogate pair"),
        pytest.param(rb"\udc00\ud83d\ude00", "\ufffd😀", id="the wrong half before a whole pair"),
        pytest.param(rb"\\ud800", r"\ud800", id="a backslash, and not an escape"),
        pytest.param(rb"\u0000", "\0", id="NUL"),
    ],
)
def test_broken_text_is_mended_and_not_refused(value: bytes, kept: str) -> None:
    (report,) = take(b'[{"labels":{"a":"' + value + b'"}}]').reports
    assert report.labels == canonical({"a": kept})


def test_of_a_label_sent_twice_the_last_counts() -> None:
    (report,) = take(b'[{"labels":{"a":"1","a":"2"}}]').reports
    assert report.labels == canonical({"a": "2"})


def test_annotations_are_kept_as_sent() -> None:
    (report,) = take(b'[{"labels":{"a":"1"},"annotations":{"z": "1", "a": "2"}}]').reports
    assert report.annotations == b'{"z": "1", "a": "2"}'


def test_the_annotations_of_a_known_alert_are_checked_when_they_changed() -> None:
    alerts = known({"a": "1"}, annotations=b'{"x":"y"}')
    assert take(b'[{"labels":{"a":"1"},"annotations":{"x":"y"}}]', alerts).reports
    with pytest.raises(BodyError, match="got `int`"):
        take(b'[{"labels":{"a":"1"},"annotations":{"x":1}}]', alerts)


texts = st.text(max_size=8)
label_sets = st.dictionaries(texts, texts, max_size=4)
times = st.sampled_from(
    [None, "", "2026-11-20T12:00:00Z", "2026-11-20T12:09:00Z", "0001-01-01T00:00:00Z", "x"]
)
alerts = st.fixed_dictionaries(
    {"labels": label_sets},
    optional={"annotations": label_sets, "startsAt": times, "endsAt": times, "generatorURL": texts},
)


@given(st.lists(alerts, max_size=4), st.booleans())
def test_a_known_label_set_is_taken_as_an_unknown_one_is(sent: list[Any], ascii_only: bool) -> None:
    body = msgspec.json.encode(sent, order="sorted")
    if ascii_only:
        body = json.dumps(sent).encode()
    everything = known(
        *(
            a["labels"]
            for a in sent
            if a["labels"] and "" not in (*a["labels"], *a["labels"].values())
        )
    )
    assert _outcome(body, {}) == _outcome(body, everything)


def _outcome(body: bytes, alerts: dict[bytes, Alert]) -> Decoded | tuple[int, str]:
    try:
        return take(body, alerts)
    except BodyError as error:
        return error.code, str(error)


@given(st.lists(alerts, max_size=4))
def test_what_is_taken_is_canonical(sent: list[Any]) -> None:
    decoded = _outcome(json.dumps(sent).encode(), {})
    for report in decoded.reports if isinstance(decoded, Decoded) else ():
        labels = msgspec.json.decode(report.labels, type=dict[str, str])
        assert canonical(labels) == report.labels
        assert labels
        assert "" not in labels.values()
        assert msgspec.json.decode(report.annotations, type=dict[str, str]) is not None


pieces = st.sampled_from(
    [
        *(b"[", b"]", b"{", b"}", b",", b":", b" ", b'"labels"', b'"a"', b'"endsAt"', b"null"),
        *(
            b'"2026-11-20T12:00:00Z"',
            b"1e999",
            b"-0",
            b"NaN",
            b'"\\ud800"',
            b'"\\u0000"',
            b'"\xff"',
        ),
    ]
)


@given(st.one_of(st.binary(max_size=64), st.lists(pieces, max_size=24).map(b"".join)))
def test_no_bytes_do_worse_than_be_refused(body: bytes) -> None:
    _outcome(body, {})


def test_a_time_is_the_same_whoever_wrote_it() -> None:
    (report,) = take([{**A, "startsAt": "2026-11-20T13:00:00.5+01:00"}]).reports
    assert report.starts_at == NOW + 500_000
