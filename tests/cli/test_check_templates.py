"""`tocsin check` reads the operator's own templates before a page needs them."""

from pathlib import Path

from click.testing import CliRunner

from router.cli.main import cli

ROUTES = """
templates = "own"
[[receivers.ops.discord]]
webhook_url = "https://discord.com/api/webhooks/1/a"
message = '{{ said(data) }}FIELD'
[route]
receiver = "ops"
"""


def check(folder: Path, field: str = "", **files: str) -> tuple[int, str]:
    """Check a routes.toml with this at the end of a field and these files in its folder."""
    (folder / "own").mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / "own" / f"{name.replace('_', '.')}.j2").write_text(text)
    (folder / "routes.toml").write_text(ROUTES.replace("FIELD", field))
    done = CliRunner().invoke(cli, ["check", str(folder / "routes.toml")])
    return done.exit_code, done.output


MACROS = "{% macro said(dot) %}{{ dot.Status }}{% endmacro %}"


def test_sound_ones_pass(tmp_path: Path) -> None:
    code, said = check(tmp_path, mine=MACROS, sms_txt="{{ heading }} {{ ack_url }}")
    assert (code, "ok" in said) == (0, True), said


def test_each_mistake_is_named(tmp_path: Path) -> None:
    code, said = check(
        tmp_path, "{% if %}", mine=MACROS, sms_txt="{{ nope }}", slack_text="x", other="{% macro x("
    )
    assert code == 1
    assert "sms.txt.j2: 'nope' is undefined" in said
    assert "slack.text.j2: no message is made from this file; did you mean slack.txt.j2?" in said
    assert "receivers.ops: " in said


def test_the_folder_must_be_there(tmp_path: Path) -> None:
    (tmp_path / "routes.toml").write_text(ROUTES.replace("own", "gone"))
    done = CliRunner().invoke(cli, ["check", str(tmp_path / "routes.toml")])
    assert done.exit_code == 1
    assert "routes.toml:2: templates: there is no folder" in done.output
