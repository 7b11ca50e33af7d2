"""`tocsin oncall`: who is on call, and until when."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from router.cli import routes, show
from router.cli.failure import Failure

if TYPE_CHECKING:
    from collections.abc import Sequence

    from router.core.configuration import Configuration
    from router.core.schedule import Schedule, Shift

_DAYS = 56  # So far we look ahead.
_FAR = f"beyond {_DAYS} days"


@click.command()
@click.option("--at", metavar="TIME", help="When, if not now (ISO 8601).")
@click.option("--user", metavar="USER", help="Tell when this person is on call instead.")
@routes.config_option
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
def oncall(at: str | None, user: str | None, config: Path, as_json: bool) -> None:
    """Say who is on call in each schedule, until when, and who is next.

    It looks eight weeks ahead; what ends later has no end in the JSON.

    \b
    Examples:
      tocsin oncall
      tocsin oncall --at 2026-12-24T18:00
      tocsin oncall --user ana --json
    """
    from router.cli import when

    found = routes.read(config).configuration
    wall = when.now() if at is None else when.parse(at, "--at", found.timezone)
    if user is not None and user not in found.users:
        raise Failure(f"no user {user!r}; known: {', '.join(found.users)}")
    if not found.schedules and not as_json:
        click.echo("There is no schedule; add [schedules.NAME] to say who is on call when.")
    elif user is None:
        _everybody(found, wall, as_json)
    else:
        _one(found, wall, user, as_json)


def _ahead(schedule: "Schedule", wall: int) -> "list[Shift]":
    from router.core.moment import DAY
    from router.core.schedule import timeline

    return timeline(schedule, wall, wall + _DAYS * DAY)


def _everybody(found: "Configuration", wall: int, as_json: bool) -> None:
    from router.cli import when

    rows = [("SCHEDULE", "ON CALL", "UNTIL", "THEN")]
    told = []
    for name, schedule in found.schedules.items():
        present, *later = _ahead(schedule, wall)
        zone = schedule.timezone
        until = when.spell(present.end, zone) if later else _FAR
        then = show.people(later[0].users) if later else ""
        rows.append((name, show.people(present.users), until, then))
        told.append(
            {
                "schedule": name,
                "timezone": zone,
                "on_call": present.users,
                "until": when.iso(present.end, zone) if later else None,
                "next": later[0].users if later else None,
            }
        )
    if as_json:
        show.as_json({"at": when.iso(wall, found.timezone), "schedules": told})
    else:
        show.table(rows)


def _one(found: "Configuration", wall: int, user: str, as_json: bool) -> None:
    from router.cli import when

    rows = [("SCHEDULE", "FROM", "UNTIL")]
    told = []
    for name, schedule in found.schedules.items():
        zone = schedule.timezone
        shifts = _ahead(schedule, wall)
        for start, end in _spans(shifts, user):
            far = end == shifts[-1].end  # It may go on; nobody has looked further.
            begins = "now" if start == wall else when.spell(start, zone)
            rows.append((name, begins, _FAR if far else when.spell(end, zone)))
            times = {"start": when.iso(start, zone), "end": None if far else when.iso(end, zone)}
            told.append({"schedule": name, "timezone": zone, "now": start == wall, **times})
    if as_json:
        show.as_json({"at": when.iso(wall, found.timezone), "user": user, "shifts": told})
    elif not told:
        click.echo(show.clean(f"{user} is not on call within {_DAYS} days."))
    else:
        show.table(rows)


def _spans(shifts: "Sequence[Shift]", user: str) -> list[tuple[int, int]]:
    """When the person is on call, with whomever."""
    spans: list[tuple[int, int]] = []
    for start, end, users in shifts:
        if user in users:
            begins = spans.pop()[0] if spans and spans[-1][1] == start else start
            spans.append((begins, end))
    return spans
