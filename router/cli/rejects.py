"""`tocsin rejects`: what sources sent that could not be taken."""

import click

from router.cli import client, show

_SHOWN = 200


@click.command()
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@client.options
def rejects(limit: int, as_json: bool, url: str, token: str) -> None:
    """List the newest bodies that could not be taken, and why.

    \b
    Example:
      tocsin rejects --limit 5
    """
    answer = client.Client(url, token).get("/api/v1/rejects", "rejects", limit=limit)
    if as_json:
        show.as_json(answer)
        return
    if not answer["rejects"]:
        click.echo("Everything that was sent could be taken.")
    for reject in answer["rejects"]:
        click.echo(show.clean(f"{show.moment(reject['at'])}  {reject['source']}"))
        for line in reject["reason"].splitlines():
            click.echo(f"    {show.clean(line)}")
        body = reject["body"]
        click.echo(f"    {show.clean(body[:_SHOWN])}{'…' if len(body) > _SHOWN else ''}")
