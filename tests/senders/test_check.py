"""What `check_templates` says before a page depends on a template."""

from pathlib import Path

import pytest

from router.senders.check import check_templates
from router.senders.message import shipped


def test_our_own_templates_are_without_fault() -> None:
    assert check_templates(shipped()) == []


def test_an_empty_folder_is_without_fault(tmp_path: Path) -> None:
    assert check_templates(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "source", "problem"),
    [
        pytest.param("sms.txt", "{% if %}", "line 1: Expected an expression", id="syntax"),
        pytest.param(
            "sms.txt", "a\n\n{{ titel }} {{ ack_url }}", "'titel' is undefined", id="typo"
        ),
        pytest.param(
            "sms.txt",
            "{% if incident %}{{ incident.nummer }}{% endif %}{{ title }}",
            "'dict object' has no attribute 'nummer'",
            id="a typo in a field",
        ),
        pytest.param(
            "slack.txt",
            "{{ incident.number }}{{ ack_url }}",
            "'None' has no attribute 'number'",
            id="an incident that notifications do not have",
        ),
        pytest.param("sms.txt", "{{ title|uper }}", "No filter named 'uper'", id="a filter"),
        pytest.param("email.txt", "{{ title }}", "does not show the ack link", id="no ack link"),
        pytest.param("email.subject", "{# hm #}", "it rendered to nothing", id="nothing"),
        pytest.param(
            "email.txt", "{% include 'x' %}", "line 1: include is not available", id="include"
        ),
        pytest.param("sms.txt", "{{ 'x'.center(9) }}", "center cannot be called", id="a method"),
        pytest.param(
            "sms.txt",
            "{% for a in range(999) %}{% for b in range(999) %}{% endfor %}{% endfor %}",
            "was stopped after",
            id="a bomb",
        ),
        pytest.param("slack.text", "{{ title }}", "did you mean slack.txt.j2?", id="a wrong name"),
        pytest.param(
            "zzzz", "{{ title }}", "known: slack.txt, email.subject", id="no such message"
        ),
    ],
)
def test_it_names_the_file_and_what_is_wrong(
    name: str, source: str, problem: str, tmp_path: Path
) -> None:
    (tmp_path / f"{name}.j2").write_text(source)
    (found,) = check_templates(tmp_path)
    assert found.startswith(str(tmp_path / f"{name}.j2"))
    assert problem in found


@pytest.mark.parametrize(
    "source",
    [
        "{{ common_labels.cluster }}{{ group_labels['team'] }}{{ ack_url }}",
        "{% for alert in alerts %}{{ alert.labels.pod }}{{ alert.annotations.x }}{% endfor %}"
        "{{ title }}{{ ack_url }}",
        "{% if incident %}{{ incident.policy }}{% endif %}{{ title }}{{ ack_url }}",
    ],
)
def test_labels_may_be_absent(source: str, tmp_path: Path) -> None:
    (tmp_path / "sms.txt.j2").write_text(source + "{{ heading }}")
    assert check_templates(tmp_path) == []


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    for name in ("sms.txt", "slack.txt", "nonsense"):
        (tmp_path / f"{name}.j2").write_text("{% if %}")
    assert len(check_templates(tmp_path)) == 3


def test_a_folder_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    assert check_templates(tmp_path / "gone") == [
        f"{tmp_path / 'gone'}: there is no such folder of templates"
    ]
