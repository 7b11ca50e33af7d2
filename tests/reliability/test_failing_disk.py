"""A disk that fails a write, a flush or a cut: what was answered 2xx is kept, or nothing was."""

import contextlib
import resource
from pathlib import Path
from random import Random

import anyio
import msgspec
from reliability.auditor import accepted, audit, missing
from reliability.boundary import failed, failing
from reliability.conftest import Size
from reliability.history import History, Plan
from reliability.load import Load
from reliability.process import Process
from reliability.sink import Sink
from support.eventually import eventually
from support.figures import note, progress

from router.app import BROKEN

PLAN = Plan(group_wait=0.05, waits=(0.3, 0.3))
AT_ONCE = 3
SECONDS = 2.0
# Calls, their errors, and up to which one the fault may be: also while the store is being made.
CALLS = {
    "pwrite64": (("EIO", "ENOSPC"), 400),
    "fdatasync": (("EIO", "ENOSPC"), 120),
    "fsync": (("EIO",), 3),
    "ftruncate": (("EIO",), 2),
}
UNUSABLE = 2  # As every command ends that cannot begin.
SAYS = ("cannot be written or read", "no room is left", "cannot be used", "cannot be opened")


class Fault(msgspec.Struct, frozen=True):
    """What fails, and how. `when` is as boundary.failing takes it; `short` writes have no error:
    from so many bytes of a file on the system writes no more, and the write before is cut."""

    call: str
    error: str = ""
    when: str = ""
    short: int = 0


class Outcome(msgspec.Struct):
    """How a service with a failing disk ended (None: it did not), and what was found wrong."""

    fault: Fault
    code: int | None = None
    felt: bool = False
    refused: int = 0
    taken: int = 0
    findings: list[str] = []


def drawn(random: Random, count: int) -> list[Fault]:
    """Once, from then on, and again and again, for every call in turn."""
    faults = [Fault("short write", short=random.randint(1, 400_000)) for _ in range(count // 6)]
    for number in range(count - len(faults)):
        call = (*CALLS, "pwrite64", "fdatasync")[number % 6]
        errors, most = CALLS[call]
        nth = random.randint(1, random.choice((most // 10 + 1, most)))
        after = random.choice(("", "+", f"+{random.randint(2, 20)}"))
        faults.append(Fault(call, random.choice(errors), f"{nth}{after}"))
    return faults


async def through(folder: Path, seed: str, fault: Fault) -> Outcome:
    """A service under load while its disk fails, and then on a sound one."""
    outcome = Outcome(fault)
    wrapper = [] if fault.short else failing(fault.call, fault.error, fault.when, folder / "trace")
    async with Sink() as sink:
        process = Process(folder, PLAN.routes(sink.url), wrapper=wrapper, starts=False)
        process.expect("|".join(("the service must end", "disk is full", *SAYS)))
        history = History(plan=PLAN, attempts=sink.attempts, killed=process.killed_at)
        async with process:
            load = Load(history, seed, pause=0.03)
            async with anyio.create_task_group() as tasks:
                for name, most in (("a", 1), ("b", 10)):
                    tasks.start_soon(load.post, process.url, name, most)
                await process.start(ready=bool(fault.short))
                await _hurt(process, fault, outcome)
                await anyio.sleep(0.3)
                load.stop = True
            with contextlib.suppress(AssertionError):
                await eventually("all is told", lambda: not missing(history), seconds=20, every=0.1)
            history.timelines = await process.timelines()
    outcome.felt = bool(failed(folder / "trace")) or bool(fault.short and outcome.code)
    outcome.taken, outcome.refused = accepted(history), history.statuses.get(503, 0)
    outcome.findings += audit(history)
    outcome.findings += [f"answered {s}" for s in history.statuses if s not in (200, 503)]
    return outcome


async def _hurt(process: Process, fault: Fault, outcome: Outcome) -> None:
    """Let it live with its fault until it ends, or long enough; then start it on a sound disk."""
    if fault.short:
        limit = (fault.short, resource.RLIM_INFINITY)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, limit)
    with contextlib.suppress(AssertionError, RuntimeError):
        await process.ready(SECONDS)
    with contextlib.suppress(AssertionError):
        await eventually("it ends", lambda: not process.running, seconds=SECONDS, every=0.005)
        outcome.code = process.exit_code
        if outcome.code not in (UNUSABLE, BROKEN):
            outcome.findings.append(f"it ended with {outcome.code}: {process.stderr[-2000:]}")
        cut = 0 < fault.short <= len(process.stderr.encode())  # Its log is a file like others.
        if not cut and not any(words in process.stderr for words in SAYS):
            outcome.findings.append(f"it does not say why it ended: {process.stderr[-2000:]}")
    process.crash()
    process.wrapper = []
    await process.start()


async def test_a_write_flush_or_cut_that_fails_loses_nothing_that_was_answered(
    tmp_path: Path, seed: str, size: Size
) -> None:
    outcomes: list[Outcome] = []
    turns = anyio.Semaphore(AT_ONCE)

    async def run(number: int, fault: Fault) -> None:
        async with turns:
            outcomes.append(await through(tmp_path / f"{number}", f"{seed} {number}", fault))
        if len(outcomes) % 20 == 0:
            progress(f"{len(outcomes)} of {size.faults} faults of a disk")

    async with anyio.create_task_group() as tasks:
        for number, fault in enumerate(drawn(Random(seed), size.faults)):
            tasks.start_soon(run, number, fault)
    bad = [f"{o.fault}: {finding}" for o in outcomes for finding in o.findings]
    assert not bad, "\n".join(bad)
    felt = [outcome for outcome in outcomes if outcome.felt]
    ended = [outcome for outcome in felt if outcome.code is not None]
    assert ended, "no fault was felt"
    note(
        "the n-th, every n-th or every further write, flush or cut of the disk fails (EIO, ENOSPC,"
        " short writes), from the making of the store on",
        len(felt),
        f"{len(ended)} ended with a sentence and recovered at the next start, the others answered"
        f" 503 or went on; of {sum(o.taken for o in outcomes):,} alerts accepted 0 lost",
    )
