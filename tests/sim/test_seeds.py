"""Whatever goes wrong in whatever order: every promise is kept, and a day later nothing is owed."""

import subprocess
import sys

import pytest
from sim.run import ROOT, simulate, verdict

SEEDS = 60
HOURS = 2.5


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_promise_is_kept_through_seed(seed: int) -> None:
    history = simulate(seed, HOURS)
    assert not history.broken, verdict(seed, history, HOURS)


def test_a_seed_repeats_itself_whatever_python_makes_of_hashes() -> None:
    found = {_digest(hash_seed) for hash_seed in ("1", "2")}
    assert found == {simulate(7, 1.0).digest()}


def _digest(hash_seed: str) -> str:
    text = "from sim.run import simulate; print(simulate(7, 1.0).digest())"
    environ = {"PYTHONHASHSEED": hash_seed, "PYTHONPATH": f"{ROOT}:{ROOT / 'tests'}"}
    command = [sys.executable, "-c", text]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_a_seed_has_crashes_repeats_and_answers_in_it() -> None:
    counts: dict[str, int] = {}
    for seed in range(4):
        for what, count in simulate(seed, 1.0).counts.items():
            counts[what] = counts.get(what, 0) + count
    assert counts["ends"] > 8
    assert counts["sends"] > counts["arrivals"] > 100
