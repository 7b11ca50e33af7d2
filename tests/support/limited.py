"""Runs a script that limits what it may write, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path


def lines_of(script: str, folder: Path) -> list[str]:
    """What the script says of writing into the folder, its argument. It must not fail."""
    tests = Path(__file__).parents[1]
    ran = subprocess.run(
        [sys.executable, "-c", script, str(folder)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent)])},
        text=True,
    )
    assert (ran.stderr, ran.returncode) == ("", 0)
    return ran.stdout.splitlines()
