"""Keeps vouching for the service to whoever waits for it, as long as nothing is overdue."""

from collections.abc import Awaitable, Callable

import anyio
import structlog

from router.core.event import Vouched
from router.core.moment import SECOND
from router.errors import RouterError
from router.runtime.auditor import Auditor
from router.runtime.door import Door

TICK_SECONDS = 0.5

_log = structlog.get_logger("tocsin.deadman")


class Vouching:
    """Submits a sign of life `every` so often, unless the auditor has found something.

    It passes the front door, a commit, the outbox, the courier and a sender like any page: what
    stops those stops it. `withheld` is why the last one was not sent; empty when it was.
    """

    def __init__(
        self,
        door: Door,
        auditor: Auditor,
        sleep: Callable[[float], Awaitable[None]] = anyio.sleep,
    ) -> None:
        self._door = door
        self._auditor = auditor
        self._sleep = sleep
        self._due = 0
        self.withheld: list[str] = []

    async def run(self) -> None:
        """Vouch until cancelled."""
        while True:
            await self.turn()
            await self._sleep(TICK_SECONDS)

    async def turn(self) -> None:
        """Vouch if it is time."""
        switch, service = self._door.state.configuration.deadman, self._door.now().service
        if switch is None:
            self.withheld, self._due = [], 0
            return
        if service < min(self._due, service + switch.every):
            return
        self._due = service + switch.every
        findings = [finding.text for finding in self._auditor.findings()]
        if not findings:
            findings = await self._vouch()
        if findings != self.withheld:
            self._tell(findings)
        self.withheld = findings

    async def _vouch(self) -> list[str]:
        try:
            (outcome,) = await self._door.submit([Vouched(self._auditor.told())])
        except RouterError as error:
            return [str(error)]
        return [f"a rule failed: {outcome.error}"] if outcome.error else []

    def _tell(self, findings: list[str]) -> None:
        if findings:
            _log.warning("the dead man's switch is withheld", findings=findings)
        else:
            _log.info("the dead man's switch is sent again", every=self._due / SECOND)
