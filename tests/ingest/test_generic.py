"""Generic JSON, forms and text: a first alert with no configuration, and an end that finds it."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from router.core.alert import Alert, Report
from router.core.labels import canonical
from router.core.labels import decode as labels_of
from router.core.moment import DAY, HOUR, MINUTE, SECOND
from router.errors import DecodeError
from router.ingest.decoded import Decoded, Origin
from router.ingest.generic import decode
from router.ingest.keys import Keys
from router.ingest.times import moment

NOW = moment("2026-11-20T12:00:00Z") or 0


class World:
    """One source and the alerts the state has of it; `now` moves when told to."""

    def __init__(self, source: str = "backup") -> None:
        self.now = NOW
        self.source = source
        self.alerts: dict[bytes, Alert] = {}
        self.keys = self.restarted()

    def restarted(self) -> Keys:
        """Keys that know what the state knows and nothing else."""
        self.keys = Keys(self.source, lambda: self.alerts)
        return self.keys

    def decode(self, body: Any) -> Decoded:
        """What a body decodes to; the state does not learn of it."""
        sent = body if isinstance(body, bytes) else json.dumps(body).encode()
        return decode(sent, Origin(now=self.now, source=self.source, cid="c1"), self.keys)

    def send(self, body: Any) -> list[str]:
        """Decode and let the state have it; the titles that fire afterwards."""
        for report in self.decode(body).reports:
            self.learn(report)
        return self.firing

    def learn(self, report: Report) -> None:
        """Make a report the state's."""
        ends_at = report.ends_at or 0
        self.alerts[report.labels] = Alert(
            id=1,
            labels=report.labels,
            starts_at=report.starts_at or 0,
            ends_at=ends_at,
            expires_due=ends_at,
            updated_at=self.now,
            firing=ends_at > self.now,
            source=report.source,
        )

    @property
    def firing(self) -> list[str]:
        """The titles, with severities, of what fires."""
        alive = (labels_of(alert.labels) for alert in self.alerts.values() if alert.firing)
        return sorted(
            " ".join(filter(None, (one["alertname"], one.get("severity")))) for one in alive
        )


def only(body: Any) -> Report:
    """The one report a body decodes to."""
    (report,) = World().decode(body).reports
    return report


def test_the_native_shape() -> None:
    report = only(
        {
            "key": "nightly/db-1",
            "title": "Backup failed",
            "status": "firing",
            "severity": "CRIT",
            "summary": "no space left",
            "url": "https://backup/1",
            "labels": {"host": "db-1", "attempt": 3},
            "starts_at": "2026-11-20T11:00:00Z",
        }
    )
    assert labels_of(report.labels) == {
        "alertname": "Backup failed",
        "attempt": "3",
        "host": "db-1",
        "key": "nightly/db-1",
        "severity": "critical",
        "source": "backup",
    }
    assert report == Report(
        labels=report.labels,
        annotations=b'{"summary":"no space left"}',
        starts_at=NOW - HOUR,
        ends_at=NOW + DAY,
        url="https://backup/1",
        source="backup",
        cid="c1",
    )


@pytest.mark.parametrize(
    ("body", "labels"),
    [
        pytest.param({"name": "n"}, {"alertname": "n"}, id="name"),
        pytest.param({"alertname": "n"}, {"alertname": "n"}, id="alertname"),
        pytest.param({"message": "m"}, {"alertname": "m"}, id="message"),
        pytest.param({"subject": "s"}, {"alertname": "s"}, id="subject"),
        pytest.param({"event": "e"}, {"alertname": "e"}, id="event"),
        pytest.param({"text": "t"}, {"alertname": "t"}, id="text, as Slack has it"),
        pytest.param({"summary": "s"}, {"alertname": "s"}, id="summary, when there is no title"),
        pytest.param({"title": "", "name": "n"}, {"alertname": "n"}, id="an empty title is none"),
        pytest.param({"title": "null", "name": "n"}, {"alertname": "n"}, id="null as text is none"),
        pytest.param({"title": {"a": 1}, "name": "n"}, {"alertname": "n"}, id="an object is none"),
        pytest.param({"dedup_key": "k"}, {"alertname": "k", "key": "k"}, id="dedup_key"),
        pytest.param({"alias": "k"}, {"alertname": "k", "key": "k"}, id="alias"),
        pytest.param(
            {"id": 2**60, "name": "n"}, {"alertname": "n", "key": str(2**60)}, id="a big id"
        ),
        pytest.param({"labels": {"a": "b"}}, {"a": "b", "alertname": "backup"}, id="labels alone"),
        pytest.param(
            {"title": "t", "labels": {"alertname": "n"}}, {"alertname": "n"}, id="its own alertname"
        ),
        pytest.param(
            {"title": "t", "labels": {"source": "other", "key": "k"}},
            {"alertname": "t", "exported_source": "other", "key": "k"},
            id="it cannot speak for another source",
        ),
        pytest.param(
            {"title": "t", "priority": "P1"},
            {"alertname": "t", "severity": "critical"},
            id="priority",
        ),
        pytest.param(
            {"message": "m", "level": "error"},
            {"alertname": "m", "severity": "high"},
            id="a log line",
        ),
        pytest.param(
            {"title": "t", "severity": " Odd "},
            {"alertname": "t", "severity": "odd"},
            id="an odd word",
        ),
        pytest.param(
            {"title": "t", "severity": "crit", "labels": {"severity": "page"}},
            {"alertname": "t", "severity": "page"},
            id="a severity among the labels is theirs",
        ),
        pytest.param(
            {
                "event_action": "trigger",
                "dedup_key": "k",
                "payload": {"summary": "s", "severity": "error"},
            },
            {"alertname": "s", "key": "k", "severity": "high"},
            id="an event for PagerDuty",
        ),
    ],
)
def test_the_labels_of(body: Any, labels: dict[str, str]) -> None:
    assert labels_of(only(body).labels) == {**labels, "source": "backup"}


def test_long_titles_and_keys_are_cut_and_stay_apart() -> None:
    first, second = (only({"key": "k" * 300 + end, "title": "t" * 300}) for end in "ab")
    assert first.labels != second.labels
    assert all(len(value) <= 255 for value in labels_of(first.labels).values())


@pytest.mark.parametrize(
    "status",
    ["resolved", "OK", "up", "Recovered", "recovery", "closed", "close", "cleared", "healthy"],
)
def test_it_is_over_when_it_says(status: str) -> None:
    report = only({"title": "t", "status": status})
    assert (report.starts_at, report.ends_at) == (NOW, NOW)


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"title": "t"}, id="no status"),
        pytest.param({"title": "t", "status": "acknowledged"}, id="acknowledged elsewhere"),
        pytest.param({"title": "t", "status": "0"}, id="a number"),
        pytest.param({"title": "t", "status": "broken"}, id="a word nobody knows"),
        pytest.param(
            {"title": "t", "status": "firing", "severity": "ok"}, id="status before severity"
        ),
    ],
)
def test_it_fires_with(body: Any) -> None:
    assert only(body).ends_at == NOW + DAY


@pytest.mark.parametrize(
    "body",
    [
        pytest.param({"title": "t", "state": "ok"}, id="state"),
        pytest.param({"title": "t", "event_type": "resolve"}, id="event_type"),
        pytest.param({"title": "t", "event_action": "resolve"}, id="event_action"),
        pytest.param({"title": "t", "action": "close"}, id="action"),
        pytest.param({"title": "t", "severity": "clear"}, id="a severity that says so"),
    ],
)
def test_it_is_over_by(body: Any) -> None:
    assert only(body).ends_at == NOW


FIRST = {"key": "k", "title": "Backup failed", "severity": "critical", "labels": {"host": "a"}}


@pytest.mark.parametrize(
    "later",
    [
        pytest.param(FIRST, id="all it said before"),
        pytest.param({"key": "k"}, id="its key alone"),
        pytest.param({"key": "k", "title": "Backup fine", "severity": "info"}, id="another title"),
        pytest.param({"key": "k", "labels": {"host": "b"}}, id="other labels"),
        pytest.param({"labels": {"key": "k"}}, id="the key among its labels"),
    ],
)
@pytest.mark.parametrize("learned", ["after a restart", "at once", "before the state knows it"])
def test_an_end_finds_its_beginning_by(later: dict[str, Any], learned: str) -> None:
    world = World()
    (began,) = world.decode(FIRST).reports
    if learned != "before the state knows it":
        world.learn(began)
    if learned == "after a restart":
        world.restarted()
    (ended,) = world.decode({**later, "status": "resolved"}).reports
    assert (ended.labels, ended.ends_at) == (began.labels, NOW)


def test_without_a_key_the_title_and_labels_find_it_whatever_the_severity() -> None:
    world = World()
    world.send({"title": "Disk full", "severity": "high", "labels": {"host": "a"}})
    world.send({"title": "Disk full", "severity": "high", "labels": {"host": "b"}})
    world.send({"title": "Load"})
    world.restarted()
    assert (
        world.send({"title": "Load", "status": "ok", "severity": "info"}) == ["Disk full high"] * 2
    )
    assert world.send({"title": "Disk full", "status": "ok", "labels": {"host": "a"}}) == [
        "Disk full high"
    ]
    assert world.send({"title": "Disk full", "status": "ok"}) == ["Disk full high"]
    assert world.send({"title": "Disk full", "status": "ok", "labels": {"host": "b"}}) == []


def test_a_repeat_with_another_title_is_the_same_alert() -> None:
    world = World()
    world.send({"key": "k", "title": "CPU at 91 %", "severity": "high"})
    report = world.decode({"key": "k", "title": "CPU at 95 %"}).reports[0]
    assert labels_of(report.labels)["alertname"] == "CPU at 91 %"
    assert json.loads(report.annotations) == {"title": "CPU at 95 %"}
    world.learn(report)
    assert world.firing == ["CPU at 91 % high"]


def test_a_repeat_is_the_same_alert_also_before_the_state_knows_of_it() -> None:
    world = World()
    (first,) = world.decode({"key": "k", "title": "one"}).reports
    (second,) = world.decode({"key": "k", "title": "two"}).reports
    assert first.labels == second.labels


def test_a_changed_severity_ends_the_alert_and_begins_another_in_the_same_submit() -> None:
    world = World()
    world.send({"key": "k", "title": "Load", "severity": "warning"})
    ended, fires = world.decode({"key": "k", "title": "Load!", "severity": "critical"}).reports
    assert labels_of(ended.labels)["severity"] == "warning"
    assert ended.ends_at == NOW
    assert labels_of(fires.labels)["severity"] == "critical"
    world.learn(ended)
    world.learn(fires)
    assert world.firing == ["Load! critical"]
    assert world.send({"key": "k", "status": "ok"}) == []


def test_an_alert_that_begins_anew_takes_its_new_title() -> None:
    world = World()
    world.send({"key": "k", "title": "first"})
    world.send({"key": "k", "status": "ok"})
    assert world.send({"key": "k", "title": "second"}) == ["second"]


def test_an_alert_the_state_has_dropped_takes_its_new_title() -> None:
    world = World()
    world.send({"key": "k", "title": "first"})
    world.alerts.clear()
    world.now += 2 * MINUTE
    assert world.send({"key": "k", "title": "second"}) == ["second"]


def test_an_end_that_could_not_be_kept_finds_the_alert_again() -> None:
    world = World()
    world.send({"key": "k", "title": "first"})
    world.decode({"key": "k", "status": "ok"})  # The disk was full: the state never learned of it.
    assert world.send({"key": "k", "status": "ok"}) == []


def test_a_state_loaded_anew_is_read_anew() -> None:
    world = World()
    world.decode({"key": "other"})
    other = World()
    other.send({"key": "k", "title": "first"})
    world.alerts = dict(other.alerts)
    assert world.send({"key": "k", "status": "ok"}) == []


def test_sources_do_not_end_each_others_alerts() -> None:
    mine, theirs = World("mine"), World("theirs")
    mine.send({"key": "k", "title": "t"})
    theirs.alerts = mine.alerts
    assert theirs.send({"key": "k", "title": "t", "status": "ok"}) == ["t"]


def test_keys_of_a_busy_source_do_not_pile_up() -> None:
    world = World()
    for number in range(30_000):
        world.decode({"key": str(number), "title": "t"})
        world.now += SECOND
    assert len(world.keys) < 10_000


class Severities(RuleBasedStateMachine):
    """However a key's reports follow each other, one alert of it fires, and none after its end."""

    @initialize()
    def begin(self) -> None:
        self.world = World()

    @rule(
        key=st.sampled_from("ab"),
        title=st.sampled_from(["one", "two", None]),
        severity=st.sampled_from(["critical", "warning", None]),
        over=st.booleans(),
        kept=st.booleans(),
        wait=st.sampled_from([0, SECOND, 2 * MINUTE]),
        restart=st.booleans(),
    )
    def report(
        self,
        key: str,
        title: str | None,
        severity: str | None,
        over: bool,
        kept: bool,
        wait: int,
        restart: bool,
    ) -> None:
        body = {
            "key": key,
            "title": title,
            "severity": severity,
            "status": "ok" if over else "firing",
        }
        if not kept:
            self.world.decode(body)  # Refused by the door, so the sender comes again.
        self.world.now += wait
        if restart:
            self.world.restarted()
        self.world.send(body)
        alive = [labels_of(a.labels) for a in self.world.alerts.values() if a.firing]
        mine = [labels for labels in alive if labels["key"] == key]
        assert len(mine) == (0 if over else 1)
        assert over or severity is None or mine[0]["severity"] == severity


TestSeverities = Severities.TestCase


@pytest.mark.parametrize(
    ("body", "titles"),
    [
        pytest.param(b'{"title":"t"}', ["t"], id="JSON"),
        pytest.param(b'\xef\xbb\xbf {"title":"t"}', ["t"], id="JSON after a byte order mark"),
        pytest.param(b'[{"title":"a"},{"title":"b"},"c"]', ["a", "b", "c"], id="a list is several"),
        pytest.param(
            b'{"alerts":[{"title":"a"},{"title":"b"}]}', ["a", "b"], id="a list among alerts"
        ),
        pytest.param(b'"only text"', ["only text"], id="a JSON text"),
        pytest.param(b"title=Disk+full&severity=high", ["Disk full high"], id="a form"),
        pytest.param(b"payload=%7B%22text%22%3A%22hi%22%7D", ["hi"], id="a form with a payload"),
        pytest.param(b"payload=hello", ["hello"], id="a form whose payload is text"),
        pytest.param(b"a=b&c=d", ["a=b&c=d"], id="a form that says nothing is text"),
        pytest.param(b"disk = full", ["disk = full"], id="text with an equals sign"),
        pytest.param(b"Disk full\non db-1\x07", ["Disk full"], id="text, the first line the title"),
        pytest.param(b"[FIRING] disk", ["[FIRING] disk"], id="text that begins like a list"),
        pytest.param(b"caf\xe9", ["caf\ufffd"], id="text that is not UTF-8"),
        pytest.param(b"[]", [], id="an empty list"),
    ],
)
def test_a_body_of(body: bytes, titles: list[str]) -> None:
    assert World().send(body) == titles


def test_text_after_the_first_line_is_the_description() -> None:
    report = only(b"Disk full\n on db-1\r\nnow")
    assert json.loads(report.annotations) == {"description": "on db-1\nnow"}


def test_a_webhook_of_alertmanager_is_known_as_such() -> None:
    report = only({"version": "4", "alerts": [{"status": "resolved", "labels": {"a": "b"}}]})
    assert (report.labels, report.ends_at) == (canonical({"a": "b"}), NOW)


def test_bad_items_are_named_and_their_neighbours_taken() -> None:
    decoded = World().decode(
        [{"title": "a"}, 5, {"x": 1, "y": 2}, {"title": "b", "labels": 1}, {}, " "]
    )
    assert [labels_of(report.labels)["alertname"] for report in decoded.reports] == ["a"]
    assert decoded.problems == (
        "alerts[1]: expected an object or text",
        "alerts[2]: no title, name, key or labels to tell it by; it has 'x', 'y'",
        "alerts[3]: labels: expected an object of names and values",
        "alerts[4]: no title, name, key or labels to tell it by; it has nothing",
        "alerts[5]: no title, name, key or labels to tell it by; it has 'title', 'description'",
    )


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        pytest.param(b"", "the body is empty", id="nothing"),
        pytest.param(b"\xef\xbb\xbf\r\n ", "the body is empty", id="a byte order mark and blanks"),
        pytest.param(b'{"title":"a "quoted" word"}', "JSON is malformed", id="broken JSON"),
        pytest.param(b'{"a":' * 9999, "it is nested too deeply", id="a bottomless object"),
        pytest.param(b"5", "expected an object, a list of objects, or text", id="a number"),
        pytest.param(b"null", "expected an object, a list of objects, or text", id="null"),
    ],
)
def test_it_is_refused(body: bytes, reason: str) -> None:
    with pytest.raises(DecodeError, match=reason):
        World().decode(body)


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
    "title",
    "key",
    "id",
    "status",
    "severity",
    "labels",
    "annotations",
    "starts_at",
    "ends_at",
    "payload",
    "alerts",
)


@given(json_values | st.dictionaries(st.sampled_from(FIELDS), json_values))
def test_no_json_does_worse_than_be_refused(value: Any) -> None:
    try:
        decoded = World().decode(value)
    except DecodeError:
        return
    for report in decoded.reports:
        assert canonical(json.loads(report.labels)) == report.labels
        assert (report.starts_at or 0) <= (report.ends_at or 0)


@given(
    st.one_of(
        st.binary(max_size=64),
        st.text(max_size=64).map(str.encode),
        st.from_regex(rb"[a-z%0-9A-F]*=[+%&=0-9A-F]*"),
    )
)
def test_no_bytes_do_worse_than_be_refused(body: bytes) -> None:
    try:
        World().decode(body)
    except DecodeError:
        return
