"""`tocsin check` names everything that is wrong, and nothing that is not."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from router.cli.main import cli

SHIPPED = Path(__file__).parents[2] / "routes.toml"
MISTAKEN = """
[receivers.ops]
console = [{}]
[policies.loud]
[route]
receiver = "opps"
group_wait = "soon"
"""


@pytest.fixture(autouse=True)
def _nothing_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SLACK_TOKEN", "PAGERDUTY_KEY", "SMTP_PASSWORD", "TWILIO_SID", "TWILIO_TOKEN"):
        monkeypatch.delenv(name, raising=False)


def check(*arguments: str) -> Result:
    return CliRunner().invoke(cli, ["check", *arguments])


def test_the_shipped_file_is_fine_and_its_missing_secrets_are_noted() -> None:
    ran = check(str(SHIPPED))
    assert ran.exit_code == 0, ran.output
    assert "note: channels.slack.token: ${SLACK_TOKEN} is not set" in ran.output
    assert "warning" not in ran.output
    assert ran.output.splitlines()[-1].startswith(f"{SHIPPED}: ok (4 routes, 4 receivers")


def test_a_secret_that_is_there_is_not_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-very-secret")
    ran = check("--config", str(SHIPPED))
    assert "SLACK_TOKEN" not in ran.output
    assert "very-secret" not in ran.output


def test_every_mistake_is_listed_with_its_line_and_the_exit_code_is_1(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MISTAKEN)
    ran = check(str(path))
    assert ran.exit_code == 1
    assert f"{path}:4: policies.loud: " in ran.output
    assert f"{path}:6: route.receiver: " in ran.output
    assert "did you mean 'ops'?" in ran.output
    assert f"{path}:7: route.group_wait: " in ran.output
    assert ran.output.splitlines()[-1] == f"{path}: 3 mistakes; it cannot be used"


def test_programs_get_the_same_as_json(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text(MISTAKEN)
    (bad, good) = (check("--json", str(path)), check("--json", str(SHIPPED)))
    broken, fine = json.loads(bad.output), json.loads(good.output)
    assert (bad.exit_code, broken["ok"], len(broken["problems"])) == (1, False, 3)
    assert (good.exit_code, fine["ok"], fine["problems"]) == (0, True, [])
    assert fine["counts"]["policies"] == 4
    assert "channels.slack.token: ${SLACK_TOKEN} is not set" in fine["missing"]


def test_the_demo_needs_one_secret_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEMO_SECRET", "demo")
    ran = check(str(SHIPPED.parent / "deploy" / "demo" / "routes.toml"), "--json")
    told = json.loads(ran.output)
    assert (told["problems"], told["warnings"], told["missing"]) == ([], [], [])


def test_a_file_that_is_not_there_is_a_mistake_too(tmp_path: Path) -> None:
    ran = check(str(tmp_path / "none.toml"))
    assert ran.exit_code == 1
    assert "No such file or directory" in ran.output


def test_routes_that_no_index_keeps_from_an_alert_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "routes.toml"
    path.write_text(
        "[receivers.ops]\nconsole = [{}]\n[route]\nreceiver = 'ops'\n"
        "[[route.routes]]\nmatchers = ['team!=\"db\"']\ngroup_wait = '1s'\n"
    )
    ran = check(str(path))
    assert ran.exit_code == 0
    assert "1 routes are tried for every alert" in ran.output
