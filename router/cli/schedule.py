"""`tocsin schedule`: a schedule as a calendar, and how well it is covered."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from router.cli import routes, show
from router.cli.failure import Failure

if TYPE_CHECKING:
    from router.core.configuration import Configuration
    from router.core.schedule import Schedule

_DAYS = 28
_DAYS_MAX = 800


@click.group()
def schedule() -> None:
    """Look at the schedules of routes.toml.

    \b
    Examples:
      tocsin schedule show primary
      tocsin schedule check
    """


@schedule.command("show")
@click.argument("name")
@click.option("--from", "since", metavar="TIME", help="From when on, if not today (ISO 8601).")
@click.option("--to", "until", metavar="TIME", help=f"Until when, if not for {_DAYS} days.")
@routes.config_option
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
def show_(name: str, since: str | None, until: str | None, config: Path, as_json: bool) -> None:
    """Draw a schedule as a calendar: a line a day, a letter an hour.

    \b
    Examples:
      tocsin schedule show primary
      tocsin schedule show primary --from 2026-12-21 --to 2027-01-04 --json
    """
    from router.cli import calendar, when
    from router.core.moment import DAY

    found = _named(routes.read(config).configuration, name)
    zone = found.timezone
    start = when.parse(since, "--from", zone) if since else when.midnight(when.now(), zone)
    end = when.parse(until, "--to", zone) if until else when.midnight(start, zone, _DAYS)
    if end <= start:
        raise Failure("--to: does not lie after --from")
    if end - start > _DAYS_MAX * DAY:
        raise Failure(f"--to: lies more than {_DAYS_MAX} days after --from")
    if as_json:
        show.as_json(calendar.as_json(found, start, end))
    else:
        calendar.draw(found, start, end)


@schedule.command("check")
@click.argument("names", nargs=-1)
@click.option("--days", type=click.IntRange(1, _DAYS_MAX), default=84, show_default=True)
@routes.config_option
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@click.pass_context
def check(
    ctx: click.Context, names: tuple[str, ...], days: int, config: Path, as_json: bool
) -> None:
    """Name the hours to come in which nobody is on call, and who carries how many.

    Ends with 1 when there are such hours in a schedule that does not say allow_gaps = true. The
    balance is 100 when everybody carries the same.

    \b
    Examples:
      tocsin schedule check
      tocsin schedule check primary --days 90
    """
    from router.cli import cover, when
    from router.core.moment import DAY

    configuration = routes.read(config).configuration
    named = [_named(configuration, name) for name in names or configuration.schedules]
    start = when.now()
    found = [cover.cover(each, start, start + days * DAY) for each in named]
    if as_json:
        show.as_json({"days": days, "schedules": [cover.as_json(each) for each in found]})
    elif not found:
        click.echo("There is no schedule; add [schedules.NAME] to say who is on call when.")
    else:
        for each in found:
            cover.tell(each)
    ctx.exit(1 if any(each.lacking for each in found) else 0)


def _named(configuration: "Configuration", name: str) -> "Schedule":
    found = configuration.schedules.get(name)
    if found is None:
        known = ", ".join(configuration.schedules) or "there is none"
        raise Failure(f"no schedule {name!r}; known: {known}")
    return found
