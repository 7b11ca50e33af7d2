"""Bugs in what becomes of a delivery, and in what a start makes of those under way."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import command as c
from router.core import (
    engine,
    page,
    sending,
)
from router.core import event as e
from router.core.draft import Draft
from router.core.incident import Incident
from router.core.notification import Delivery
from router.core.state import State


@mutant
def keys_are_made_of_the_group() -> Sequence[Patch]:
    row = page._row

    def by_group(draft: Draft, incident: Incident, *rest: Any) -> Delivery:
        made = row(draft, incident, *rest)
        return replace(made, key=made.key.replace(f"-i{incident.number}.", f"-g{incident.group}p"))

    return [(page, "_row", by_group)]


@mutant
def another_attempt_has_another_key() -> Sequence[Patch]:
    failed = engine._RULES[e.Failed]

    def rekeyed(draft: Draft, event: Any) -> None:
        failed(draft, event)
        for at, command in enumerate(draft.commands):
            if isinstance(command, c.PutDelivery):
                row = command.delivery
                draft.commands[at] = c.PutDelivery(replace(row, key=f"{row.key}~"))

    return [(engine._RULES, e.Failed, rekeyed)]


@mutant
def an_unknown_outcome_counts_as_sent() -> Sequence[Patch]:
    failed = engine._RULES[e.Failed]

    def hopeful(draft: Draft, event: Any) -> None:
        if event.ambiguous:
            sending.delivered(draft, e.Delivered(delivery=event.delivery))
        else:
            failed(draft, event)

    return [(engine._RULES, e.Failed, hopeful)]


@mutant
def an_unknown_outcome_is_given_up() -> Sequence[Patch]:
    failed = engine._RULES[e.Failed]

    def final(draft: Draft, event: Any) -> None:
        failed(draft, e.Failed(delivery=event.delivery, error="", permanent=event.ambiguous))

    return [(engine._RULES, e.Failed, final)]


@mutant
def a_start_forgets_what_was_being_sent() -> Sequence[Patch]:
    return [(engine._RULES, e.Started, lambda _draft, _event: None)]


@mutant
def a_start_takes_what_was_being_sent_for_sent() -> Sequence[Patch]:
    def hopeful(draft: Draft, _event: Any) -> None:
        for row in list(draft.state.deliveries.values()):
            if row.claimed:
                sending.delivered(draft, e.Delivered(delivery=row.id))

    return [(engine._RULES, e.Started, hopeful)]


@mutant
def lanes_do_not_keep_their_order() -> Sequence[Patch]:
    def head(self: State, lane: str) -> Delivery | None:
        rows = self.lanes.get(lane)
        return self.deliveries[rows[-1]] if rows else None

    return [(State, "lane_head", head)]
