"""Bugs in pages by hand."""

from collections.abc import Sequence

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import by_hand, command, engine, escalation
from router.core import event as e
from router.core.draft import Draft
from router.core.incident import Incident
from router.core.moment import DAY


@mutant
def a_page_by_hand_is_not_repeated() -> Sequence[Patch]:
    advance = escalation._advance

    def once(draft: Draft, incident: Incident) -> Incident:
        after, due = advance(draft, incident), draft.now.service + 300 * DAY
        return replace(after, step_due=due, next_due=due) if incident.raised else after

    return [(escalation, "_advance", once)]


@mutant
def a_page_by_hand_asked_for_twice_is_two() -> Sequence[Patch]:
    def forgetful(draft: Draft, event: e.Raised) -> None:
        by_hand.raised(draft, event)
        draft.commands[:] = [
            each for each in draft.commands if not isinstance(each, command.PutRequest)
        ]

    return [(engine._RULES, e.Raised, forgetful)]
