"""What `tocsin schedule check` tells: the hours with nobody, and who carries how many."""

from collections.abc import Sequence
from typing import Any

import click
import msgspec

from router.cli import show, when
from router.core.fairness import Fairness, fairness
from router.core.schedule import Schedule, timeline

SECONDS = 1_000_000


class Cover(msgspec.Struct, frozen=True, kw_only=True):
    """How a schedule is covered in a span of time; `gaps` are wall microseconds."""

    schedule: Schedule
    gaps: Sequence[tuple[int, int]]
    fairness: Fairness

    @property
    def lacking(self) -> bool:
        """Whether there are gaps, and it does not say that there may be."""
        return bool(self.gaps) and not self.schedule.allow_gaps


def cover(schedule: Schedule, since: int, until: int) -> Cover:
    """How a schedule is covered from `since` on until just before `until`."""
    shifts = timeline(schedule, since, until)
    gaps = [(shift.start, shift.end) for shift in shifts if not shift.users]
    return Cover(schedule=schedule, gaps=gaps, fairness=fairness(shifts))


def as_json(found: Cover) -> dict[str, Any]:
    """It for programs."""
    zone = found.schedule.timezone
    return {
        "schedule": found.schedule.name,
        "timezone": zone,
        "allow_gaps": found.schedule.allow_gaps,
        "gaps": [{"start": when.iso(a, zone), "end": when.iso(b, zone)} for a, b in found.gaps],
        "coverage": round(found.fairness.coverage, 2),
        "balance": round(found.fairness.balance, 2),
        "score": found.fairness.score,
        "seconds": {who: span // SECONDS for who, span in found.fairness.carried.items()},
    }


def tell(found: Cover) -> None:
    """Print it for people."""
    zone, fair = found.schedule.timezone, found.fairness
    sums = f"coverage {fair.coverage:.0f} %, balance {fair.balance:.0f} %, score {fair.score}"
    click.echo(show.clean(f"{found.schedule.name}: {sums}"))
    spans = [(who, show.span(span)) for who, span in fair.carried.items()]
    if spans:
        show.table(spans, indent="  ")
    word = "note" if found.schedule.allow_gaps else "warning"
    for start, end in found.gaps:
        spelt = f"{when.spell(start, zone)} to {when.spell(end, zone)} ({show.span(end - start)})"
        click.echo(f"  {word}: nobody from {spelt}")
