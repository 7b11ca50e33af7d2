"""Who is on call in the simulated schedule: Bo, but for the overrides that people make of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import chain, product
from typing import TYPE_CHECKING

from sim.case import Case
from sim.plot import DUTY, PEOPLE
from sim.turn import Laid, Turn, changes_of, on_call, turn_of

from router.core import event as e
from router.core.command import Command, PutOverride
from router.core.moment import DAY, MINUTE
from router.core.override import PostedOverride

if TYPE_CHECKING:
    from sim.auditor import Auditor

_KEPT = 80 * DAY  # One that was over for longer may be forgotten, and a clock may go back to it.
_DOUBTS = 6
_LOOK = MINUTE  # So long until the next look.
_PATIENCE = 36 * MINUTE  # Where nobody is to be rung, the steps begin again after half an hour.


class Duty:
    """The overrides that were asked for, by what their makers called them, oldest first.

    Those of one request go together.
    """

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._turns: dict[str, tuple[Turn, ...]] = {}
        self._made: dict[int, Turn] = {}
        self._names: dict[int, str] = {}
        self._asked_back: dict[int, int] = {}
        self._nobody_at = 0  # When last that may have been so: nobody on call.

    @property
    def _wall(self) -> int:
        return self._auditor.machine.wall

    def asked(self, event: Laid) -> None:
        """Somebody asks for some."""
        turns = tuple(map(turn_of, changes_of(event)))
        for turn in turns:
            turn.begins = (max(turn.begins[0], self._wall),) * 2
        self._turns[event.comment] = turns
        self.look()

    def answered(self, event: Laid, code: str, commands: Iterable[Command]) -> None:
        """They count, or none of them was made."""
        turns = self._turns[event.comment]
        if code not in ("overridden", "swapped"):
            self._are_none(turns)
            return
        numbers = [each.override.id for each in commands if isinstance(each, PutOverride)]
        if len(numbers) != len(turns):
            said = f"{len(turns)} overrides were asked for by {event.comment}, and {numbers} made"
            self._auditor.wrong("", said)
        for turn, change, number in zip(turns, changes_of(event), numbers, strict=False):
            turn.is_made(change.start, self._wall)
            self._made[number], self._names[number] = turn, event.comment

    def refused(self, event: Laid | e.OverrideRemoved) -> None:
        """Nothing was done."""
        if not isinstance(event, e.OverrideRemoved):
            self._are_none(self._turns[event.comment])
            return
        for turn in self._together(event.id):
            turn.removing -= 1

    def _are_none(self, turns: Iterable[Turn]) -> None:
        for turn in turns:
            turn.stands = False

    def _together(self, number: int) -> tuple[Turn, ...]:
        return self._turns[self._names[number]]

    def asked_back(self, event: e.OverrideRemoved) -> None:
        """Somebody takes one back, and all that were made with it."""
        self.look()
        for turn in self._together(event.id):
            turn.removing += 1
        self._asked_back[event.id] = self._wall

    def taken_back(self, event: e.OverrideRemoved, code: str) -> None:
        """They count no more, from now on at the latest."""
        walls = sorted((self._asked_back.pop(event.id), self._wall))
        for turn in self._together(event.id):
            turn.removing -= 1
            over = code == "already" and walls[1] >= turn.ends[0]
            gone = code == "unknown" and turn is not self._made[event.id]
            if code == "removed":
                turn.is_taken_back(walls)
            elif turn.is_sure and not (over or gone):
                self._auditor.wrong("", f"override {event.id} was made, and is {code}")

    def look(self) -> None:
        """What was over long ago may be kept no longer; perhaps nobody is on call."""
        wall = self._wall
        for turn in chain.from_iterable(self._turns.values()):
            if turn.stands and wall >= turn.ends[1] + _KEPT:
                turn.stands = None
            if turn.empties and (turn.may_hold(wall) or turn.may_hold(wall + _LOOK)):
                self._nobody_at = self._auditor.service

    def compare(self, kept: Mapping[int, PostedOverride]) -> None:
        """What was promised is known."""
        for number, turn in self._made.items():
            if turn.is_sure and number not in kept:
                self._auditor.wrong("", f"override {number} was made, and is gone")

    def may_ring_nobody(self, case: Case) -> bool:
        """Whether an incident may wait until somebody is on call: there is no last resort."""
        auditor = self._auditor
        if auditor.plot is not None and auditor.plot.fallback:
            return False
        return self.was_nobody and any(
            all(set(step) == {DUTY} for step in one.steps) for one in case.ladders
        )

    @property
    def was_nobody(self) -> bool:
        """Whether nobody may have been on call not long ago."""
        auditor = self._auditor
        since = auditor.service - self._nobody_at - auditor.time.missed(self._nobody_at)
        return since < _PATIENCE

    def meant(self, step: Mapping[str, int], wall: int) -> list[set[str]]:
        """The targets of a step at a time of the wall: several sets where that is in doubt."""
        if DUTY not in step:
            return [set(step)]
        others = set(step) - {DUTY}
        return [
            others.union(*(PEOPLE[f"user:{who}"] for who in people))
            for people in self._people(wall)
        ]

    def _people(self, wall: int) -> set[frozenset[str]]:
        turns = chain.from_iterable(self._turns.values())
        present = [turn for turn in turns if turn.may_hold(wall)]
        choices = [(True,) if turn.holds(wall) else (False, True) for turn in present]
        if sum(len(choice) > 1 for choice in choices) > _DOUBTS:
            return {frozenset(who) for who in ((), ("ana",), ("bo",), ("ana", "bo"))}
        return {
            on_call([turn for turn, counts in zip(present, chosen, strict=True) if counts])
            for chosen in product(*choices)
        }
