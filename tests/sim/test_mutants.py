"""The simulation finds what it found before: some planted bugs, each in its first few seeds."""

import pytest
from sim.mutants import MUTANTS, planted
from sim.mutate import find

SEEDS = 20
PLAIN = (
    "sent without a committed claim",
    "answers leave before the commit",
    "a wake up is lost",
    "silences are ignored by steps",
    "a start takes what was being sent for sent",
    "a start skips a step",
    "a step is skipped",
    "contact delays are ignored",
    "nothing is held",
    "an answer is kept in memory only",
)


@pytest.mark.parametrize("name", PLAIN)
def test_a_planted_bug_is_found(name: str) -> None:
    assert find(name, SEEDS) is not None


def test_every_bug_can_still_be_planted() -> None:
    for name in MUTANTS:
        with planted(name):
            pass
