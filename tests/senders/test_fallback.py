"""Operators' templates replace ours, and what becomes of a page when they fail."""

import time
from pathlib import Path
from typing import Any

import pytest
from support.outgoing import ACK, alert, outgoing
from support.told import Told

from router.senders.message import FORMS, Messages
from router.senders.view import view

KINDS = ("notification", "page", "acknowledged", "resolved", "notice")


def test_an_operators_file_replaces_ours_and_only_it(tmp_path: Path) -> None:
    (tmp_path / "sms.txt.j2").write_text("{{ title }}! {{ ack_url }}")
    told = Told(tmp_path)
    assert told.text("sms.txt") == f"DiskFull! {ACK}"
    assert told.text("email.subject") == "[FIRING] critical: DiskFull (incident #7)"
    assert told.errors == []


BROKEN = [
    pytest.param("{% if %}", id="a syntax error"),
    pytest.param("{{ 1 // 0 }}", id="an error while rendering"),
    pytest.param("  \n", id="nothing at all"),
    pytest.param("{# no text #}{{ missing }}", id="no text"),
    pytest.param("{% for i in range(10**9) %}x{% endfor %}", id="a long loop"),
    pytest.param("{% for a in range(999) %}" * 4 + "{% endfor %}" * 4, id="nested loops"),
    pytest.param("{{ 'x' * 10**9 }}", id="a repeated text"),
    pytest.param("{{ 'x'|center(10**9) }}", id="a centred text"),
    pytest.param("x" * 40_000, id="a page too long"),
    pytest.param("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", id="endless recursion"),
    pytest.param("{% include 'slack.txt.j2' %}", id="an include"),
    pytest.param("{{ alerts[99].labels.x.y }}{{ title() }}", id="a call of a text"),
]


@pytest.mark.parametrize("name", ["slack.txt", "email.subject", "email.html", "sms.txt"])
@pytest.mark.parametrize("source", BROKEN)
def test_a_broken_file_falls_back_to_ours_within_two_seconds(
    name: str, source: str, tmp_path: Path, told: Told
) -> None:
    (tmp_path / f"{name}.j2").write_text(source)
    began = time.monotonic()
    ours = Told(tmp_path)
    text = ours.text(name)
    assert time.monotonic() - began < 2
    assert text == told.text(name)
    assert [file for file, _ in ours.errors] == [str(tmp_path / f"{name}.j2")]


def test_a_file_that_is_not_text_falls_back_to_ours(tmp_path: Path) -> None:
    (tmp_path / "sms.txt.j2").write_bytes(b"\xff\xfe{{ title }}")
    told = Told(tmp_path)
    assert told.text("sms.txt") == Told().text("sms.txt")
    assert "UnicodeDecodeError" in told.errors[0][1]


class Bare(Messages):
    """Messages without any template: what is left is built in."""

    def _read(self, *args: Any) -> list[Any]:
        return []


BARE = Bare(None, lambda file, reason: None)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", FORMS)
def test_without_any_template_there_is_a_text_all_the_same(name: str, kind: str) -> None:
    evil = alert({"alertname": "<!channel><b>"}, {"summary": "<!here>"}, firing=kind != "resolved")
    note = {"group_labels": {"alertname": "<!channel><b>"}, "note": "Nobody was reached."}
    text = BARE.text(name, view(outgoing(evil, kind=kind, snapshot=note)))
    assert "channel" in text
    if not FORMS[name].one_line:
        assert "Nobody was reached." in text
        assert (ACK in text) is (kind == "page")
    if name in ("slack.txt", "email.html"):
        assert "<!channel" not in text
        assert "<b>" not in text


def test_a_missing_template_is_reported() -> None:
    class Elsewhere(Messages):
        def _read(self, path: Path, *rest: Any) -> list[Any]:
            return list(super()._read(path.with_name("gone.j2"), *rest))

    errors: list[str] = []
    messages = Elsewhere(None, lambda file, reason: errors.append(reason))
    assert len(errors) == len(FORMS)
    assert all("FileNotFoundError" in reason for reason in errors)
    assert "DiskFull" in messages.text("slack.txt", view(outgoing()))
