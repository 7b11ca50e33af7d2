"""`tocsin ical`: the secret address of a calendar of shifts."""

import click

from router.cli import client, show
from router.cli.failure import Failure


@click.command()
@click.option("--user", metavar="USER", help="The shifts of this person, in every schedule.")
@click.option("--schedule", metavar="NAME", help="The shifts of this schedule.")
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@client.options
def ical(user: str | None, schedule: str | None, as_json: bool, url: str, token: str) -> None:
    """Print the address of a calendar of shifts, for Google, Outlook, Apple and others.

    Whoever has the address can read it. To take it back, raise ical_version of the user or the
    schedule in routes.toml.

    \b
    Examples:
      tocsin ical --user ana
      tocsin ical --schedule primary
    """
    if bool(user) == bool(schedule):
        raise Failure("whose calendar: give --user or --schedule")
    told = client.Client(url, token).get("/api/v1/ical", "url", user=user, schedule=schedule)
    if as_json:
        show.as_json(told)
    else:
        click.echo(show.clean(told["url"]))
