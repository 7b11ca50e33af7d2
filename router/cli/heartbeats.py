"""`tocsin heartbeats`: which calls came, and which are missing."""

from typing import Any

import click

from router.cli import client, show


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
@click.option("--check", is_flag=True, help="End with 1 when one is missing.")
@client.options
@click.pass_context
def heartbeats(ctx: click.Context, as_json: bool, check: bool, url: str, token: str) -> None:
    """List the heartbeats a running service expects, with when each last called.

    `new` has not called yet, `up` calls in time, `late` is within its grace, and `missing` has an
    alert. A job calls by POST, for example at the end of a crontab line:

    \b
      0 3 * * *  backup.sh && curl -fsS -X POST http://127.0.0.1:9093/heartbeat/backup

    \b
    Examples:
      tocsin heartbeats
      tocsin heartbeats --check --json
    """
    answer = client.Client(url, token).get("/api/v1/heartbeats", "heartbeats")
    found = answer["heartbeats"]
    if as_json:
        show.as_json(answer)
    elif not found:
        click.echo("No heartbeat is expected; add [heartbeats.NAME] to routes.toml.")
    else:
        head = ("NAME", "STATE", "EVERY", "GRACE", "LAST SEEN", "")
        show.table([head, *(_row(each) for each in found)])
    ctx.exit(1 if check and any(each["state"] == "missing" for each in found) else 0)


def _row(beat: dict[str, Any]) -> tuple[str, ...]:
    if beat["missing_since"]:
        note = f"missing since {show.moment(beat['missing_since'])}"
    else:
        note = f"alerts at {show.moment(beat['alerts_at'])}"
    return (
        beat["name"],
        beat["state"],
        show.span(round(beat["every_seconds"] * show.SECOND)),
        show.span(round(beat["grace_seconds"] * show.SECOND)),
        show.moment(beat["last_seen"]) or "never",
        note,
    )
