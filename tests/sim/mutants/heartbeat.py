"""Bugs in what a heartbeat's call does, and in what its silence does."""

from collections.abc import Sequence

from sim.mutants.planting import Patch, mutant

from router.core import vigil


@mutant
def a_heartbeat_that_calls_again_is_still_missed() -> Sequence[Patch]:
    return [(vigil, "_end", lambda _draft, _beat: None)]


@mutant
def a_silent_heartbeat_is_excused_for_ever() -> Sequence[Patch]:
    return [(vigil, "_alert", lambda _draft, _heartbeat, _beat: None)]


@mutant
def a_call_does_not_give_a_heartbeat_its_time_anew() -> Sequence[Patch]:
    return [(vigil, "checked_in", lambda draft, _name: draft.answer("heard"))]
