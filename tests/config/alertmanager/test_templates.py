"""Template files of an alertmanager.yml: taken or refused as amtool does, and carried over."""

import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner

from router.cli.main import cli
from router.config.alertmanager.load import load
from router.config.load import Loaded
from router.config.load import load as load_toml
from router.core.chat import DiscordIntegration
from router.errors import ConfigError

CONFIG = """
templates: ['t/*.tmpl']
route: {receiver: ops}
receivers:
- name: ops
  discord_configs:
  - webhook_url: https://discord.com/api/webhooks/1/a
    title: '{{ template "discord.default.title" . }}'
    message: '{{ template "mine" . }}'
"""
FILES = [
    '{{ define "mine" }}{{ .Status }}{{ end }}',
    '{{ define "mine" }}{{ .Status }}',
    '{{ define "mine" }}{{ nope }}{{ end }}',
    '{{ define "mine" }}{{ if }}{{ end }}{{ end }}',
    '{{ define "mine" }}{{ $x }}{{ end }}',
    '{{ define "mine" }}a{{ end }}{{ define "mine" }}b{{ end }}',
    '{{ define "mine" }}a{{ end }}{{ define "mine" }} {{ end }}',
    '{{ define "mine" }}{{ define "inner" }}{{ end }}{{ end }}',
    '{{ define "mine" }}{{ range .Alerts }}{{ break }}{{ end }}{{ end }}',
    '{{ define "mine" }}{{ continue }}{{ end }}',
    '{{ define "mine" }}{{ template "gone" . }}{{ end }}',
    '{{ define "mine" }}{{ .Foo.Bar "x" | printf "%d" }}{{ end }}',
    "{{ define mine }}{{ end }}",
    "{{/* only a comment */}}",
    '{{ block "mine" . }}{{ end }} {{ "unclosed }}',
    "plain text",
    "",
]


def served(folder: Path, *, lenient: bool = False) -> Loaded:
    text = (folder / "alertmanager.yml").read_bytes()
    return load(text, name="alertmanager.yml", folder=folder, environ={}, lenient=lenient)


def written(folder: Path, template: str) -> Path:
    (folder / "alertmanager.yml").write_text(CONFIG)
    (folder / "t").mkdir()
    (folder / "t" / "a.tmpl").write_text(template)
    return folder


@pytest.mark.parametrize("template", FILES)
def test_amtool_takes_the_same_files(template: str, tmp_path: Path) -> None:
    folder = written(tmp_path, template)
    done = subprocess.run(
        ["amtool", "check-config", str(folder / "alertmanager.yml")],
        capture_output=True,
        timeout=20,
        check=False,
    )
    if done.returncode:
        with pytest.raises(ConfigError, match=r"alertmanager.yml:2: templates\[0\]: .*a.tmpl:1: "):
            served(folder)
    else:
        served(folder)


def test_a_broken_file_does_not_keep_the_last_good_configuration_from_serving(
    tmp_path: Path,
) -> None:
    loaded = served(written(tmp_path, "{{ if }}"), lenient=True)
    assert any("missing value for if" in warning for warning in loaded.warnings)
    assert loaded.configuration.receivers["ops"].integrations


@pytest.mark.parametrize("folder", ["", "own"])
def test_import_carries_templates_over(folder: str, tmp_path: Path) -> None:
    place = written(tmp_path, '{{ define "mine" }}{{ len .Alerts }}{# {{ end }}')
    option = ["--templates", str(place / folder)] if folder else []
    done = CliRunner().invoke(cli, ["import", str(place / "alertmanager.yml"), *option])
    assert done.exit_code == 0, done.output
    environ = {"OPS_DISCORD_WEBHOOK_URL": "https://discord.com/api/webhooks/1/a"}
    again = load_toml(done.stdout.encode(), folder=place, environ=environ)
    direct = served(place)
    (ours,) = again.configuration.receivers["ops"].integrations
    (theirs,) = direct.configuration.receivers["ops"].integrations
    assert isinstance(ours, DiscordIntegration)
    assert isinstance(theirs, DiscordIntegration)
    macro = '{% macro mine(dot) %}{{ len(dot.Alerts) }}{{ "{" }}# {% endmacro %}'
    assert direct.templates.macros == {"mine": macro}
    if folder:
        assert again.templates.macros == {"mine": macro}
        assert ours.message == theirs.message == "{{ mine(data) }}"
    else:
        assert ours.message == f"{macro}{{{{ mine(data) }}}}"
