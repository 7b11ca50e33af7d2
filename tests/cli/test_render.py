"""What a template makes can be seen without a service."""

from pathlib import Path

from click.testing import CliRunner

from router.cli.main import cli


def run(*arguments: str, given: str = "") -> tuple[int, str]:
    done = CliRunner().invoke(cli, ["render", *arguments], input=given)
    return done.exit_code, done.output


def test_a_template_is_rendered_or_translated(tmp_path: Path) -> None:
    assert run("{{ .Status }}") == (0, "firing")
    assert run(given="{{ .Status }}\n") == (0, "firing\n")
    assert run("{{ .Status }}", "--translate") == (0, "{{ data.Status }}")
    assert run("{{ data.Status }}", "--engine", "jinja2") == (0, "firing")
    (tmp_path / "a.tmpl").write_text('{{ define "x" }}[{{ .Status }}]{{ end }}')
    (tmp_path / "d.json").write_text('{"status": "resolved"}')
    data = ("--glob", str(tmp_path / "*.tmpl"), "--data", str(tmp_path / "d.json"))
    assert run('{{ template "x" . }}', *data) == (0, "[resolved]")


def test_what_is_wrong_is_said(tmp_path: Path) -> None:
    code, said = run("{{ if }}")
    assert code == 2
    assert "template:1: missing value for if" in said
    assert "there is no such file" in run("x", "--glob", str(tmp_path / "*"))[1]
    (tmp_path / "d.json").write_text("{")
    assert "is no JSON" in run("x", "--data", str(tmp_path / "d.json"))[1]
