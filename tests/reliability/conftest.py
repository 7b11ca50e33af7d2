"""The seed, the length, and the figures of these tests."""

import json
import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

LONG = bool(os.environ.get("TOCSIN_LONG"))
SEED = os.environ.get("TOCSIN_SEED") or str(random.randrange(10**9))


def pytest_report_header() -> str:
    """What to set to run the same again."""
    return f"reliability: TOCSIN_SEED={SEED}"


@pytest.fixture
def seed() -> str:
    """What every random choice follows from; TOCSIN_SEED repeats a run."""
    print(f"run it again with TOCSIN_SEED={SEED}")
    return SEED


@pytest.fixture
def long() -> bool:
    """Whether there is time for the long runs: TOCSIN_LONG is set, as `make proof` does."""
    return LONG


@pytest.fixture
def note(request: pytest.FixtureRequest) -> Callable[[str, object], None]:
    """Write down a figure, for docs/reliability.md when proof.py asks for it."""
    path = os.environ.get("TOCSIN_FIGURES")

    def write(what: str, figure: object) -> None:
        if path:
            with Path(path).open("a") as lines:
                line = {"test": request.node.name, "what": what, "figure": figure}
                lines.write(f"{json.dumps(line)}\n")

    return write
