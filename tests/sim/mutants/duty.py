"""Bugs in who is on call: overrides and swaps that people make, and take back; and nobody."""

from collections.abc import Sequence
from typing import Any

from msgspec.structs import replace
from sim.mutants.planting import Patch, mutant

from router.core import command as c
from router.core import engine, escalation, hand_over, overriding, reach, state
from router.core import event as e
from router.core.configuration import Policy
from router.core.draft import Draft
from router.core.incident import Incident
from router.core.moment import MINUTE
from router.core.page import page
from router.core.schedule import Schedule, on_call
from router.runtime.loop import Loop


@mutant
def an_override_is_ignored() -> Sequence[Patch]:
    def rostered(found: Schedule, wall: int) -> tuple[str, ...]:
        return on_call(replace(found, overrides=()), wall)

    return [(reach, "on_call", rostered)]


@mutant
def an_override_stays_after_its_end() -> Sequence[Patch]:
    def stale(found: Schedule, wall: int) -> tuple[str, ...]:
        longer = [replace(each, end=each.end + 10 * MINUTE) for each in found.overrides]
        return on_call(replace(found, overrides=tuple(longer)), wall)

    return [(reach, "on_call", stale)]


@mutant
def an_override_begins_at_once() -> Sequence[Patch]:
    def eager(found: Schedule, wall: int) -> tuple[str, ...]:
        ahead = [replace(each, start=min(each.start, wall)) for each in found.overrides]
        return on_call(replace(found, overrides=tuple(ahead)), wall)

    return [(reach, "on_call", eager)]


@mutant
def an_override_that_was_taken_back_counts() -> Sequence[Patch]:
    def kept(draft: Draft, event: Any) -> None:
        overriding.removed(draft, event)
        unwanted = (c.DropOverride, c.PutOverride)
        draft.commands[:] = [x for x in draft.commands if not isinstance(x, unwanted)]

    return [(engine._RULES, e.OverrideRemoved, kept)]


@mutant
def a_swap_adds_and_does_not_replace() -> Sequence[Patch]:
    def beside(found: Schedule, wall: int) -> tuple[str, ...]:
        both = [
            replace(each, replace=(), add=(*each.add, *(taker for _, taker in each.replace)))
            for each in found.overrides
        ]
        return on_call(replace(found, overrides=tuple(both)), wall)

    return [(reach, "on_call", beside)]


@mutant
def the_oldest_override_counts() -> Sequence[Patch]:
    def first(found: Schedule, wall: int) -> tuple[str, ...]:
        return on_call(replace(found, overrides=found.overrides[::-1]), wall)

    return [(reach, "on_call", first)]


@mutant
def an_override_is_kept_in_memory_only() -> Sequence[Patch]:
    commit = Loop._commit

    async def partly(self: Loop, batch: Any) -> bool:
        batch.commands[:] = [x for x in batch.commands if not isinstance(x, c.PutOverride)]
        return await commit(self, batch)

    return [(Loop, "_commit", partly)]


@mutant
def a_start_forgets_overrides() -> Sequence[Patch]:
    return [(state, "effective", lambda filed, _posted: filed)]


@mutant
def an_override_of_nobody_is_ignored() -> Sequence[Patch]:
    def somebody(found: Schedule, wall: int) -> tuple[str, ...]:
        return on_call(found, wall) or on_call(replace(found, overrides=()), wall)

    return [(reach, "on_call", somebody)]


@mutant
def of_several_shifts_one_is_kept() -> Sequence[Patch]:
    def put(draft: Draft, schedule: Schedule, changes: Sequence[Any], maker: Any) -> None:
        overriding_put(draft, schedule, changes, maker)
        made = [x for x in draft.commands if isinstance(x, c.PutOverride)]
        draft.commands[:] = [x for x in draft.commands if x not in made[1:]]

    overriding_put = overriding._put
    return [(overriding, "_put", put)]


@mutant
def of_several_shifts_one_is_taken_back() -> Sequence[Patch]:
    def alone(posted: Any, id_: int) -> list[Any]:
        return [posted[id_]] if id_ in posted else []

    return [(overriding, "together", alone)]


@mutant
def an_incident_is_given_to_whoever_is_on_call_just_then() -> Sequence[Patch]:
    find = hand_over._policy

    def fixed(draft: Draft, incident: Incident, to: tuple[str, ...]) -> Policy:
        schedules = draft.configuration.schedules
        now = on_call(schedules["duty"], draft.now.wall) if "schedule:duty" in to else ()
        return find(draft, incident, tuple(f"user:{who}" for who in now) or to)

    return [(hand_over, "_policy", fixed)]


@mutant
def a_step_that_reaches_nobody_takes_its_time() -> Sequence[Patch]:
    def patient(*arguments: Any, **others: Any) -> list[str]:
        return page(*arguments, **others) or ["nobody"]

    return [(escalation, "page", patient)]


@mutant
def whoever_could_not_be_reached_is_not_tried_again() -> Sequence[Patch]:
    ring = escalation._ring_fallback

    def final(draft: Draft, incident: Incident, *rest: Any) -> None:
        ring(draft, incident, *rest)
        rung = draft.incident(incident.number)
        if rung is not None and not incident.reached:
            draft.put_incident(replace(rung, exhausted=True))

    return [(escalation, "_ring_fallback", final)]
