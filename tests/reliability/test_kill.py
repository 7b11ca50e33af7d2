"""kill -9 at random moments under load: nothing accepted is lost, and repeats are accounted for."""

from collections.abc import Callable
from pathlib import Path

import anyio
from reliability.auditor import accepted, audit, repeats
from reliability.killing import Course, ordeal
from reliability.process import READY_SECONDS

Note = Callable[[str, object], None]


async def test_whatever_was_accepted_is_told_through_kills_at_random_moments(
    tmp_path: Path, seed: str, long: bool, note: Note
) -> None:
    run = await ordeal(tmp_path, seed, Course(kills=50, pause=0.1) if long else Course(kills=10))
    history = run.history
    note("kill -9", len(history.killed))
    note("alerts answered 2xx or XACKed", accepted(history))
    note("requests at the sink", len(history.attempts))
    note("sent again after a crash or a lost answer, same key", repeats(history))
    note(
        "slowest start after a kill, seconds (but for others' use of the processor)",
        round(max(run.readied), 2),
    )
    findings = audit(history)
    note("lost, left out, called early or after the answer, repeated without need", len(findings))
    assert findings == []
    assert accepted(history) > 100 * len(history.killed)
    assert any(i in history.answered for i in {a.incident for a in history.attempts})
    assert max(run.readied) < READY_SECONDS


FOUND = {
    "reply_before_commit": "lost",
    "hasty_clock": "early",
    "skipped_step": "skipped",
    "sent_twice": "repeated",
    "deaf": "late",
    "untold": "unseen",
}


async def test_each_planted_fault_is_found_by_the_same_judge(tmp_path: Path, seed: str) -> None:
    found: dict[str, list[str]] = {}

    async def run(fault: str) -> None:
        course = Course(
            kills=3 if fault == "reply_before_commit" else 0,
            seconds=0 if fault == "reply_before_commit" else 2,
            faults=[fault],
            stream=False,
            aimed=1.0,
            faulty=0.6 if fault == "untold" else 0.0,
            answers=0.8 if fault == "deaf" else 0.2,
            pause=0.15,
            patience=2.5,
        )
        found[fault] = audit((await ordeal(tmp_path / fault, seed, course)).history)

    async with anyio.create_task_group() as tasks:
        for fault in FOUND:
            tasks.start_soon(run, fault)
    for fault, word in FOUND.items():
        assert any(finding.startswith(word) for finding in found[fault]), (fault, found[fault][:9])
