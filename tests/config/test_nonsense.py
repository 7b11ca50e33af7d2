"""Whatever the bytes, the answer is a configuration or sentences with lines, and nothing else."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st
from support.routes_file import NOWHERE
from support.toml_writer import Writer

from router.config.load import load
from router.errors import ConfigError

VALID = b"""\
[users.ana]
email = "ana@example.com"
contact = { urgent = [{ via = "email", after = "5m" }] }
[teams.x]
members = ["ana"]
[schedules.on]
allow_gaps = true
[[schedules.on.layers]]
users = [["ana"], "ana"]
rotation = { every = "12h" }
start = 2026-01-05T09:00:00
anchor = { user = "ana", at = 2026-01-05T09:00:00 }
restrict = [{ days = ["mon"], from = "09:00", to = "17:00" }]
holidays = [2026-12-25]
[[schedules.on.overrides]]
from = 2026-12-24T00:00:00
to = 2026-12-27T00:00:00
add = ["ana"]
[channels.email]
smarthost = "h:25"
from = "a@b.c"
[receivers.ops]
slack = [{ channel = "#ops", token = "${T}" }]
[policies.p]
rounds = 2
[[policies.p.steps]]
notify = ["user:ana", "receiver:ops", "schedule:on"]
[policies.d]
digest = { at = "09:00", days = ["mon"], notify = ["team:x"] }
[route]
receiver = "ops"
[[route.routes]]
matchers = ['a=~"b|c"']
policy = "p"
[[inhibit]]
source_matchers = ["a=b"]
target_matchers = ["a=c"]
[[intervals.n]]
times = [{ start_time = "01:00", end_time = "02:00" }]
[sources.s]
kind = "redis"
url = "redis://h"
stream = "s"
"""
TABLES = (
    "users",
    "teams",
    "schedules",
    "channels",
    "receivers",
    "policies",
    "route",
    "inhibit",
    "intervals",
)
PIECES = (
    *TABLES,
    "sources",
    "api",
    "service",
    "[",
    "]",
    "=",
    '"',
    "'",
    "\n",
    "{",
    "}",
    "5",
    "true",
)


def _check(text: bytes) -> None:
    problems = ["routes.toml:1: nothing is wrong"]
    try:
        load(text, folder=NOWHERE, environ={}, wall=1_800_000_000_000_000)
    except ConfigError as error:
        problems = error.problems
    lines = [int(problem.split(":")[1]) for problem in problems]
    assert lines == sorted(lines)
    assert lines[0] >= 1
    assert lines[-1] <= text.count(b"\n") + 1


@given(st.binary(max_size=200))
def test_any_bytes(text: bytes) -> None:
    _check(text)


@given(st.integers(0, len(VALID)), st.integers(0, 40), st.sampled_from(PIECES))
def test_a_file_with_a_piece_cut_out_and_another_put_in(at: int, length: int, piece: str) -> None:
    _check(VALID[:at] + piece.encode() + VALID[at + length :])


@given(st.randoms(use_true_random=False), st.sampled_from(TABLES))
def test_other_tables_under_known_names(random: Random, table: str) -> None:
    writer = Writer(random)
    writer.write(6)
    _check(writer.text.replace("k1", table).encode() + VALID)


def test_the_valid_file_is_valid() -> None:
    assert load(VALID, folder=NOWHERE, environ={}).configuration.receivers
