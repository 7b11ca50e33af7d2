"""A schedule drawn for the terminal: a line a day."""

from collections.abc import Iterator, Sequence
from string import ascii_letters
from typing import Any

import click

from router.cli import show, when
from router.core.schedule import Shift

_NOBODY = "·"
_OTHERS = "?"


def draw(told: dict[str, Any]) -> None:
    """Print a line a day with a letter an hour, and in words what changes within the day."""
    zone = told["timezone"]
    since, until = when.wall(told["from"]), when.wall(told["to"])
    shifts = [_shift(each) for each in told["shifts"]]
    letters = _letters(told["people"], shifts)
    click.echo(show.clean(f"{told['schedule']}, {zone}"))
    show.table([(letter, show.people(users)) for users, letter in letters.items()], indent="  ")
    click.echo(f"\n{'':16}0     6     12    18")
    for start, end in _days(since, until, zone):
        present = [s for s in shifts if s.start < end and start < s.end]
        drawn = "".join(
            letters[_at(present, hour)] if since <= hour < until else " "
            for hour in when.hours(start, zone)
        )
        click.echo(show.clean(f"{when.day(start, zone)}  {drawn}  {_words(present, zone)}"))


def _shift(told: dict[str, Any]) -> Shift:
    return Shift(when.wall(told["start"]), when.wall(told["end"]), tuple(told["users"]))


def _at(shifts: Sequence[Shift], wall: int) -> tuple[str, ...]:
    return next((s.users for s in shifts if s.start <= wall < s.end), ())


def _letters(people: Sequence[str], shifts: Sequence[Shift]) -> dict[tuple[str, ...], str]:
    """A letter for all who are on call together, in the order of routes.toml."""
    place = {person: index for index, person in enumerate(people)}
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
