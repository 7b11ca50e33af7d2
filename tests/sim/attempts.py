"""The attempts at every key: what began, what arrived, and what its sender was told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from sim.calls import ASKED_FOR
from sim.case import Case, step_of
from sim.plot import PEOPLE

from router.core.moment import SECOND
from router.core.notification import Delivery
from router.core.outgoing import Outgoing

if TYPE_CHECKING:
    from sim.auditor import Auditor
    from sim.outbox import Row

_AFTER = {target: after for reached in PEOPLE.values() for target, after in reached.items()}


class Flight(msgspec.Struct):
    """What is known of the attempts at one key. `life` counts the processes that died."""

    state: str = "new"
    life: int = 0
    taken: bool = False
    refused: bool = False
    attempts: int = 0


class Attempts:
    """Stands at the providers' doors. `believes` is what each target was told of each alert."""

    def __init__(self, auditor: Auditor, known: dict[int, Case]) -> None:
        self._auditor = auditor
        self._known = known
        self.flights: dict[str, Flight] = {}
        self.life = 0
        self.last_page: dict[str, int] = {}
        self.believes: dict[tuple[str, str], dict[str, tuple[bool, int]]] = {}

    def died(self) -> None:
        """Whatever was under way was cut off."""
        self.life += 1
        for flight in self.flights.values():
            if flight.state == "flying":
                flight.state = "cut off"

    def begins(self, outgoing: Outgoing) -> None:
        """The first byte of a message leaves."""
        entries = self._auditor.crowd.entries(outgoing)
        self._auditor.crowd.begins(outgoing, entries)
        self._auditor.history.count("sends")
        for entry in entries:
            self._begins(entry)

    def _begins(self, entry: Row) -> None:
        auditor, key = self._auditor, entry.row.key
        about, row = entry.cluster, entry.row
        flight = self.flights.setdefault(key, Flight())
        auditor.history.note(about, f"begins {row.kind} {key} to {row.target}")
        if entry.closed or not (entry.claimed or auditor.full):
            auditor.wrong(about, f"{key} is sent without a claim")
        if flight.state == "flying":
            auditor.wrong(about, f"{key} is sent twice at once")
        if flight.state in ("taken", "refused") and flight.life == self.life:
            auditor.wrong(about, f"{key} is sent again though it was {flight.state}")
        self._in_order(entry)
        flight.state, flight.life = "flying", self.life
        flight.attempts += 1
        unwritten = auditor.full or not entry.claimed
        entry.begun = entry.begun + 1 if unwritten else 0
        case = self._known.get(row.incident)
        if row.kind == "page" and case is not None:
            self._page(case, row, key)

    def _in_order(self, entry: Row) -> None:
        for other in self._auditor.outbox.open.values():
            flight = self.flights.get(other.row.key)
            over = other.claimed if flight is None else flight.state != "flying"
            if self._auditor.full and over:
                continue  # It may be, or a start let it go: that is kept in memory until then.
            if other.row.lane == entry.row.lane and other.row.id < entry.row.id:
                text = f"{entry.row.key} overtakes {other.row.key}"
                self._auditor.wrong(entry.cluster, text)

    def _page(self, case: Case, row: Delivery, key: str) -> None:
        auditor = self._auditor
        self.last_page[case.cluster] = auditor.service
        asked_for = row.reason.startswith(ASKED_FOR)  # Of what is taken, too.
        if auditor.answers.taken(case) and not asked_for:
            auditor.wrong(case.cluster, f"{key} begins though {case.number} is taken")
        if auditor.answers.asleep(case):
            auditor.wrong(case.cluster, f"{key} begins though {case.number} is asleep")
        if case.over:
            auditor.wrong(case.cluster, f"{key} begins though {case.number} is over")
        if case.members and all(map(auditor.facts.over, case.members)):
            auditor.wrong(case.cluster, f"{key} begins though nothing fires any more")
        if (step_of(row.reason) is not None or asked_for) and not case.hurried:
            entry = auditor.outbox.rows[row.id]
            early = entry.at + _AFTER.get(row.target, 0) - auditor.service
            if early > 0:
                auditor.wrong(case.cluster, f"{key} leaves {early / SECOND:.0f} s early")

    def arrives(self, outgoing: Outgoing) -> None:
        """A provider has it."""
        self._auditor.history.count("arrivals")
        for entry in self._auditor.crowd.entries(outgoing):
            self._arrives(entry.row)

    def _arrives(self, row: Delivery) -> None:
        auditor = self._auditor
        self.flights[row.key].taken = True
        entry = auditor.outbox.rows[row.id]
        if entry.claimed:
            self.believe(row)
        else:  # Whether a process that dies now will know of it cannot be said.
            entry.unclaimed = True

    def believe(self, row: Delivery) -> None:
        """Whoever got a notification believes it."""
        auditor = self._auditor
        if row.kind != "notification" or row.incident or row.reason == "digest":
            return
        for numbers, fires in ((row.firing, True), (row.resolved, False)):
            for number in numbers:
                known = self.believes.setdefault(auditor.names[number], {})
                known[row.target] = (fires, auditor.service)

    def ends(self, outgoing: Outgoing, outcome: str) -> None:
        """The attempt is over, as far as the sender knows."""
        for entry in self._auditor.crowd.entries(outgoing):
            self._ends(entry, outcome)

    def _ends(self, entry: Row, outcome: str) -> None:
        flight = self.flights[entry.row.key]
        self._auditor.history.note(entry.cluster, f"{outcome}: {entry.row.key}")
        flight.state = outcome
        flight.refused |= outcome == "refused"
        case = self._known.get(entry.row.incident)
        if case is not None and outcome != "taken":
            case.hurried = True
            if outcome == "refused":
                case.stirred = self._auditor.service

    def was_taken(self, key: str) -> bool:
        """Whether a provider took it and said so."""
        flight = self.flights.get(key)
        return flight is not None and flight.taken and flight.state == "taken"

    def was_told(self, lane: str) -> bool:
        """Whether a message of this lane was taken, as far as its sender knows."""
        return any(
            self.was_taken(entry.row.key)
            for entry in self._auditor.outbox.rows.values()
            if entry.row.lane == lane and (entry.closed == "delivered" or not entry.unclaimed)
        )  # Of what a full disk took neither claim nor result, a process that died knew alone.

    def was_refused(self, key: str) -> bool:
        """Whether a provider refused it for good."""
        flight = self.flights.get(key)
        return flight is not None and flight.refused
