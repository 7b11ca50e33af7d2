"""kill -9 under load, anywhere: nothing accepted is lost, and repeats are accounted for."""

from pathlib import Path

import anyio
from reliability.auditor import accepted, audit, repeats, untold
from reliability.conftest import Size
from reliability.history import Plan
from reliability.killing import Course, Ordeal, ordeal
from reliability.process import READY_SECONDS
from support.figures import LONG, note

# How many alerts are active all the while, and the share of the kills that come then.
BACKGROUND = {0: 0.5, 10_000: 0.35, 100_000: 0.15} if LONG else {2_000: 1.0}
SILENCES = 200


async def test_whatever_was_accepted_is_told_through_kills_anywhere(
    tmp_path: Path, seed: str, size: Size
) -> None:
    runs: dict[int, Ordeal] = {}
    for background, share in BACKGROUND.items():
        course = Course(
            kills=round(size.kills * share),
            struck=0.4,
            background=background,
            silences=SILENCES,
            pause=0.1 if LONG else 0.04,
        )
        run = runs[background] = await ordeal(tmp_path / f"{background}", seed, course)
        findings = audit(run.history)
        assert findings == []
        assert (run.gone, run.gone_silences) == (0, 0), "silences and what fires are kept"
        assert accepted(run.history) > 20 * len(run.history.killed)
        assert max(run.readied) < READY_SECONDS
    assert any(run.history.answered for run in runs.values()), "somebody acknowledged"
    _note(runs)


def _note(runs: dict[int, Ordeal]) -> None:
    histories = [run.history for run in runs.values()]
    kills = sum(len(history.killed) for history in histories)
    taken, again = sum(map(accepted, histories)), sum(map(repeats, histories))
    note(
        "kill -9 under load, at random moments, at once after a 2xx and at a chosen system call,"
        f" beside {', '.join(f'{n:,}' for n in runs)} active alerts and {SILENCES} silences",
        kills,
        f"{taken:,} alerts accepted, 0 lost, 0 early, left out or after the answer; {again} sent"
        " again after a crash or a lost answer, same key, in the timeline; every silence kept",
    )
    for background, run in runs.items():
        note(
            f"ready again after kill -9 with {background:,} alerts active and {SILENCES} silences",
            len(run.readied),
            f"in {max(run.readied):.2f} s at most (but for others' use of the processor)",
        )


# What a group waits for before it is told; the shorter, the less Alertmanager can lose.
WAITING = Plan(group_wait=0.5, waits=(0.8, 0.8))


async def test_the_same_kills_beside_alertmanager(tmp_path: Path, seed: str, size: Size) -> None:
    kills, runs = max(3, size.kills // 10), dict[str, Ordeal]()

    async def run(name: str, rival: bool) -> None:
        course = Course(
            kills=kills,
            plan=WAITING,
            rival=rival,
            stream=False,
            faulty=0.0,
            answers=0.0,
            silences=SILENCES,
            pause=0.1,
            patience=2.5 if rival else 30.0,
        )
        runs[name] = await ordeal(tmp_path / name, seed, course)

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(run, "theirs", True)
        tasks.start_soon(run, "ours", False)
    ours = runs["ours"]
    assert audit(ours.history) == []
    assert (untold(ours.history), ours.gone_silences) == (0, 0)
    assert accepted(runs["theirs"].history) > 100, "it took part"
    note(
        f"the same load and kills for both at once; group_wait {WAITING.group_wait:g} s, and"
        " nothing is posted twice",
        f"{kills} and {kills}",
        _kept(ours),
        _kept(runs["theirs"]),
    )


def _kept(run: Ordeal) -> str:
    taken, lost = accepted(run.history), untold(run.history)
    silences = len(run.history.silences)
    return (
        f"{lost:,} of {taken:,} accepted alerts were never told,"
        f" {run.gone_silences} of {silences} silences are gone"
    )


FOUND = {
    "reply_before_commit": "lost",
    "hasty_clock": "early",
    "skipped_step": "skipped",
    "sent_twice": "repeated",
    "deaf": "late",
    "untold": "unseen",
}


TRIES = (2, 6, 18)
"""So many seconds a fault has to show itself: on a busy machine little happens in two."""


async def test_each_planted_fault_is_found_by_the_same_judge(tmp_path: Path, seed: str) -> None:
    said: dict[str, list[str]] = {}

    async def run(fault: str, seconds: int) -> None:
        course = Course(
            kills=seconds + 1 if fault == "reply_before_commit" else 0,
            seconds=0 if fault == "reply_before_commit" else seconds,
            faults=[fault],
            stream=False,
            aimed=1.0,
            faulty=0.6 if fault == "untold" else 0.0,
            answers=0.8 if fault == "deaf" else 0.2,
            pause=0.15,
            patience=2.5,
        )
        folder = tmp_path / f"{fault}-{seconds}"
        said[fault] = audit((await ordeal(folder, seed, course)).history)

    hidden = [*FOUND]
    for seconds in TRIES:
        async with anyio.create_task_group() as tasks:
            for fault in hidden:
                tasks.start_soon(run, fault, seconds)
        hidden = [f for f in hidden if not any(word.startswith(FOUND[f]) for word in said[f])]
    assert not hidden, {fault: said[fault][:9] for fault in hidden}
    note("faults planted in the service, which the same judge must find", len(FOUND), "all found")
