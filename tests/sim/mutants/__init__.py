"""Bugs to plant in the product, each a small change at run time, which the simulation must find."""

from sim.mutants import (
    alerts,
    calls,
    durability,
    duty,
    hand,
    heartbeat,
    limits,
    quiet,
    room,
    sending,
    snooze,
    steps,
)
from sim.mutants.planting import MUTANTS, planted

__all__ = [
    "MUTANTS",
    "alerts",
    "calls",
    "durability",
    "duty",
    "hand",
    "heartbeat",
    "limits",
    "planted",
    "quiet",
    "room",
    "sending",
    "snooze",
    "steps",
]
