"""The seed and the length of these tests."""

import os
import random

import pytest

LONG = bool(os.environ.get("TOCSIN_LONG"))
SEED = os.environ.get("TOCSIN_SEED") or str(random.randrange(10**9))


def pytest_report_header() -> str:
    """What to set to run the same again."""
    return f"differential: TOCSIN_SEED={SEED}"


@pytest.fixture
def seed() -> str:
    """What every random choice follows from; TOCSIN_SEED repeats a run."""
    print(f"run it again with TOCSIN_SEED={SEED}")
    return SEED


@pytest.fixture
def rounds() -> int:
    """How many times four sequences are drawn: many when TOCSIN_LONG is set."""
    return 30 if LONG else 1
