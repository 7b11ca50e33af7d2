"""`tocsin snooze`, `unsnooze`, `escalate`, `reassign`, `responders`, `note`: act on an incident."""

from typing import Any

import click

from router.cli import client, show
from router.cli.answer import login

_number = click.argument("number", type=click.IntRange(1), metavar="N")
_by = click.option("--by", default="", help="Who does it; else the token's name, or your login.")
_comment = click.option("--comment", default="", help="Words for the timeline.")
_names = click.argument("names", nargs=-1, required=True, metavar="NAME…")


@click.command()
@_number
@click.option("--for", "span", default="", metavar="SPAN", help="How long, such as 2h or 1d.")
@click.option("--until", default="", metavar="TIME", help="Or until when, with an offset.")
@_by
@_comment
@client.options
def snooze(number: int, span: str, until: str, by: str, comment: str, url: str, token: str) -> None:
    """Put an incident off, for up to 7 days: until then nobody is called for it.

    \b
    Then it rings from the first step, for whoever is on call by then. To acknowledge it, to
    resolve it or to unsnooze it ends the snooze; so does the end of its alerts.

    \b
    Examples:
      tocsin snooze 12 --for 2h
      tocsin snooze 12 --until 2026-05-01T09:00:00+02:00 --comment "nobody is there before"
    """
    body = {"for": span, "until": until, "comment": comment}
    act("snooze", number, by, url, token, **body)


@click.command()
@_number
@_by
@_comment
@client.options
def unsnooze(number: int, by: str, comment: str, url: str, token: str) -> None:
    """End a snooze: the incident rings from its first step, now.

    \b
    Example:
      tocsin unsnooze 12
    """
    act("unsnooze", number, by, url, token, comment=comment)


@click.command()
@_number
@click.option(
    "--as-of", "version", type=click.IntRange(1), help="Only if it did not move since this version."
)
@_by
@_comment
@client.options
def escalate(number: int, version: int | None, by: str, comment: str, url: str, token: str) -> None:
    """Call the next step now, whatever time the present one has left.

    \b
    An acknowledged incident rings on, a snoozed one wakes up, and after the last step comes the
    first. With --as-of nothing happens to one that escalated or was answered meanwhile.

    \b
    Examples:
      tocsin escalate 12
      tocsin escalate 12 --as-of 3
    """
    act("escalate", number, by, url, token, comment=comment, version=version or 0)


@click.command()
@_number
@_names
@_by
@_comment
@client.options
def reassign(
    number: int, names: tuple[str, ...], by: str, comment: str, url: str, token: str
) -> None:
    """Give an incident to users, teams and schedules, or to one policy; they are called now.

    \b
    Examples:
      tocsin reassign 12 user:bo
      tocsin reassign 12 policy:database --comment "it is the replication"
    """
    act("reassign", number, by, url, token, comment=comment, to=list(names))


@click.group()
def responders() -> None:
    """Ask for help with an incident.

    \b
    Example:
      tocsin responders add 12 user:dba
    """


@responders.command()
@_number
@_names
@_by
@_comment
@client.options
def add(number: int, names: tuple[str, ...], by: str, comment: str, url: str, token: str) -> None:
    """Page users, teams or schedules at once, beside the escalation, which goes on.

    \b
    Example:
      tocsin responders add 12 user:dba team:network
    """
    act("responders", number, by, url, token, comment=comment, to=list(names))


@click.command()
@_number
@click.argument("text")
@_by
@client.options
def note(number: int, text: str, by: str, url: str, token: str) -> None:
    """Write on an incident's timeline, also when it is over.

    \b
    Example:
      tocsin note 12 "failed over to db2; the old disk is in the drawer"
    """
    act("note", number, by, url, token, comment=text)


def act(action: str, number: int, by: str, url: str, token: str, **more: Any) -> None:
    """Ask the service to do it, and print what it answers."""
    asked = {name: value for name, value in more.items() if value}
    body = {"by": by or ("" if token else login()), "via": "cli", **asked}
    told = client.Client(url, token).post(f"/api/v1/incidents/{number}/{action}", body, "text")
    click.echo(show.clean(told["text"]))
