"""Replies of redis-py, in every shape, and what an entry's id says."""

from typing import Any

import pytest

from router.core.moment import DAY, HOUR
from router.runtime.stream_entry import Entry, claimed_entries, read_entries

MS = 1_795_267_945_385
NOW = MS * 1_000 + HOUR
ROWS = [(b"1-0", {b"payload": b"x"}), (b"1-1", {b"payload": b"y"})]
ENTRIES = [Entry("1-0", {b"payload": b"x"}), Entry("1-1", {b"payload": b"y"})]


@pytest.mark.parametrize(
    ("reply", "entries"),
    [
        pytest.param([[b"s", ROWS]], ENTRIES, id="RESP2"),
        pytest.param({b"s": [ROWS]}, ENTRIES, id="RESP3"),
        pytest.param({b"s": ROWS}, ENTRIES, id="unified"),
        pytest.param([], [], id="nothing in RESP2"),
        pytest.param({}, [], id="nothing in RESP3"),
        pytest.param(None, [], id="nothing at all"),
        pytest.param([[b"s", []]], [], id="nothing pending in RESP2"),
        pytest.param({b"s": [[]]}, [], id="nothing pending in RESP3"),
        pytest.param({b"s": []}, [], id="nothing pending, unified"),
        pytest.param([[b"s", [(b"1-0", {})]]], [Entry("1-0", {})], id="trimmed meanwhile"),
        pytest.param([[b"s", [(b"1-0", None)]]], [Entry("1-0", {})], id="trimmed, as None"),
    ],
)
def test_a_read_gives(reply: Any, entries: list[Entry]) -> None:
    assert read_entries(reply) == entries


@pytest.mark.parametrize(
    ("reply", "cursor", "entries"),
    [
        pytest.param([b"0-0", ROWS, []], "0-0", ENTRIES, id="Redis 7"),
        pytest.param([b"5-0", ROWS], "5-0", ENTRIES, id="Redis 6.2"),
        pytest.param([b"0-0", [(None, None)]], "0-0", [], id="Redis 6.2, trimmed meanwhile"),
        pytest.param([b"0-0", [], [b"9-0"]], "0-0", [Entry("9-0", {})], id="Redis 7, trimmed"),
    ],
)
def test_a_claim_gives(reply: Any, cursor: str, entries: list[Entry]) -> None:
    assert claimed_entries(reply) == (cursor, entries)


@pytest.mark.parametrize(
    ("entry", "taken"),
    [
        pytest.param(f"{MS}-0", MS * 1000, id="its milliseconds"),
        pytest.param(f"{MS}-7", MS * 1000 + 7, id="later in the same millisecond is later"),
        pytest.param(f"{MS}-5000", MS * 1000 + 999, id="and never in the next one"),
        pytest.param("1-1", None, id="a made-up id says nothing"),
        pytest.param(f"{(NOW + 2 * DAY) // 1000}-0", None, id="nor does one far ahead"),
    ],
)
def test_an_id_tells_when(entry: str, taken: int | None) -> None:
    assert Entry(entry, {}).as_of(NOW) == taken
