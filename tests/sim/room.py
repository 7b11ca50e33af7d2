"""How many alerts of a source may be known: who is refused for that, and who never is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from sim.facts import Report
from sim.plot import CLUSTERS, SEVERITIES

from router.core import command as c
from router.core.labels import identity
from router.core.moment import MINUTE

if TYPE_CHECKING:
    from sim.auditor import Auditor

Key = tuple[str, str]
_COMES_AGAIN = 5 * MINUTE


class Visit(msgspec.Struct):
    """A request, and what was so since it arrived.

    `peaks` are the most alerts there were of each source, `stayed` those that were known all the
    time, `kept` those that became rejects. Who `insists` does not come again.
    """

    insists: bool
    peaks: Counter[str]
    stayed: set[Key]
    kept: set[Key] = set()


class Told(msgspec.Struct):
    """What a reject tells of an alert."""

    labels: msgspec.Raw


class Room:
    """Counts a source's alerts by what was committed. `most` of them may be known at a time.

    `during` are those that were known at any time in the latest commit.
    """

    def __init__(self, auditor: Auditor, most: int) -> None:
        self._auditor = auditor
        self._most = most
        self._known: dict[int, Key] = {}
        self._count = Counter[str]()
        self._visits: dict[int, Visit] = {}
        self._peaks = Counter[str]()
        self._was_full: dict[str, int] = {}
        self.during: set[Key] = set()

    def invoked(self, request: int, *, insists: bool) -> None:
        """A request arrived."""
        stayed = set(self._known.values())
        self._visits[request] = Visit(insists, self._count.copy(), stayed)

    def over(self, request: int) -> None:
        """It was answered."""
        del self._visits[request]

    def died(self) -> None:
        """Nobody is answered any more."""
        self._visits.clear()

    def committed(self, commands: Sequence[c.Command]) -> None:
        """Alerts became known, were forgotten, or found no room."""
        self.during = set(self._known.values())
        self._peaks = self._count.copy()
        for command in commands:
            match command:
                case c.PutAlert(alert=alert) if alert.id not in self._known:
                    key = self._auditor.names[identity(alert.labels)]
                    if key[0] in CLUSTERS:
                        self._begins(alert.id, key)
                case c.DropAlert(id=number) if number in self._known:
                    self._ends(number)
        for command in commands:
            if isinstance(command, c.PutReject):
                told = msgspec.json.decode(command.body, type=Told)
                self._rejected(self._auditor.names[identity(bytes(told.labels))])

    def _begins(self, number: int, key: Key) -> None:
        source = CLUSTERS[key[0]]
        if self._count[source] >= self._most and SEVERITIES[key[1]] != "critical":
            self._auditor.wrong(key[0], f"{key[1]} is one more alert than {source} may have")
        self._known[number] = key
        self.during.add(key)
        self._count[source] += 1
        for peaks in (self._peaks, *(visit.peaks for visit in self._visits.values())):
            peaks[source] = max(peaks[source], self._count[source])

    def _ends(self, number: int) -> None:
        key = self._known.pop(number)
        source = CLUSTERS[key[0]]
        if self._count[source] >= self._most:
            self._was_full[source] = self._auditor.service
        self._count[source] -= 1
        for visit in self._visits.values():
            visit.stayed.discard(key)

    def _rejected(self, key: Key) -> None:
        self._may_be_refused(key, self._peaks)
        for visit in self._visits.values():
            visit.kept.add(key)

    def refused(self, request: int, report: Report) -> None:
        """There was no room for an alert, says the service."""
        auditor, visit, (cluster, name) = self._auditor, self._visits[request], report.key
        auditor.history.count("alerts without room")
        auditor.history.note(cluster, f"no room for {name} ({request})")
        asked = auditor.facts.alerts[report.key].asked.get(request)
        if not report.firing and asked is not None:  # Else the wall clock was set meanwhile.
            auditor.wrong(cluster, f"the end of {name} was refused for want of room")
        if report.key in visit.stayed:
            auditor.wrong(cluster, f"{name} was known and was refused for want of room")
        if visit.insists and report.key not in visit.kept:
            auditor.wrong(cluster, f"{name} was refused, does not come again, and is no reject")
        self._may_be_refused(report.key, visit.peaks)

    def _may_be_refused(self, key: Key, peaks: Counter[str]) -> None:
        cluster, name = key
        source = CLUSTERS[cluster]
        if SEVERITIES[name] == "critical":
            self._auditor.wrong(cluster, f"{name} is critical and was refused for want of room")
        if peaks[source] < self._most:
            said = f"{name} was refused, and {source} had {peaks[source]} alerts"
            self._auditor.wrong(cluster, said)

    def is_taken(self, source: str, key: Key) -> None:
        """It fires, and its source tells of it again and again: it is known, or has no room."""
        auditor, (cluster, name) = self._auditor, key
        if auditor.facts.fires(key, auditor.service):
            return
        full = self._count[source] >= self._most
        late = auditor.service - self._was_full.get(source, 0) > _COMES_AGAIN
        if SEVERITIES[name] == "critical" or (late and not full):
            auditor.wrong(cluster, f"{name} of {cluster} fires and is not taken")
