"""What `tocsin import` prints means what the alertmanager.yml meant, and tells no secret."""

import subprocess
from pathlib import Path
from random import Random
from typing import Any

import msgspec
import pytest
from support.alertmanager_files import Files

from router.config.alertmanager.load import load, taken_over
from router.config.alertmanager.write import Imported, write
from router.config.load import Loaded
from router.config.load import load as load_toml
from router.core.secret import Secret

FOLDER = Path("/nowhere")


def served(text: str) -> Loaded:
    return load(text.encode(), name="alertmanager.yml", folder=FOLDER, environ={})


def imported(text: str, *, with_secrets: bool = False) -> Imported:
    document, translated = taken_over(text.encode(), "alertmanager.yml")
    return write(text.encode(), "alertmanager.yml", document, translated, with_secrets=with_secrets)


def loaded_again(found: Imported) -> Loaded:
    environ = {each.name: each.value for each in found.variables}
    return load_toml(found.text.encode(), name="routes.toml", folder=FOLDER, environ=environ)


def without_origins(value: Any) -> Any:
    """The same, whence its secrets came left out."""
    if isinstance(value, Secret):
        return Secret("", value.value)
    if isinstance(value, msgspec.Struct):
        fields = {name: without_origins(getattr(value, name)) for name in value.__struct_fields__}
        return msgspec.structs.replace(value, **fields)
    if isinstance(value, dict):
        return {key: without_origins(each) for key, each in value.items()}
    if isinstance(value, tuple):
        return tuple(map(without_origins, value))
    return value


@pytest.mark.parametrize("seed", range(80))
def test_the_import_of_a_random_file_is_the_file(seed: int) -> None:
    files = Files(Random(seed))
    text = files.text(files.sound())
    direct, again = served(text), loaded_again(imported(text))
    assert without_origins(again.configuration) == without_origins(direct.configuration)
    assert again.sources == direct.sources
    assert again.missing == ()
    kept = loaded_again(imported(text, with_secrets=True))
    assert without_origins(kept.configuration) == without_origins(direct.configuration)


@pytest.mark.parametrize("seed", range(20))
def test_alerts_go_where_amtool_says(seed: int, tmp_path: Path) -> None:
    files = Files(Random(1000 + seed))
    text = files.text(files.sound())
    path = tmp_path / "alertmanager.yml"
    path.write_text(text)
    trees = [served(text).configuration.tree, loaded_again(imported(text)).configuration.tree]
    for _ in range(6):
        labels = files.labels()
        routed = [[route.receiver for route in tree.match(labels)] for tree in trees]
        assert routed == [amtool(path, labels)] * 2, (labels, text)


def amtool(path: Path, labels: dict[str, str]) -> list[str]:
    """The receivers that amtool finds, in order."""
    words = [f"{name}={quoted(value)}" for name, value in labels.items()]
    done = subprocess.run(
        ["amtool", "config", "routes", "test", f"--config.file={path}", *words],
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().split(",")


def quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


SECRETS = """
# Mail leaves here.
global:
  # old password: hunter1
  smtp_smarthost: mail.example.org:587
  smtp_from: alerts@example.org
  smtp_auth_username: alerts
  smtp_auth_password: hunter2  # hunter2 is no good
  slack_api_url: https://hooks.slack.com/services/T/B/slacksecret
# Who gets what.
route:
  receiver: ops
  routes:
    # Databases, not hunter2.
    - receiver: a.b
      matchers: [team="db"]
receivers:
  # The team.
  # https://hooks.slack.com/services/T/B/old
  - name: ops
    email_configs: [{to: "ana@example.org, bo@example.org"}]
    slack_configs: [{channel: "#ops"}, {}]
    webhook_configs:
      - url: https://hook.example.org/urlsecret
        http_config: {basic_auth: {username: u, password: p@ss}}
  - name: a.b
    pagerduty_configs: [{routing_key: "${PD_KEY}"}]
    telegram_configs: [{bot_token: "12:botsecret", chat_id: -1}]
"""
HIDDEN = ("hunter", "slacksecret", "urlsecret", "p%40ss", "p@ss", "botsecret", "T/B/old")


def test_secrets_are_named_and_not_shown() -> None:
    found = imported(SECRETS)
    assert [word for word in HIDDEN if word in found.text] == []
    assert {each.name: each.value for each in found.variables} == {
        "SMTP_AUTH_PASSWORD": "hunter2",
        "SLACK_API_URL": "https://hooks.slack.com/services/T/B/slacksecret",
        "OPS_WEBHOOK_URL": "https://hook.example.org/urlsecret",
        "OPS_WEBHOOK_PASSWORD": "p@ss",
        "PD_KEY": "${PD_KEY}",
        "A_B_TELEGRAM_BOT_TOKEN": "12:botsecret",
    }
    assert "SMTP_AUTH_PASSWORD" in found.text
    assert "global.smtp_auth_password, line 8" in found.text


def test_comments_stay_with_what_they_speak_of() -> None:
    text = imported(SECRETS).text
    assert "\n# Who gets what.\n[route]" in text
    assert "\n# The team.\n[receivers.ops]" in text


def test_with_secrets_it_needs_no_environment() -> None:
    found = imported(SECRETS, with_secrets=True)
    assert [each.name for each in found.variables] == ["PD_KEY"], "what would be read as one"
    assert "hunter2" in found.text
    assert "keep it from other people" in found.text


def test_what_all_mails_share_is_written_once() -> None:
    text = imported(SECRETS).text
    assert text.count("mail.example.org:587") == 1
    assert text.count("email_default_subject") == 1
    assert 'to = ["ana@example.org", "bo@example.org"]' in text


CHATS = """
global: {slack_api_url: "https://hooks.slack.com/services/T/B/x"}
route: {receiver: a}
receivers:
- name: a
  slack_configs: [{channel: "#a"}]
- name: b
  slack_configs: [{channel: "#b", title: own}]
- name: c
  pagerduty_configs: [{routing_key: k}]
"""


def test_how_alertmanager_words_messages_is_written_once() -> None:
    text = imported(CHATS).text
    assert text.count("slack_default_title(data)") == 1
    assert text.count("pagerduty_default_client(data)") == 1
    assert "# What is `_default_` words messages as Alertmanager does" in text
    assert "[[receivers.b.slack]]" not in text
    receivers = text[text.index("[receivers.a]") : text.index("[route]")]
    assert "_default_" not in receivers
    assert 'title = "own"' in receivers
