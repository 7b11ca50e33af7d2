"""Durations are read as Prometheus writes them."""

import pytest

from router.config.duration import parse
from router.core.moment import DAY, HOUR, MINUTE, SECOND


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("0", 0),
        ("0s", 0),
        ("500ms", SECOND // 2),
        ("90s", 90 * SECOND),
        ("5m", 5 * MINUTE),
        ("1h30m", 90 * MINUTE),
        ("1d", DAY),
        ("1w", 7 * DAY),
        ("1y", 365 * DAY),
        ("1w2d3h4m5s6ms", 9 * DAY + 3 * HOUR + 4 * MINUTE + 5 * SECOND + 6_000),
    ],
)
def test_the_span_of(text: str, span: int) -> None:
    assert parse(text) == span


@pytest.mark.parametrize(
    "text",
    ["", "5", "5 m", "1.5h", "-5m", "30m1h", "5M", "5min", "1h1h", "s", " 5m", "5m\n", "٥m"],
)
def test_it_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="is no duration; write it like 90s, 5m, 1h30m or 1d"):
        parse(text)


@pytest.mark.parametrize("text", ["11y", "999999999999999w"])
def test_it_is_too_long(text: str) -> None:
    with pytest.raises(ValueError, match="is longer than ten years"):
        parse(text)
