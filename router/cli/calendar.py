"""A schedule drawn for the terminal, and the sums of what it asks of people."""

from collections.abc import Iterator, Sequence
from string import ascii_letters
from typing import Any

import click
import msgspec

from router.cli import show, when
from router.core.fairness import Fairness, fairness
from router.core.moment import HOUR
from router.core.schedule import Schedule, Shift, on_call, timeline

_NOBODY = "·"
_OTHERS = "?"


def as_json(schedule: Schedule, since: int, until: int) -> dict[str, Any]:
    """The shifts of a span, those with nobody among them."""
    zone = schedule.timezone
    return {
        "schedule": schedule.name,
        "timezone": zone,
        "from": when.iso(since, zone),
        "to": when.iso(until, zone),
        "shifts": [
            {"start": when.iso(start, zone), "end": when.iso(end, zone), "users": users}
            for start, end, users in timeline(schedule, since, until)
        ],
    }


def draw(schedule: Schedule, since: int, until: int) -> None:
    """Print a line a day with a letter an hour; within the hour, the words after it tell more."""
    zone = schedule.timezone
    letters = _letters(timeline(schedule, since, until))
    click.echo(show.clean(f"{schedule.name} ({zone})\n".rstrip()))
    click.echo()
    for users, letter in letters.items():
        click.echo(show.clean(f"  {letter}  {show.people(users)}"))
    click.echo(f"\n{' ' * 16}{'     '.join(('0', '6'))}{'     12    18'}")
    for start, end in _days(since, until, zone):
        hours = "".join(_hours(schedule, start, end, since, until, letters))
        told = show.clean(_told(timeline(schedule, max(start, since), min(end, until)), zone))
        click.echo(f"{when.day(start, zone)}  {hours}  {told}")


def _letters(shifts: Sequence[Shift]) -> dict[tuple[str, ...], str]:
    """A letter for all who are on call together, in the order of their first shift."""
    together = dict.fromkeys(shift.users for shift in shifts if shift.users)
    letters = dict(zip(together, ascii_letters, strict=False))
    return {users: letters.get(users, _OTHERS) for users in together}


def _days(since: int, until: int, zone: str) -> Iterator[tuple[int, int]]:
    """The local days of a span, from midnight to midnight."""
    start = when.midnight(since, zone)
    while start < until:
        end = when.midnight(start, zone, 1)
        yield start, end
        start = end
