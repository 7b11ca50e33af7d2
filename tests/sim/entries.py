"""Entries of the stream: each is taken, overtaken by a newer one, or kept among the rejects."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec

from router.core import command as c
from router.core import event as e

if TYPE_CHECKING:
    from sim.auditor import Auditor

Key = tuple[str, str]
_ABOUT = "omega"


class Entries:
    """What each says, by its id. `_settled` are those of which nothing more is owed."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._says: dict[str, tuple[Key, bool]] = {}
        self._received: set[str] = set()
        self._settled: set[str] = set()
        self._refused: set[str] = set()
        self._ended: dict[Key, tuple[int, int]] = {}

    def wrote(self, entry: str, payload: bytes) -> None:
        """A producer wrote it."""
        said = msgspec.json.decode(payload)
        key = (said["labels"]["cluster"], said["labels"]["alertname"])
        self._says[entry] = (key, said["firing"])

    def committed(self, commands: Sequence[c.Command]) -> None:
        """Entries were received: what they say is known now, or was before."""
        for command in commands:
            match command:
                case c.PutSeen(entry=entry):
                    self._receive(entry)
                case c.PutReject(reason=reason):
                    self._settled.add(reason.removeprefix("queue/").partition(":")[0])

    def _receive(self, entry: str) -> None:
        key, firing = self._says[entry]
        self._received.add(entry)
        newest = self._ended.get(key, (0, 0))
        if not firing or key in self._auditor.room.during or _order(entry) < newest:
            self._settled.add(entry)
        if not firing:
            self._ended[key] = max(newest, _order(entry))

    def wall_stepped(self) -> None:
        """The wall clock was set: what was read may be taken as an end, or as none."""
        self._settled |= self._says.keys() - self._received

    def refused(self, event: e.Reported) -> None:
        """There was no room for what a report says."""
        self._refused.add(event.report.cid.partition("/")[2])

    def acknowledged(self, entry: str) -> None:
        """It need not come again."""
        if entry not in self._received:
            self._wrong(f"entry {entry} was acknowledged and is not on the disk")
        if entry not in self._settled:
            self._wrong(f"entry {entry} was acknowledged, and neither taken nor kept as a reject")

    def moved(self, entry: str) -> None:
        """It was moved to the rejects."""
        if entry not in self._refused:
            self._wrong(f"entry {entry} was moved to the rejects, and nothing was wrong with it")

    def _wrong(self, sentence: str) -> None:
        self._auditor.wrong(_ABOUT, sentence)


def _order(entry: str) -> tuple[int, int]:
    milliseconds, _, count = entry.partition("-")
    return int(milliseconds), int(count)
