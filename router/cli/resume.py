"""`tocsin resume`: end safe mode."""

import click

from router.cli import client


@click.command()
@client.options
def resume(url: str, token: str) -> None:
    """End safe mode, so that alerts are taken again.

    After three crashes within ten minutes a service pages and takes answers, but no alerts. It
    goes back by itself after ten quiet minutes; this does it at once. Needs a token that may admin.

    \b
    Example:
      tocsin resume
    """
    answer = client.Client(url, token).post("/-/resume", {}, "safe_mode")
    said = "alerts are taken again" if answer["safe_mode"] else "it was not in safe mode"
    click.echo(said)
