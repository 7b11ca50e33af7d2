"""A schedule drawn for the terminal: a line a day."""

from collections.abc import Iterator, Sequence
from string import ascii_letters
from typing import Any

import click

from router.cli import show, when
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
    """Print a line a day with a letter an hour, and in words what changes within the day."""
    zone = schedule.timezone
    letters = _letters(schedule, timeline(schedule, since, until))
    click.echo(show.clean(f"{schedule.name}, {zone}"))
    show.table([(letter, show.people(users)) for users, letter in letters.items()], indent="  ")
    click.echo(f"\n{'':16}0     6     12    18")
    for start, end in _days(since, until, zone):
        drawn = "".join(
            letters[on_call(schedule, hour)] if since <= hour < until else " "
            for hour in when.hours(start, zone)
        )
        shifts = timeline(schedule, max(start, since), min(end, until))
        click.echo(show.clean(f"{when.day(start, zone)}  {drawn}  {_words(shifts, zone)}"))


def _letters(schedule: Schedule, shifts: Sequence[Shift]) -> dict[tuple[str, ...], str]:
    """A letter for all who are on call together, in the order of routes.toml."""
    place = {person: index for index, person in enumerate(schedule.people())}
    together = sorted({shift.users for shift in shifts}, key=lambda u: [place[who] for who in u])
    letters = iter(ascii_letters)
    return {users: next(letters, _OTHERS) if users else _NOBODY for users in together}


def _days(since: int, until: int, zone: str) -> Iterator[tuple[int, int]]:
    """The local days of a span, from midnight to midnight."""
    start = when.midnight(since, zone)
    while start < until:
        end = when.midnight(start, zone, 1)
        yield start, end
        start = end


def _words(shifts: Sequence[Shift], zone: str) -> str:
    first, *later = shifts
    changes = (f"{when.clock(start, zone)} {show.people(users)}" for start, _, users in later)
    return " → ".join((show.people(first.users), *changes))
