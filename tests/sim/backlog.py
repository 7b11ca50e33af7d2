"""How much waits to be decided on: who is asked to come again for that, and who never is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from router.core import event as e

if TYPE_CHECKING:
    from sim.auditor import Auditor


class Asked(msgspec.Struct, frozen=True):
    """A request: whose, of how many events, and whether it may be turned away."""

    source: str
    events: int
    may_wait: bool


class Backlog:
    """All that was asked and not answered: no less than what waits. `most` events may."""

    def __init__(self, auditor: Auditor, most: int) -> None:
        self._auditor = auditor
        self._most = most
        self._open: dict[int, Asked] = {}

    def invoked(
        self, request: int, events: Sequence[e.Event], *, urgent: bool, insists: bool
    ) -> None:
        """Somebody asks for something."""
        source = "urgent" if urgent else _source(events)
        may_wait = not (urgent or insists or any(map(_is_critical, events)))
        self._open[request] = Asked(source, len(events), may_wait)

    def over(self, request: int) -> None:
        """They have their answer."""
        self._open.pop(request, None)

    def died(self) -> None:
        """Nobody is answered any more."""
        self._open.clear()

    def refused(self, request: int) -> None:
        """Too much waits, says the service."""
        asked, open_ = self._open[request], self._open.values()
        self._auditor.history.count("requests turned away")
        own = sum(one.events for one in open_ if one.source == asked.source)
        share = self._most // len({one.source for one in open_ if one.source != "urgent"})
        total = sum(one.events for one in open_)
        if not asked.may_wait:
            self._auditor.wrong("", f"{asked.source} must not be turned away, and was")
        if own == asked.events or total <= self._most or own <= share:
            said = f"{asked.source} was turned away, and {own} of {total} events are its own"
            self._auditor.wrong("", said)


def _source(events: Sequence[e.Event]) -> str:
    match events[0] if events else None:
        case e.Reported(report=report):
            return report.source
        case e.Received(source=source) | e.Rejected(source=source):
            return source
    return ""


def _is_critical(event: e.Event) -> bool:
    if not isinstance(event, e.Reported):
        return False
    labels = msgspec.json.decode(event.report.labels, type=dict[str, str])
    return labels["severity"] == "critical"
