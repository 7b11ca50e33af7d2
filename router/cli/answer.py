"""`tocsin ack`, `unack` and `resolve`: answer an incident of a running service."""

import getpass

import click

from router.cli import client, show

_by = click.option("--by", default="", help="Who answers; else the token's name, or your login.")
_comment = click.option("--comment", default="", help="Words for the timeline.")
_number = click.argument("number", type=click.IntRange(1), metavar="N")


@click.command()
@_number
@_by
@_comment
@client.options
def ack(number: int, by: str, comment: str, url: str, token: str) -> None:
    """Take an incident: nobody else is called for it.

    \b
    Example:
      tocsin ack 12 --by ana
    """
    _answer("ack", number, by, comment, url, token)


@click.command()
@_number
@_by
@_comment
@client.options
def unack(number: int, by: str, comment: str, url: str, token: str) -> None:
    """Give an incident back: the next one is called at once.

    \b
    Example:
      tocsin unack 12
    """
    _answer("unack", number, by, comment, url, token)


@click.command()
@_number
@_by
@_comment
@client.options
def resolve(number: int, by: str, comment: str, url: str, token: str) -> None:
    """Declare an incident over. While its alerts go on, only something new opens another.

    \b
    Example:
      tocsin resolve 12 --by ana
    """
    _answer("resolve", number, by, comment, url, token)


def _answer(action: str, number: int, by: str, comment: str, url: str, token: str) -> None:
    who = by or ("" if token else login())
    body = {"by": who, "via": "cli", "comment": comment}
    told = client.Client(url, token).post(f"/api/v1/incidents/{number}/{action}", body, "text")
    click.echo(show.clean(told["text"]))


def login() -> str:
    """The name of whoever runs the command, empty when they have none."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return ""  # A user id without a name, as in many containers.
