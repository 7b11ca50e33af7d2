"""Whom people called to an incident: those it was given to, and those asked for beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from sim.case import Case
from sim.plot import DUTY, LADDERS, PEOPLE, Ladder

from router.core import event as e
from router.core.moment import MINUTE, SECOND

if TYPE_CHECKING:
    from sim.auditor import Auditor
    from sim.outbox import Row

ASKED_FOR = "asked for by "
PROMPT = 2 * SECOND


class Calls:
    """Keeps what was asked and answered of each incident: how often, and how it has to go on."""

    def __init__(self, auditor: Auditor, known: dict[int, Case]) -> None:
        self._auditor = auditor
        self._known = known
        self._asked: dict[int, int] = {}
        self._asked_walls: dict[int, int] = {}
        self._ran: dict[int, int] = {}
        self._given: dict[int, int] = {}
        self._alone: dict[int, tuple[tuple[Ladder, ...], tuple[Ladder, ...]]] = {}

    def gives(self, event: e.Reassigned) -> None:
        """Somebody gives an incident to others: until it is answered, it may be theirs or not."""
        case = self._known.get(event.incident)
        if case is not None:
            before, after = case.ladders, tuple(_others(own, event.to) for own in case.ladders)
            self._alone.pop(case.number, None)
            if not case.giving:
                self._alone[case.number] = before, after
            case.giving += 1
            case.ladders = before + tuple(one for one in after if one not in before)

    def given(self, event: e.Reassigned, code: str, asked_at: int) -> None:
        """They were answered. Only one who gave it alone knows whose it is."""
        case = self._known.get(event.incident)
        if case is None:
            return
        auditor, good = self._auditor, code == "reassigned"
        case.giving = max(case.giving - 1, 0)
        if case.number in self._alone:
            case.ladders = self._alone.pop(case.number)[good]
            if good:
                self._begins_anew(case, asked_at)
        if not good:
            return
        self._given[case.number] = auditor.service
        for entry in auditor.outbox.open.values():
            row = entry.row
            old = row.incident == case.number and row.kind == "page" and entry.at < asked_at
            if old and not entry.claimed and not is_asked_for(entry):
                auditor.wrong(case.cluster, f"{row.key} still waits though it was reassigned")

    def _begins_anew(self, case: Case, asked_at: int) -> None:
        """Their first step was run with it, unless there is nothing to ring for."""
        last = case.runs[-1] if case.runs else None
        if last is None or last.at < asked_at or last.step or last.round:
            return
        meant = self._auditor.duty.meant
        wall = self._auditor.wall
        if all(set(last.targets) not in meant(one.steps[0], wall) for one in case.ladders):
            said = f"incident {case.number} was reassigned and rings {sorted(last.targets)}"
            self._auditor.wrong(case.cluster, said)

    def died(self) -> None:
        """Nobody is answered any more: whose it is shows when it rings."""
        self._alone.clear()
        for case in self._known.values():
            case.giving = 0

    def asks(self, event: e.Summoned) -> None:
        """Somebody asks for more people."""
        self._asked[event.incident] = self._asked.get(event.incident, 0) + 1
        self._asked_walls[event.incident] = self._auditor.machine.wall

    def asked(self, event: e.Summoned, code: str, asked_at: int) -> None:
        """And is told that they are paged: then they are."""
        case, auditor = self._known.get(event.incident), self._auditor
        if case is None or code not in ("summoned", "unreachable"):
            return
        rung = {
            entry.row.target
            for entry in auditor.outbox.rows.values()
            if entry.row.incident == case.number and is_asked_for(entry) and entry.at >= asked_at
        }
        meant = self._meant(event)
        if code == "unreachable":
            right = set[str]() in meant
        elif case.taken is False and not auditor.answers.may_sleep(case):
            right = any(wanted and wanted <= rung for wanted in meant)
        else:
            right = any(wanted & rung for wanted in meant)
        if not right:
            said = f"{', '.join(event.to)} were to be paged for {case.number}: {sorted(rung)}"
            auditor.wrong(case.cluster, said)

    def _meant(self, event: e.Summoned) -> list[set[str]]:
        """The targets of those who were asked for, when that was decided: one of these sets."""
        (who,) = event.to
        step = {DUTY: 0} if who == DUTY else PEOPLE[who]
        walls = (self._asked_walls[event.incident], self._auditor.wall)
        return [targets for wall in walls for targets in self._auditor.duty.meant(step, wall)]

    def ran(self, number: int, rows: Sequence[Row]) -> None:
        """A commit pages people beside the escalation: somebody asked for them."""
        self._ran[number] = self._ran.get(number, 0) + 1
        if self._ran[number] > self._asked.get(number, 0):
            said = f"{rows[0].row.key} is for somebody whom nobody asked for"
            self._auditor.wrong(rows[0].cluster, said)

    def look(self) -> None:
        """Whoever was given something that fires is rung at once."""
        auditor = self._auditor
        for number, since in list(self._given.items()):
            case = self._known[number]
            if auditor.service - since < MINUTE + PROMPT + auditor.time.missed(since):
                continue
            del self._given[number]
            if case.page_at < since - MINUTE and self._is_owed(case, since):
                auditor.wrong(case.cluster, f"incident {number} was reassigned and rings nobody")

    def _is_owed(self, case: Case, since: int) -> bool:
        auditor = self._auditor
        if auditor.stirred(case.cluster, case.number) > since or case.over is not False:
            return False
        if auditor.reloaded > case.opened:  # What it was opened for may have moved elsewhere.
            return False
        if auditor.duty.may_ring_nobody(case):
            return False
        return case.taken is False and any(
            auditor.facts.fires(key, auditor.service) and not auditor.explained(key)
            for key in case.members
        )


def is_asked_for(entry: Row) -> bool:
    """Whether it is a page for somebody whom a person asked for."""
    return entry.row.kind == "page" and entry.row.reason.startswith(ASKED_FOR)


def _others(own: Ladder, to: tuple[str, ...]) -> Ladder:
    """How it would go on with these: a policy, or people in place of its own steps."""
    if to[0].startswith("policy:"):
        return LADDERS[to[0].removeprefix("policy:")]
    reached = ({DUTY: 0} if who == DUTY else PEOPLE[who] for who in to)
    step = {target: after for each in reached for target, after in each.items()}
    return msgspec.structs.replace(own, steps=(step,), waits=(5 * MINUTE,))
