"""What a rendered text becomes inside a payload or details."""

import json
import time
from typing import Any

import pytest

from router.senders.structured import parsed


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3),
        ("-1.5", -1.5),
        ("true", True),
        ("Off", False),
        ("", None),
        ("null", None),
        ("plain words", "plain words"),
        ("'quoted'", "'quoted'"),
        ("12:30", "12:30"),
        ("2026-01-05", "2026-01-05"),
        ("1_000", "1_000"),
        ('[{"a": "1", "b": 2}]', [{"a": "1", "b": 2}]),
        ("{a: yes, 1: [x, ~]}", {"a": True, "1": ["x", None]}),
        ("a: b", {"a": "b"}),
        ("a: b: c", "a: b: c"),
        ("[open", "[open"),
        ("x: &a [1]\ny: *a", "x: &a [1]\ny: *a"),
        ("!!python/object:os.system x", "!!python/object:os.system x"),
        ("[" * 5000, "[" * 5000),
        ("[" * 100 + "a b" + "]" * 100, "[" * 100 + "a b" + "]" * 100),
        ("9" * 400, "9" * 400),
        ("\x00", "\x00"),
        ("[" * 200_000, "[" * 200_000),
        ("a: " + "b" * 30_000, "a: " + "b" * 30_000),
        ('"a text"', '"a text"'),
    ],
)
def test_a_text_becomes(text: str, value: Any) -> None:
    assert parsed(text) == value


def test_a_list_of_a_thousand_alerts_takes_no_time() -> None:
    text = json.dumps([{"labels": {f"l{n}": "x" * 50 for n in range(20)}}] * 1000)
    began = time.process_time()
    assert len(parsed(text)) == 1000
    assert time.process_time() - began < 0.5
