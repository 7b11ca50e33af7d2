"""The same things happen to Alertmanager and to us: both say the same at the same time."""

from pathlib import Path
from random import Random

import anyio
from differential.compare import Verdict, judge, ledger
from differential.configurations import draw_setup
from differential.pair import pair, play
from differential.sequences import Sequence

AT_ONCE = 4
SECONDS = 12
LATEST = 0.25  # What is done later than this is near a flush, and may fall on either side of it.
ATTEMPTS = 3


async def _compare(folder: Path, seed: str) -> tuple[Verdict, str]:
    random = Random(seed)
    setup = draw_setup(random)
    sequence = Sequence(random, setup, SECONDS)
    for attempt in range(ATTEMPTS):
        async with pair(folder / str(attempt), setup.yml) as sides:
            played = await play(sides, sequence.steps)
        if played.late < LATEST:
            break
    assert played.late < LATEST, f"too busy here to do things at their time: {played.late:.2f} s"
    verdict = judge(sequence, played)
    return verdict, f"seed {seed}\n{ledger(sequence, played, verdict)}"


async def test_a_random_sequence_brings_the_same_webhooks_and_answers(
    tmp_path: Path, seed: str, rounds: int
) -> None:
    verdicts: dict[str, tuple[Verdict, str]] = {}

    async def one(name: str) -> None:
        verdicts[name] = await _compare(tmp_path / name, name)

    for number in range(rounds):
        async with anyio.create_task_group() as tasks:
            for place in range(AT_ONCE):
                tasks.start_soon(one, f"{seed}-{number * AT_ONCE + place}")
        wrong = [told for verdict, told in verdicts.values() if verdict.differences]
        assert not wrong, "\n\n".join(wrong)
    found = [verdict for verdict, _ in verdicts.values()]
    messages, looks = sum(v.messages for v in found), sum(v.looks for v in found)
    exempt = sum(len(verdict.exempt) for verdict in found)
    print(f"{len(found)} sequences, {messages} messages, {looks} answers, {exempt} groups exempt")
    assert messages >= 5 * len(found), "too little was said to compare anything"
