"""`tocsin page`: call somebody by hand, without an alert."""

import click

from router.cli import client, show
from router.cli.answer import login


@click.command()
@click.argument("to", metavar="USER|POLICY|TEAM|SCHEDULE")
@click.argument("text")
@click.option("--by", default="", help="Who pages; else the token's name, or your login.")
@click.option("--key", default="", help="Repeated with the same key, it is done once.")
@client.options
def page(to: str, text: str, by: str, key: str, url: str, token: str) -> None:
    """Page somebody about something that no alert says; it rings until somebody answers.

    \b
    A name may be said with its kind, as in user:ana or team:network. It becomes an incident like
    any other, and is over when somebody resolves it.

    \b
    Examples:
      tocsin page ana "the freezer of lab 2 is open"
      tocsin page policy:database "customers report lost orders" --key ticket-4711
    """
    body = {"to": to, "text": text, "by": by or ("" if token else login()), "via": "cli"}
    if key:
        body["key"] = key
    told = client.Client(url, token).post("/api/v1/incidents", body, "text")
    click.echo(show.clean(told["text"]))
