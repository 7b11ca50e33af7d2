"""What is due leaves as soon as its destination is free: nothing waits beside an idle one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router.core.moment import MINUTE, SECOND

if TYPE_CHECKING:
    from sim.auditor import Auditor
    from sim.outbox import Row

_IDLE = 5 * SECOND  # A destination rests a second between messages; a claim takes a moment.
_UNDER_WAY = MINUTE  # The courier's patience with one attempt, and a commit on either side.
_BEHIND = 5 * MINUTE  # Twenty incidents may ring one place at once, some of it dawdling for 30 s.


class Queues:
    """When each target was last claimed for, or heard back from. Each has a queue of its own."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._moved: dict[str, int] = {}

    def moves(self, target: str) -> None:
        """A delivery to this target was claimed, or what became of it is known."""
        self._moved[target] = self._auditor.service

    def nothing_lingers(self) -> None:
        """What may leave has left, or is on its way, or waits behind what is."""
        rows = list(self._auditor.outbox.open.values())
        firsts: dict[str, Row] = {}
        for entry in sorted(rows, key=lambda entry: entry.row.id):
            firsts.setdefault(entry.row.lane, entry)
        busy = {entry.row.target for entry in rows if entry.claimed}
        for entry in firsts.values():
            what = self._lingers(entry, busy)
            if what:
                said = f"{entry.row.key} to {entry.row.target} is still {what}"
                self._auditor.wrong(entry.cluster, said)

    def _lingers(self, entry: Row, busy: set[str]) -> str:
        service, row = self._auditor.service, entry.row
        moved = self._moved.get(row.target, 0)
        if self._auditor.may_be_held(entry):
            return ""
        if entry.claimed:
            return "claimed" if service - entry.claimed_at > _UNDER_WAY else ""
        due = max(row.due, entry.at)
        if row.target not in busy and service - max(due, moved) > _IDLE:
            return "waiting, and nothing else is under way"
        return "waiting" if service - due > _BEHIND else ""
