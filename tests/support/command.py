"""Runs `tocsin` as a shell would, in a process of its own."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import anyio
import msgspec

TOCSIN = str(Path(sys.executable).parent / "tocsin")


class Ran(msgspec.Struct, frozen=True):
    """What a command printed, and with what it ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[str]:
        """What it printed, line by line."""
        return self.out.splitlines()


async def tocsin(
    *arguments: str, environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> Ran:
    """Run it with these arguments in this folder. Nothing of our own environment counts."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = await anyio.run_process(
        [TOCSIN, *arguments],
        check=False,
        cwd=folder,
        env={**kept, **(environ or {})},
        stdin=subprocess.DEVNULL,
    )
    return Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
