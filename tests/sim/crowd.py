"""What people are sent: no more than their limits, and nothing held back for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from sim.plot import STORM

from router.core.moment import MINUTE, SECOND
from router.core.notification import Delivery, decode
from router.core.outgoing import Outgoing

if TYPE_CHECKING:
    from sim.auditor import Auditor
    from sim.outbox import Row

_SLACK = MINUTE
_FIRST = ", first"  # Of something critical: the storm's window counts no other message for these.


class Crowd:
    """Messages to people, counted as they were known to be taken: by contact, pages apart."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self.messages: dict[str, list[int]] = {}
        self._counted: set[tuple[str, int, int]] = set()
        self._heard: set[tuple[int, str]] = set()

    def entries(self, outgoing: Outgoing) -> list[Row]:
        """The deliveries that a message tells of, by its key: the one that leads, or all."""
        auditor = self._auditor
        if not outgoing.bundle:
            return [auditor.outbox.rows[auditor.outbox.keys[outgoing.key]]]
        lead, count, _digest = outgoing.key.rsplit("-", 2)
        leader = auditor.outbox.rows[auditor.outbox.keys[lead]]
        # Those taken along before a crash that gave way since are closed, and told no more.
        found = [
            e for e in auditor.outbox.open.values() if e.row.bundle == leader.row.id and e.claimed
        ]
        told = sorted(b.snapshot.incident.number for b in outgoing.bundle if b.snapshot.incident)
        known = sorted(e.row.incident for e in found if e.row.incident)
        if auditor.full or not found:  # Claims that a full disk did not take are not seen.
            return self._alike(outgoing) or [leader]
        if len(found) != int(count) or told != known:
            auditor.wrong(leader.cluster, f"{outgoing.key} tells of {told} instead of {known}")
        return found

    def _alike(self, outgoing: Outgoing) -> list[Row]:
        """The open deliveries to its target that say what a bundle says."""
        said = [(told.kind, told.snapshot) for told in outgoing.bundle]
        about = {told.incident.number for _, told in said if told.incident}
        return [
            entry
            for entry in self._auditor.outbox.open.values()
            if entry.row.target == outgoing.target
            and entry.row.incident in about
            and (entry.row.kind, decode(entry.row.payload)) in said
        ]

    def begins(self, outgoing: Outgoing, entries: Sequence[Row]) -> None:
        """The first byte of a message leaves: when it was given leave, one more was granted."""
        auditor, plot = self._auditor, self._auditor.plot
        first = entries[0].row
        limits = plot.limits.get(first.target) if plot is not None else None
        if {each.row.target for each in entries} != {first.target}:
            auditor.wrong(entries[0].cluster, f"{outgoing.key} goes to several people")
        # On a full disk leave is given and counts are kept in memory, and may die with the process.
        unsure = max(auditor.reloaded, auditor.filled)
        given = max((e.granted for e in entries), default=0) or auditor.service
        if limits is None or given - unsure < 30 * MINUTE:
            return
        flights = auditor.attempts.flights
        if any(e.row.key in flights and flights[e.row.key].attempts for e in entries):
            return  # It was granted when it was first tried.
        critical = [e for e in entries if self._is_first_of_critical(e)]
        sent = self.messages.get(_contact(first) + (_FIRST if critical else ""), [])
        for count, span in (STORM, *(() if critical else limits)):
            inside = [at for at in sent if given - span < at <= given]
            if len(inside) >= count:
                said = f"{outgoing.key} is one more than {count} in {span / SECOND:.0f} s"
                auditor.wrong(entries[0].cluster, said)

    def _is_first_of_critical(self, entry: Row) -> bool:
        case = self._auditor.cases.known.get(entry.row.incident)
        return entry.row.kind == "page" and case is not None and case.worst == 3

    def taken(self, row: Delivery) -> None:
        """A delivery is known to have been taken: one of its message is counted."""
        if not row.target.startswith("user:"):
            return
        self._count(_contact(row), row)
        case = self._auditor.cases.known.get(row.incident)
        if row.kind == "page" and (row.incident, row.target) not in self._heard:
            self._heard.add((row.incident, row.target))
            if case is not None and case.worst == 3 and not self._may_have_heard(row):
                self._count(_contact(row) + _FIRST, row)

    def _may_have_heard(self, row: Delivery) -> bool:
        """Whether an earlier page of its incident may have reached them, and nobody knows."""
        flights = self._auditor.attempts.flights
        return any(
            entry.row.key in flights and not flights[entry.row.key].refused
            for entry in self._auditor.outbox.rows.values()
            if entry.row.lane == row.lane and entry.row.kind == "page" and entry.row.id < row.id
        )

    def _count(self, contact: str, row: Delivery) -> None:
        mark = (contact, row.bundle or -row.id, self._auditor.commits)
        if mark not in self._counted:
            self._counted.add(mark)
            self.messages.setdefault(contact, []).append(self._auditor.began)

    def nobody_waits_in_vain(self) -> None:
        """Everything is taken now: what waits is waited for by a limit that grants nothing yet."""
        auditor, plot = self._auditor, self._auditor.plot
        if plot is None or auditor.service - auditor.reloaded < 30 * MINUTE:
            return
        for entry in auditor.outbox.open.values():
            row = entry.row
            limits = plot.limits.get(row.target)
            if limits is None or entry.claimed or auditor.may_be_held(entry):
                continue
            longest = max(span for _, span in (STORM, *limits))
            last = max([entry.at, *self.messages.get(_contact(row), [])[-1:]])
            waited = auditor.service - max(last, row.due if row.turn == "open" else 0)
            if waited > longest + _SLACK + auditor.time.missed(last):
                said = f"{row.key} waits for {waited / SECOND:.0f} s though nothing was sent"
                auditor.wrong(entry.cluster, said)


def _contact(row: Delivery) -> str:
    return row.target if row.kind == "page" else f"{row.target}, news"
