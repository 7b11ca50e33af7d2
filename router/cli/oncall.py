"""`tocsin oncall`: who is on call, and until when."""

from pathlib import Path
from typing import Any

import click

from router.cli import duties, show

_DAYS = 56  # So far the service and the file look ahead.
_FAR = f"beyond {_DAYS} days"


@click.command()
@click.option("--at", metavar="TIME", help="When, if not now (ISO 8601).")
@click.option("--user", metavar="USER", help="Tell when this person is on call instead.")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@duties.options
def oncall(
    at: str | None, user: str | None, as_json: bool, config: Path | None, url: str, token: str
) -> None:
    """Say who is on call in each schedule, until when, and who is next.

    It asks the service, which knows of overrides made since; with --config it is what a file
    alone says. It looks eight weeks ahead; what ends later has no end in the JSON.

    \b
    Examples:
      tocsin oncall
      tocsin oncall --at 2026-12-24T18:00 --config routes.toml
      tocsin oncall --user ana --json
    """
    told = duties.source(config, url, token).on_call(at, user)
    if as_json:
        show.as_json(told)
    elif user is not None:
        _one(told, user)
    elif told["schedules"]:
        _everybody(told)
    else:
        click.echo("There is no schedule; add [schedules.NAME] to say who is on call when.")


def _everybody(told: dict[str, Any]) -> None:
    from router.cli import when

    rows = [("SCHEDULE", "ON CALL", "UNTIL", "THEN")]
    for each in told["schedules"]:
        until = when.told(each["until"], each["timezone"]) if each["until"] else _FAR
        then = "" if each["next"] is None else show.people(each["next"])
        rows.append((each["schedule"], show.people(each["on_call"]), until, then))
    show.table(rows)


def _one(told: dict[str, Any], user: str) -> None:
    from router.cli import when

    rows = [("SCHEDULE", "FROM", "UNTIL")]
    for each in told["shifts"]:
        zone = each["timezone"]
        begins = "now" if each["now"] else when.told(each["start"], zone)
        rows.append((each["schedule"], begins, when.told(each["end"], zone) or _FAR))
    if len(rows) == 1:
        click.echo(show.clean(f"{user} is not on call within {_DAYS} days."))
    else:
        show.table(rows)
