"""The real process under steady load: memory, files and descriptors must stay as they are.

`MINUTES=30 python -m reliability.soak`. What is over is forgotten after two minutes instead of
months, so that half an hour sees many times what the service keeps. What it needs to have its
caches full and everything kept once is no part of the time. With `--fault hoarder` it keeps a
little of every report, and must be found out.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

import anyio
import msgspec
from reliability.process import Process
from support.figures import note, progress
from support.inbox import Inbox

A_SECOND = 200  # Reports: as many alerts begin as end.
LASTS_SECONDS = 20  # So long fires an alert.
EVERY_SECONDS = 5.0
# Caches of up to 32,768 label sets are full by then, and what is kept for two minutes has gone.
WARM_UP_SECONDS = 360.0
BURST = 3000  # Alerts at once: the longest statements of the store are prepared, and stay so.
MEGABYTE = 1 << 20
# What the last third may have more than the first, for noise: bytes, bytes, a number.
LEEWAY = {"memory": 6 * MEGABYTE, "files": 4 * MEGABYTE, "descriptors": 3}
ROUTES = """
[service]
fallback = ["receiver:all"]
retention = "1m"
[users.ana]
webhook = "{inbox}/ana"
[receivers.all]
webhook = [{{ url = "{inbox}/notify", send_resolved = true }}]
[policies.climb]
[[policies.climb.steps]]
notify = ["user:ana"]
wait = "5s"
[[policies.climb.steps]]
notify = ["user:ana"]
wait = "1h"
[route]
receiver = "all"
group_by = ["cluster"]
group_wait = "1s"
group_interval = "5s"
[[route.routes]]
matchers = ['severity="critical"']
receiver = "all"
policy = "climb"
group_by = ["batch"]
group_wait = "0s"
"""


class Sample(msgspec.Struct, frozen=True):
    """What the process occupied at a time: bytes, bytes of its data folder, open descriptors."""

    memory: int
    files: int
    descriptors: int


def look(process: Process) -> Sample:
    """What it occupies now."""
    proc = Path(f"/proc/{process.pid}")
    pages = int((proc / "statm").read_text().split()[1])
    files = sum(path.stat().st_size for path in process.data.glob("tocsin.db*"))
    return Sample(pages * os.sysconf("SC_PAGE_SIZE"), files, len(os.listdir(proc / "fd")))


async def churn(process: Process, until: float) -> int:
    """Post what begins and what ends, at a steady pace, until then; how many reports."""
    firing: deque[list[dict[str, str]]] = deque()
    posted, turn = await burst(process), 0
    began = time.monotonic()
    while time.monotonic() < until:
        new = [_labels(turn, n) for n in range(A_SECOND // 8)]
        firing.append(new)
        over = firing.popleft() if len(firing) > LASTS_SECONDS * 4 else []
        ended = datetime.now(UTC).isoformat()
        body: list[dict[str, object]] = [{"labels": labels} for labels in new]
        body += [{"labels": labels, "endsAt": ended} for labels in over]
        reply = await process.post("/api/v2/alerts", body)
        assert reply.status == 200, reply
        posted, turn = posted + len(body), turn + 1
        await anyio.sleep(max(0.0, began + turn / 4 - time.monotonic()))
    return posted


async def burst(process: Process) -> int:
    """Post many at once that begin, and end; how many reports."""
    body: list[dict[str, object]] = [{"labels": _labels(-1, n)} for n in range(BURST)]
    for each in (body, [{**one, "endsAt": datetime.now(UTC).isoformat()} for one in body]):
        reply = await process.post("/api/v2/alerts", each)
        assert reply.status == 200, reply
        await anyio.sleep(10.0)
    return 2 * BURST


def _labels(turn: int, number: int) -> dict[str, str]:
    """New ones every time; one of each batch is critical, and pages somebody."""
    return {
        "alertname": "Soak",
        "cluster": f"c{number % 10}",
        "batch": f"{turn}",
        "n": f"{turn}.{number}",
        "severity": "critical" if number == 0 and turn % 4 == 0 else "warning",
    }


def grown(samples: Sequence[Sample]) -> Iterator[str]:
    """What the last third has more of than the first."""
    third = max(len(samples) // 3, 1)
    for name, leeway in LEEWAY.items():
        values = [getattr(sample, name) for sample in samples]
        before, after = median(values[:third]), median(values[-third:])
        if after > before + leeway:
            yield f"{name} grew from {before:,.0f} to {after:,.0f}"


async def soak(folder: Path, minutes: float, *faults: str) -> tuple[list[Sample], int]:
    """Keep it under load for so long once it is warm, and look now and then; what was posted."""
    samples: list[Sample] = []
    async with Inbox() as inbox:
        routes = ROUTES.format(inbox=inbox.url)
        async with Process(folder, routes, faults=["short_memory", *faults]) as process:
            warm = time.monotonic() + WARM_UP_SECONDS
            until, posted = warm + 60 * minutes, 0

            async def work() -> None:
                nonlocal posted
                posted = await churn(process, until)

            async with anyio.create_task_group() as tasks:
                tasks.start_soon(work)
                while time.monotonic() < until:
                    await anyio.sleep(EVERY_SECONDS)
                    inbox.letters.clear()
                    sample, passed = await asyncio.to_thread(look, process), time.monotonic() - warm
                    if passed >= 0:
                        samples.append(sample)
                    if passed % 60 < EVERY_SECONDS:
                        progress(f"minute {passed // 60:.0f}: {_said(sample)}")
    return samples, posted


def _said(sample: Sample) -> str:
    megabytes = f"{sample.memory / MEGABYTE:.0f} MB, {sample.files / MEGABYTE:.1f} MB of files"
    return f"{megabytes}, {sample.descriptors} descriptors"


def main() -> int:
    """Run it; 1 when something grew."""
    parser = argparse.ArgumentParser(prog="python -m reliability.soak", description=__doc__)
    parser.add_argument("--fault", action="append", default=[], help="one of sabotage.py")
    faults, minutes = parser.parse_args().fault, float(os.environ.get("MINUTES") or 30)
    with tempfile.TemporaryDirectory(prefix="tocsin-soak-") as folder:
        samples, posted = anyio.run(soak, Path(folder), minutes, *faults)
    wrong = list(grown(samples))
    print("\n".join(wrong or [f"nothing grew: {_said(samples[-1])}"]))
    third = len(samples) // 3
    if not wrong:
        note(
            f"{minutes:g} minutes of {A_SECOND} reports a second, all of them beginning or ending",
            f"{posted:,} reports",
            f"warm {_said(samples[0])}; after a third of the time {_said(samples[third])};"
            f" after two {_said(samples[2 * third])}; in the end {_said(samples[-1])}",
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
