"""`tocsin schedule`: a schedule as a calendar, and how well it is covered."""

from pathlib import Path

import click

from router.cli import duties, show


@click.group()
def schedule() -> None:
    """Look at schedules: those of the service, with its overrides, or of a file alone.

    \b
    Examples:
      tocsin schedule show primary
      tocsin schedule check --config routes.toml
    """


@schedule.command("show")
@click.argument("name")
@click.option("--from", "since", metavar="TIME", help="From when on, if not today (ISO 8601).")
@click.option("--to", "until", metavar="TIME", help=f"Until when, if not for {duties.DAYS} days.")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@duties.options
def show_(
    name: str,
    since: str | None,
    until: str | None,
    as_json: bool,
    config: Path | None,
    url: str,
    token: str,
) -> None:
    """Draw a schedule as a calendar: a line a day, a letter an hour.

    \b
    Examples:
      tocsin schedule show primary
      tocsin schedule show primary --from 2026-12-21 --to 2027-01-04 --json
    """
    from router.cli import calendar

    told = duties.source(config, url, token).shown(name, since, until)
    if as_json:
        show.as_json(told)
    else:
        calendar.draw(told)


@schedule.command("check")
@click.argument("names", nargs=-1)
@click.option("--days", type=click.IntRange(1, duties.DAYS_MAX), default=84, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@duties.options
@click.pass_context
def check(
    ctx: click.Context,
    names: tuple[str, ...],
    days: int,
    as_json: bool,
    config: Path | None,
    url: str,
    token: str,
) -> None:
    """Name the hours to come in which nobody is on call, and who carries how many.

    Ends with 1 when there are such hours in a schedule that does not say allow_gaps = true. The
    balance is 100 when everybody carries the same.

    \b
    Examples:
      tocsin schedule check
      tocsin schedule check primary --days 90 --config routes.toml
    """
    from router.cli import cover

    told = duties.source(config, url, token).covered(names, days)
    if as_json:
        show.as_json(told)
    elif not told["schedules"]:
        click.echo("There is no schedule; add [schedules.NAME] to say who is on call when.")
    else:
        cover.tell(told)
    ctx.exit(1 if any(map(cover.lacking, told["schedules"])) else 0)
