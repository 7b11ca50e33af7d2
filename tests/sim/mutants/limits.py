"""Bugs in how people are spared: limits, what they hold back, and what leaves together."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import bundle, command, standing
from router.core.draft import Draft
from router.core.moment import DAY
from router.core.notification import Delivery, Turn
from router.core.state import State
from router.runtime.courier import Courier


@mutant
def a_held_page_is_forgotten() -> Sequence[Patch]:
    def hold(draft: Draft, row: Delivery, until: int) -> None:
        draft.put_delivery(replace(row, turn=Turn.HELD, due=until + DAY))

    return [(bundle, "_hold", hold)]


@mutant
def a_bundle_leaves_somebody_behind() -> Sequence[Patch]:
    companions = bundle.companions

    def fewer(draft: Draft, row: Delivery) -> list[Delivery]:
        found = companions(draft, row)
        for each in found[1:]:
            draft.add(command.CloseDelivery(each.id, "delivered"))
        return found[:1]

    return [(bundle, "companions", fewer)]


@mutant
def a_bundle_tells_what_was_acknowledged_meanwhile() -> Sequence[Patch]:
    def hasty(state: State, number: int) -> bool:
        row = state.deliveries.get(number)
        if row is None or not row.claimed:
            return False
        return bool(row.bundle) or standing.holds(row, state.incidents.get(row.incident))

    from router.runtime import courier

    return [(courier, "wanted", hasty)]


@mutant
def limits_are_ignored() -> Sequence[Patch]:
    return [(bundle, "granted", lambda _draft, row: row)]


@mutant
def nothing_counts_against_a_limit() -> Sequence[Patch]:
    count = bundle.count

    def forgetful(draft: Draft, row: Delivery) -> None:
        before = len(draft.commands)
        count(draft, row)
        draft.commands[before:] = [
            each for each in draft.commands[before:] if not isinstance(each, command.PutPace)
        ]

    return [(bundle, "count", forgetful)]


@mutant
def what_went_along_with_another_message_leaves_again() -> Sequence[Patch]:
    carry = Courier._carry

    async def hasty(self: Courier, queue: Any, number: int, asked: bool = False) -> None:
        row = self._door.state.deliveries.get(number)
        await carry(self, queue, number, asked or (row is not None and row.claimed))

    return [(Courier, "_carry", hasty)]
