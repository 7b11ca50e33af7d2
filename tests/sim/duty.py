"""Who is on call in the simulated schedule: Bo, but for the overrides that people make of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, product
from typing import TYPE_CHECKING

import msgspec
from sim.plot import DUTY, PEOPLE

from router.core import event as e
from router.core.command import Command, PutOverride
from router.core.moment import DAY
from router.core.override import PostedOverride

if TYPE_CHECKING:
    from sim.auditor import Auditor

Laid = e.Overridden | e.Swapped
_KEPT = 80 * DAY  # One that was over for longer may be forgotten, and a clock may go back to it.
_DOUBTS = 6
_USUAL = ("bo",)


class Turn(msgspec.Struct):
    """An override that was asked for, and between which times of the wall it begins and ends.

    `stands` is None while it is in doubt whether it was made, or is kept. `removing` who take it
    back wait to hear of it, or never did.
    """

    begins: tuple[int, int]
    ends: tuple[int, int]
    users: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    gives: Mapping[str, str] = {}
    stands: bool | None = None
    removing: int = 0

    def may_hold(self, wall: int) -> bool:
        """Whether it counts then, perhaps."""
        return self.stands is not False and self.begins[0] <= wall < self.ends[1]

    def holds(self, wall: int) -> bool:
        """Whether it surely counts then."""
        return self.is_sure and self.begins[1] <= wall < self.ends[0]

    @property
    def is_sure(self) -> bool:
        """Whether it surely was made, and nobody takes it back."""
        return self.stands is True and not self.removing


class Duty:
    """The overrides that were asked for, by what their makers called them, oldest first."""

    def __init__(self, auditor: Auditor) -> None:
        self._auditor = auditor
        self._turns: dict[str, Turn] = {}
        self._names: dict[int, str] = {}
        self._asked_back: dict[int, int] = {}

    @property
    def _wall(self) -> int:
        return self._auditor.machine.wall

    def asked(self, event: Laid) -> None:
        """Somebody asks for one."""
        if isinstance(event, e.Swapped):
            turn = Turn((event.start,) * 2, (event.end,) * 2, gives={event.user: event.taker})
        else:
            (one,) = event.overrides
            turn = Turn((one.start,) * 2, (one.end,) * 2, one.users or (), one.add)
        turn.begins = (max(turn.begins[0], self._wall),) * 2
        self._turns[event.comment] = turn

    def answered(self, event: Laid, code: str, commands: Iterable[Command]) -> None:
        """It counts from now on at the latest, or it was not made."""
        turn = self._turns[event.comment]
        if code not in ("overridden", "swapped"):
            turn.stands = False
            return
        asked, now = turn.begins[0], max(_start(event), self._wall)
        turn.begins, turn.stands = (min(asked, now), max(asked, now)), True
        for command in commands:
            if isinstance(command, PutOverride):
                self._names[command.override.id] = event.comment

    def refused(self, event: Laid | e.OverrideRemoved) -> None:
        """Nothing was done."""
        if isinstance(event, e.OverrideRemoved):
            self._turns[self._names[event.id]].removing -= 1
        else:
            self._turns[event.comment].stands = False

    def asked_back(self, event: e.OverrideRemoved) -> None:
        """Somebody takes one back."""
        self._turns[self._names[event.id]].removing += 1
        self._asked_back[event.id] = self._wall

    def taken_back(self, event: e.OverrideRemoved, code: str) -> None:
        """It counts no more, from now on at the latest."""
        turn = self._turns[self._names[event.id]]
        turn.removing -= 1
        walls = sorted((self._asked_back.pop(event.id), self._wall))
        if code != "removed":
            over = code == "already" and walls[1] >= turn.ends[0]
            if turn.is_sure and not over:
                self._auditor.wrong("", f"override {event.id} was made, and is {code}")
        elif walls[1] < turn.begins[0]:
            turn.stands = False
        else:
            if walls[0] < turn.begins[1]:
                turn.stands = None  # It is not kept at all if it had not begun.
            turn.ends = (min(turn.ends[0], walls[0]), min(turn.ends[1], walls[1]))

    def forget(self) -> None:
        """What was over long ago may be kept no longer."""
        for turn in self._turns.values():
            if turn.stands and self._wall >= turn.ends[1] + _KEPT:
                turn.stands = None

    def compare(self, kept: Mapping[int, PostedOverride]) -> None:
        """What was promised is known."""
        for number, name in self._names.items():
            if self._turns[name].is_sure and number not in kept:
                self._auditor.wrong("", f"override {number} was made, and is gone")

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
        present = [turn for turn in self._turns.values() if turn.may_hold(wall)]
        choices = [(True,) if turn.holds(wall) else (False, True) for turn in present]
        if sum(len(choice) > 1 for choice in choices) > _DOUBTS:
            return {frozenset(who) for who in (("ana",), ("bo",), ("ana", "bo"))}
        return {
            _on_call([turn for turn, counts in zip(present, chosen, strict=True) if counts])
            for chosen in product(*choices)
        }


def _start(event: Laid) -> int:
    """When it was asked to begin, by the wall."""
    return event.start if isinstance(event, e.Swapped) else event.overrides[0].start


def _on_call(turns: Sequence[Turn]) -> frozenset[str]:
    """Who is on call while these count: the newest name them, others add, some give and take."""
    named = [turn.users for turn in turns if turn.users]
    found = {*(named[-1] if named else _USUAL), *chain.from_iterable(turn.add for turn in turns)}
    for turn in turns:
        found = {turn.gives.get(who, who) for who in found}
    return frozenset(found)
