"""What senders' severity words mean here."""

import pytest

from router.core.severity import rank, severity


@pytest.mark.parametrize(
    ("word", "ours"),
    [
        pytest.param("critical", "critical", id="our own word"),
        pytest.param(" CRIT\n", "critical", id="case and blanks do not count"),
        pytest.param("page", "critical", id="page"),
        pytest.param("P1", "critical", id="P1"),
        pytest.param("error", "high", id="error"),
        pytest.param("major", "high", id="major"),
        pytest.param("warn", "warning", id="warn"),
        pytest.param("P3", "warning", id="P3"),
        pytest.param("notice", "info", id="notice"),
        pytest.param("none", "info", id="Prometheus' none"),
        pytest.param("sev1", "unknown", id="sev1 means two things"),
        pytest.param("5", "unknown", id="a bare number means many things"),
        pytest.param("", "unknown", id="nothing"),
    ],
)
def test_a_word_means(word: str, ours: str) -> None:
    assert severity(word) == ours


def test_worse_severities_rank_higher() -> None:
    ranks = [rank(word) for word in ("critical", "high", "warning", "info")]
    assert ranks == sorted(set(ranks), reverse=True)


def test_an_unknown_severity_pages_like_a_warning() -> None:
    assert rank("catastrophic") == rank("") == rank("warning")
