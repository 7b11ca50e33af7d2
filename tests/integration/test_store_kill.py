"""Whoever was told that a commit is done finds it there after any kill -9."""

import os
import subprocess
import sys
import time
from pathlib import Path

from support.things import stamp

from router.core.stored import Stored
from router.store.store import Store

TESTS = Path(__file__).parents[1]
KILLS = int(os.environ.get("KILLS", "10"))


def _run_and_kill(data: Path, seconds: float) -> int:
    """The last commit that was reported before the end."""
    command = [sys.executable, "-m", "support.committer", str(data)]
    path = os.pathsep.join([str(TESTS), str(TESTS.parent)])
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": path}, text=True
    )
    with process:
        assert process.stdout
        first = process.stdout.readline()
        time.sleep(seconds)
        process.kill()
        # The last line may have been cut off by the kill: a whole one was reported.
        lines = [first, *process.stdout]
        return max(int(line) for line in lines if line.endswith("\n"))


async def _load(data: Path) -> Stored:
    async with Store.open(data, ballast_bytes=0) as store:
        found = await store.load()
        assert store.last_stamp == stamp(found.last["alert"])
        return found


async def test_every_commit_that_was_reported_survives_a_kill(tmp_path: Path) -> None:
    reported = 0
    for kill in range(KILLS):
        before, reported = reported, _run_and_kill(tmp_path, 0.002 + 0.013 * (kill % 10))
        assert reported > before
        found = await _load(tmp_path)
        ids = [alert.id for alert in found.alerts]
        assert ids[:reported] == list(range(1, reported + 1))
        assert len(ids) <= reported + 1, "at most the commit that was under way came through"
        assert found.members == [(1, id_) for id_ in ids], "and it is whole"
        assert found.last["record"] == len(ids)
        reported = len(ids)
