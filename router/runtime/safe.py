"""Safe mode: pages and answers only, after repeated crashes, until it was quiet for a while."""

from typing import Protocol

import anyio
import structlog

QUIET_SECONDS = 600.0

_log = structlog.get_logger("tocsin")


class Refusing(Protocol):
    """What takes no alerts in safe mode."""

    refusing: bool


class SafeMode:
    """Ends safe mode by itself after ten minutes without a crash, or when somebody says so."""

    def __init__(self, door: Refusing, quiet: float | None = None) -> None:
        self._door = door
        self._quiet = QUIET_SECONDS if quiet is None else quiet
        self._told = anyio.Event()

    async def run(self) -> None:
        """Wait for its end, if the service is in it."""
        if not self._door.refusing:
            return
        _log.warning("safe mode after repeated crashes: no alerts are taken", seconds=self._quiet)
        with anyio.move_on_after(self._quiet):
            await self._told.wait()
        self._door.refusing = False
        _log.warning("safe mode is over; alerts are taken again")

    def end(self) -> bool:
        """End it now; whether the service was in it."""
        was, self._door.refusing = self._door.refusing, False
        self._told.set()
        return was
