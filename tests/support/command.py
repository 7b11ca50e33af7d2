"""Runs a command to its end, as a person at a terminal would."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import anyio


class Done(NamedTuple):
    """What a command printed, and with what it ended."""

    code: int
    out: str
    err: str


async def run(
    command: Sequence[str], environ: Mapping[str, str] | None = None, *, seconds: float = 20.0
) -> Done:
    """Run it; the event loop, and the servers on it, go on meanwhile.

    Raises:
        TimeoutError: it did not end within `seconds`.
    """
    with anyio.fail_after(seconds):
        done = await anyio.run_process(list(command), env=environ, check=False)
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
