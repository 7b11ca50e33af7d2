"""Runs `tocsin` as a shell in some folder would."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import anyio

from support.command import Done

TOCSIN = str(Path(sys.executable).parent / "tocsin")


async def tocsin(
    *arguments: str, environ: Mapping[str, str] | None = None, folder: Path | None = None
) -> Done:
    """Run it with these arguments in this folder. Nothing of our own environment counts."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    with anyio.fail_after(20):
        done = await anyio.run_process(
            [TOCSIN, *arguments],
            check=False,
            cwd=folder,
            env={**kept, **(environ or {})},
            stdin=subprocess.DEVNULL,
        )
    return Done(done.returncode, done.stdout.decode(), done.stderr.decode())
