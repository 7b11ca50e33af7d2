"""A heartbeat: somebody who calls again and again, and is silent at times; and who judges that."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from random import Random
from typing import TYPE_CHECKING, Any

import anyio
from sim.plot import HEARTBEAT
from sim.pulse import Lost

from router.core import event as e
from router.core.moment import MINUTE, SECOND
from router.core.state import State
from router.errors import RouterError
from router.runtime.door import Outcome

if TYPE_CHECKING:
    from sim.auditor import Auditor

Post = Callable[[Callable[[], Sequence[e.Event]]], Coroutine[Any, Any, list[Outcome]]]

_EXCUSED = 3  # Twice in a row a return of the service gives it its time anew.


class Caller:
    """Calls in time, and again until somebody answers. `moody` ones stay away now and then."""

    def __init__(self, chance: Random, post: Post) -> None:
        self._chance = chance
        self._post = post
        self.moody = True

    async def live(self) -> None:
        """Call for ever."""
        while True:
            if self.moody and self._chance.random() < 0.05:
                await anyio.sleep(self._chance.uniform(20.0, 120.0) * 60.0)
            try:
                await self._post(lambda: [e.CheckedIn(HEARTBEAT.name)])
            except (RouterError, Lost):
                await anyio.sleep(self._chance.uniform(2.0, 20.0))
            else:
                await anyio.sleep(self._chance.uniform(0.5, 1.0) * HEARTBEAT.every / SECOND)


class Calling:
    """Knows when it surely called last, and when it may have."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._surely: int | None = None
        self._perhaps: int | None = None

    def serves(self) -> None:
        """A process expects it from now on, if none did before."""
        if self._perhaps is None:
            self._perhaps = self._auditor.service

    def asked(self) -> None:
        """It calls."""
        self._perhaps = self._auditor.service

    def answered(self, asked_at: int) -> None:
        """It was heard."""
        self._surely, self._perhaps = asked_at, self._auditor.service

    def compare(self, state: State) -> None:
        """Who called in time is not missed; who did not is, however often the service was away."""
        beat, now = state.heartbeats.get(HEARTBEAT.name), self._auditor.service
        if beat is None or self._perhaps is None:
            return
        alert = state.alerts.get(HEARTBEAT.identity())
        if not beat.missing and alert is not None and alert.firing:
            self._auditor.wrong("", "a heartbeat called, and its alert fires")
        called = self._surely is not None and now - self._surely < HEARTBEAT.patience - SECOND
        if beat.missing and called:
            self._auditor.wrong("", "a heartbeat called in time and is missed")
        patience = _EXCUSED * HEARTBEAT.patience + self._auditor.time.missed(self._perhaps)
        if not beat.missing and now - self._perhaps > patience + 2 * MINUTE:
            self._auditor.wrong("", "a heartbeat stays away and nobody misses it")
