"""The tables hold exactly what the core types have, and no statement searches where it can look."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from typing import Any, get_args

import pytest

from router.core import command
from router.store import (
    alerts,
    groups,
    heartbeats,
    history,
    incidents,
    intake,
    log,
    outbox,
    overrides,
    requests,
    shifts,
    silences,
)
from router.store.batch import _TAKERS
from router.store.migrate import packaged
from router.store.rows import Statement
from router.store.shape import Shape

TABLES: dict[str, Shape[Any]] = {
    "alert": alerts.SHAPE,
    "grp": groups.SHAPE,
    "incident": incidents.SHAPE,
    "delivery": outbox.SHAPE,
    "log": log.SHAPE,
    "override": overrides.SHAPE,
    "shift": shifts.SHAPE,
    "event": history.SHAPE,
    "heartbeat": heartbeats.SHAPE,
    "request": requests.SHAPE,
}
MODULES = (
    alerts,
    groups,
    heartbeats,
    history,
    incidents,
    intake,
    log,
    outbox,
    overrides,
    requests,
    shifts,
    silences,
)
STATEMENTS = {
    f"{module.__name__.rpartition('.')[2]}.{name}": statement
    for module in MODULES
    for name, statement in vars(module).items()
    if isinstance(statement, Statement)
}


@pytest.fixture
def db() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as made:
        for step in packaged():
            made.executescript(step)
        yield made


@pytest.mark.parametrize("table", TABLES)
def test_a_table_has_a_column_for_each_field(table: str, db: sqlite3.Connection) -> None:
    columns = {row[1] for row in db.execute(f"PRAGMA table_info({table})")}
    assert columns - {"resolved_seq"} == set(TABLES[table].columns)


def test_every_command_is_written_or_known_to_be_memory_s_alone() -> None:
    assert set(_TAKERS) | command.MEMORY_ONLY == set(get_args(command.Command))
    assert not set(_TAKERS) & command.MEMORY_ONLY


def _searched(db: sqlite3.Connection, sql: str, values: Any) -> set[str]:
    """What it goes through from end to end, but for the values given and what is one row."""
    plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", values)]
    scans = {
        found[1] for step in plan if (found := re.match(r"SCAN (?!\d+ CONST|CONST)(\S+)", step))
    }
    return scans - {"v", "me", "filled"}


@pytest.mark.parametrize("name", STATEMENTS)
@pytest.mark.parametrize("size", [1, 256])
def test_a_write_goes_straight_to_its_rows(name: str, size: int, db: sqlite3.Connection) -> None:
    text = dict(STATEMENTS[name].texts)[size]
    assert _searched(db, text, [1] * text.count("?")) == set()


@pytest.mark.parametrize(
    ("sql", "values"),
    [
        pytest.param(history.TIMELINE, {"number": 1, "limit": 1}, id="a timeline"),
        pytest.param(history.OF_ALERT, (1, 1), id="an alert's history"),
        pytest.param(intake.seen_query(3), ("s", b"", b"", b""), id="entries seen"),
        pytest.param(incidents.ONE, (1,), id="one incident"),
    ],
)
def test_a_question_goes_straight_to_its_rows(
    sql: str, values: Any, db: sqlite3.Connection
) -> None:
    assert _searched(db, sql, values) == set()


def test_the_check_itself_finds_a_search(db: sqlite3.Connection) -> None:
    assert _searched(db, "SELECT * FROM alert WHERE labels = ?", (b"",)) == {"alert"}
    assert _searched(db, "DELETE FROM member WHERE grp = ?", (1,)) == {"member"}
