"""Forgets and deletes what is past its time, when nothing better is to do."""

from typing import Protocol

import anyio
import structlog

from router.core.event import Swept
from router.errors import DiskFull
from router.runtime.loop import Loop

SWEEP_SECONDS = 60.0

_log = structlog.get_logger("tocsin")


class Prunable(Protocol):
    """Keeps rows of which some are past their time."""

    async def prune(self, now_wall: int) -> int:
        """Delete a few; how many went."""


async def sweep(loop: Loop, store: Prunable) -> None:
    """Sweep once a minute until cancelled."""
    while True:
        await anyio.sleep(SWEEP_SECONDS)
        try:
            await _forget(loop, store)
        except DiskFull as error:
            _log.warning("old rows stay for now", error=str(error))


async def _forget(loop: Loop, store: Prunable) -> None:
    await loop.submit([Swept()], urgent=True)
    while not loop.queued and not loop.disk_full:
        if not await store.prune(loop.now().wall):
            return
