"""`tocsin explain` tells who would be called when, as the service would decide it."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from router.cli.main import cli

SHIPPED = Path(__file__).parents[2] / "routes.toml"
TUESDAY = "2026-11-24T12:00:00+00:00"
WEEKEND = """
[service]
timezone = "Europe/Berlin"
[receivers.ops]
console = [{}]
[receivers.other]
console = [{}, {}]
[route]
receiver = "ops"
group_by = ["alertname"]
[[route.routes]]
matchers = ['team="web"']
mute_time_intervals = ["weekends"]
continue = true
[[route.routes]]
matchers = ['team=~"web|db"']
receiver = "other"
group_by = ["..."]
group_wait = "1s"
[[intervals.weekends]]
weekdays = ["saturday", "sunday"]
location = "Europe/Berlin"
"""


MAINTAINED = (
    WEEKEND
    + """
[maintenance.database]
matchers = ['team="db"']
from = 2026-11-24T11:00:00Z
to = 2026-11-24T13:00:00Z
comment = "new disks"
"""
)


def run(*arguments: str, config: Path = SHIPPED) -> Result:
    return CliRunner().invoke(cli, ["explain", *arguments, "--config", str(config)])


def told(*arguments: str, config: Path = SHIPPED) -> dict[str, Any]:
    ran = run(*arguments, "--json", config=config)
    assert ran.exit_code == 0, ran.output
    found: dict[str, Any] = json.loads(ran.output)
    return found


def pages(*arguments: str, config: Path = SHIPPED) -> list[tuple[float, str]]:
    """Who is told, and how many minutes after the alert."""
    timeline = told(*arguments, "--at", TUESDAY, config=config)["timeline"]
    sent = [entry for entry in timeline if entry["kind"] in ("page", "notification")]
    return [(entry["after_seconds"] / 60, entry["target"]) for entry in sent]


@pytest.fixture
def weekend(tmp_path: Path) -> Path:
    path = tmp_path / "routes.toml"
    path.write_text(WEEKEND)
    return path


def test_critical_rings_three_people_five_minutes_apart() -> None:
    assert pages("severity=critical", "--for", "14m") == [
        (0, "user:devops_lead/sms"),
        (0, "receiver:critical/pagerduty/0"),
        (0, "receiver:critical/slack/0"),
        (2, "user:devops_lead/email"),
        (5, "user:engineering_manager/sms"),
        (7, "user:engineering_manager/email"),
        (10, "user:cto/sms"),
        (12, "user:cto/email"),
    ]


def test_high_and_whatever_nobody_foresaw_rings_three_people_fifteen_minutes_apart() -> None:
    expected = [
        (0.5, "user:engineer_1/slack"),
        (0.5, "user:engineer_1/sms"),
        (0.5, "receiver:high/slack/0"),
        (15.5, "user:devops_lead/sms"),
        (17.5, "user:devops_lead/email"),
        (30.5, "user:engineering_manager/sms"),
        (32.5, "user:engineering_manager/email"),
    ]
    for labels in ("severity=high", "severity=odd", "alertname=NoSeverity"):
        assert pages(labels, "--for", "45m") == expected


def test_warning_reaches_three_people_thirty_minutes_apart() -> None:
    assert pages("severity=warning", "--for", "90m") == [
        (0.5, "user:engineer_1/slack"),
        (0.5, "receiver:warnings/slack/0"),
        (5.5, "user:engineer_1/email"),
        (30.5, "user:devops_lead/slack"),
        (35.5, "user:devops_lead/email"),
        (60.5, "user:engineering_manager/slack"),
        (65.5, "user:engineering_manager/email"),
    ]


def test_info_waits_for_the_digest_of_the_next_day() -> None:
    found = pages("severity=info")
    assert found == [
        (21 * 60, "user:engineer_1/slack"),
        (21 * 60, "user:engineer_2/slack"),
        (21 * 60, "user:devops_lead/slack"),
        (21 * 60, "user:engineering_manager/slack"),
    ]
    text = run("severity=info", "--at", TUESDAY).output
    assert "(nothing is sent within 2h; this is the first)" in text


def test_in_the_end_the_fallback_is_told_again_and_again() -> None:
    found = pages("severity=critical", "--for", "2h")
    fallback = [minute for minute, target in found if target == "receiver:ops/slack/0"]
    assert fallback == [60, 90, 120]


def test_text_is_aligned_and_says_what_cannot_be_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TWILIO_SID", raising=False)
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-very-secret")
    output = run("severity=critical", "alertname=Down", "--at", TUESDAY, "--for", "6m").output
    lines = output.splitlines()
    assert lines[0] == (
        '{alertname="Down", severity="critical"} at Tuesday, 2026-11-24 12:00:00 UTC'
    )
    rows = [line for line in lines if line.startswith("  +")]
    assert len({row.index("page") for row in rows if "page" in row}) == 1
    assert rows[1].split() == ["+0s", "12:00:00", "page", "user:devops_lead/sms", "step", "1", "!"]
    assert "cannot be sent until there is ${TWILIO_SID}" in output
    assert "very-secret" not in output
    assert "\x1b" not in output


def test_routes_are_told_in_order_with_their_groups_and_timers(weekend: Path) -> None:
    found = told("team=web", "alertname=Slow", "--at", TUESDAY, config=weekend)["routes"]
    assert [route["receiver"] for route in found] == ["ops", "other"]
    assert [route["group_key"] for route in found] == [
        '{}/{team="web"}:{alertname="Slow"}',
        '{}/{team=~"web|db"}:{alertname="Slow", team="web"}',
    ]
    assert [route["group_wait_seconds"] for route in found] == [30, 1]
    assert found[0]["mute_time_intervals"] == ["weekends"]
    assert [route["muted_by"] for route in found] == [[], []]


def test_an_interval_mutes_while_it_holds_and_not_after(weekend: Path) -> None:
    arguments = ("team=web", "--at", "2026-11-22T23:50:00", "--for", "20m")  # A Sunday, in Berlin.
    found = told(*arguments, config=weekend)
    assert found["at"] == "2026-11-22T22:50:00+00:00"
    assert found["routes"][0]["muted_by"] == ["interval:weekends"]
    targets = {entry["at"]: entry.get("target") for entry in found["timeline"]}
    ops = [at for at, target in targets.items() if target == "receiver:ops/console/0"]
    assert ops == ["2026-11-22T23:00:30+00:00"]
    kinds = [entry["kind"] for entry in found["timeline"]]
    assert kinds.count("muted") == 1
    assert kinds.count("unmuted") == 1
    text = run(*arguments, config=weekend).output
    assert "now by interval:weekends" in text
    assert "route 2" in text


def test_what_would_hold_an_alert_back_is_said() -> None:
    text = run("severity=warning", "alertname=Slow").output
    assert "held back  while " in text
    assert 'alertname="Slow"' in text


def test_a_file_with_mistakes_explains_nothing(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text("[route]\nreciever = 'x'\n")
    ran = run("a=b", config=path)
    assert ran.exit_code == 2
    assert f"{path}:2: route.reciever: " in ran.output


def test_hostile_labels_cannot_command_the_terminal() -> None:
    output = run("alertname=\x1b]0;owned\x07", "--for", "1m").output
    assert "\x1b" not in output
    assert "\x07" not in output


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01"])
def test_a_time_that_is_none_is_refused(at: str) -> None:
    ran = run("a=b", "--at", at)
    assert ran.exit_code == 2
    assert "is no time" in ran.output


def test_a_maintenance_window_is_told_and_keeps_it_quiet_until_its_end(tmp_path: Path) -> None:
    config = tmp_path / "routes.toml"
    config.write_text(MAINTAINED)
    found = told("alertname=Slow", "team=db", "--at", TUESDAY, "--for", "2h", config=config)
    [route] = found["routes"]
    assert route["muted_by"] == ["maintenance:database"]
    assert route["maintenance"] == ["database"]
    [muted] = [entry for entry in found["timeline"] if entry["kind"] == "muted"]
    assert muted["reason"] == "maintenance:database"
    sent = [entry for entry in found["timeline"] if entry["kind"] == "notification"]
    assert sent, "it is told when the window is over"
    assert min(entry["after_seconds"] for entry in sent) >= 3600
    printed = run("alertname=Slow", "team=db", "--at", TUESDAY, config=config).output
    assert "now by maintenance:database" in printed
    assert "from 2026-11-24 11:00 UTC to 2026-11-24 13:00 UTC (new disks)" in printed
