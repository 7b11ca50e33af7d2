"""The seed and the size of these tests."""

import os
import random

import msgspec
import pytest
from support.figures import LONG

SEED = os.environ.get("TOCSIN_SEED") or str(random.randrange(10**9))


class Size(msgspec.Struct, frozen=True, kw_only=True):
    """How much is done: `kills` with kill -9, `images` of disks after a power loss, `faults` of a
    disk, and `rounds` of whatever else there is."""

    kills: int
    images: int
    faults: int
    rounds: int


def pytest_report_header() -> str:
    """What to set to run the same again."""
    return f"reliability: TOCSIN_SEED={SEED}"


@pytest.fixture
def seed() -> str:
    """What every random choice follows from; TOCSIN_SEED repeats a run."""
    print(f"run it again with TOCSIN_SEED={SEED}")
    return SEED


@pytest.fixture
def size() -> Size:
    """Little in `make test`; in `make chaos` much, and as much as is asked for there."""
    return Size(
        kills=_asked("TOCSIN_KILLS", 200 if LONG else 10),
        images=_asked("TOCSIN_IMAGES", 1000 if LONG else 150),
        faults=_asked("TOCSIN_FAULTS", 120 if LONG else 6),
        rounds=_asked("TOCSIN_ROUNDS", 20 if LONG else 2),
    )


def _asked(name: str, usual: int) -> int:
    return int(os.environ.get(name) or usual)
