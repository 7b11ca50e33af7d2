"""The same things happen to Alertmanager and to us: both say the same at the same time."""

import time
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

import anyio
from differential.compare import Verdict, judge, ledger
from differential.configurations import Setup, draw_setup
from differential.pair import pair, play
from differential.sequences import Sequence
from support.figures import note, progress

AT_ONCE = 4
SECONDS = 12
STARTING = 8  # Seconds the servers of a sequence that must begin at a certain time have to start.
LATEST = 0.25  # What is done later than this is near a flush, and may fall on either side of it.
ATTEMPTS = 3


@dataclass
class Compared:
    """One sequence: what was compared, how it is told, how often it was played in vain."""

    seed: str
    verdict: Verdict
    told: str
    again: int


async def _compare(folder: Path, seed: str, *, turns: bool) -> Compared:
    """Play a sequence to both, and once more where they differ and something was late.

    A machine that is busy moves a step or a flush over the other. A difference counts when nothing
    was late; what is late every time is a failure of its own.
    """
    random = Random(seed)
    setup = draw_setup(random, turns=turns)
    sequence = Sequence(random, setup, SECONDS)
    for attempt in range(ATTEMPTS):
        wall = _wall(setup)
        async with pair(folder / str(attempt), partial(setup.yml, began=wall)) as sides:
            played = await play(sides, sequence.steps, wall)
        verdict = judge(sequence, played)
        told = f"seed {seed}\n{ledger(sequence, played, verdict)}"
        if not verdict.differences or played.late < LATEST:
            return Compared(seed, verdict, told, attempt)
        progress(f"{seed} differs, and {played.slowest} was {played.late:.2f} s late: once more")
    raise AssertionError(f"too busy here to do things at their time: {told}")


def _wall(setup: Setup) -> int:
    """When a sequence has to begin for a minute to begin at its turn; 0 when that is all the same.

    No minute that begins a day: before it there is no time of day.
    """
    if not setup.turn:
        return 0
    minute = (int(time.time()) + STARTING + setup.turn) // 60 + 1
    return (minute + (minute % (24 * 60) == 0)) * 60 - setup.turn


async def test_a_random_sequence_brings_the_same_webhooks_and_answers(
    tmp_path: Path, seed: str, rounds: int
) -> None:
    found: list[Compared] = []

    async def one(name: str, turns: bool) -> None:
        found.append(await _compare(tmp_path / name, name, turns=turns))

    for number in range(rounds):
        async with anyio.create_task_group() as tasks:
            for place in range(AT_ONCE):
                name = f"{seed}-{number * AT_ONCE + place}"
                tasks.start_soon(one, name, number % 4 == 3)
        progress(_summary(found, rounds * AT_ONCE))
    wrong = [each for each in found if each.verdict.differences]
    assert not wrong, "\n\n".join(each.told for each in wrong)
    assert sum(each.verdict.messages for each in found) >= 5 * len(found), "too little was said"
    note(
        "random configurations and sequences, played to Debian's Alertmanager 0.25 too",
        len(found),
        "every webhook in its tick and every answer the same, but for the named deviations: "
        + _summary(found, len(found)).partition(": ")[2],
    )


def _summary(found: list[Compared], total: int) -> str:
    """How far it has come, and what came of it."""
    verdicts = [each.verdict for each in found]
    messages, looks = sum(v.messages for v in verdicts), sum(v.looks for v in verdicts)
    exempt, again = sum(len(v.exempt) for v in verdicts), sum(each.again for each in found)
    wrong = [each.seed for each in found if each.verdict.differences]
    text = f"{len(found)} of {total} sequences: {messages} webhooks and {looks} answers compared"
    text += f", {exempt} groups exempt"
    text += f", {again} played once more" if again else ""
    return text + (f", DIFFERENT: {', '.join(wrong)}" if wrong else "")
