"""`tocsin send`: report an alert, or its end, to a running service."""

from datetime import UTC, datetime, timedelta

import click

from router.cli import client
from router.cli.failure import Failure
from router.cli.labels import label_set, pairs


@click.command()
@click.argument("labels", nargs=-1, required=True, metavar="LABEL=VALUE...")
@click.option("--annotation", "annotations", multiple=True, metavar="NAME=TEXT")
@click.option("--resolve", is_flag=True, help="It is over.")
@click.option("--starts-at", metavar="TIME", help="When it began, if not now (ISO 8601).")
@click.option(
    "--for",
    "lasts",
    default="24h",
    show_default=True,
    metavar="DURATION",
    help="How long it goes on unless it is resolved or sent again.",
)
@client.options
def send(
    labels: tuple[str, ...],
    annotations: tuple[str, ...],
    resolve: bool,
    starts_at: str | None,
    lasts: str,
    url: str,
    token: str,
) -> None:
    """Report an alert. Its labels are its identity: send the same ones to resolve it.

    \b
    Examples:
      tocsin send alertname=DiskFull severity=critical instance=db1
      tocsin send alertname=DiskFull severity=critical instance=db1 --resolve
      tocsin send alertname=Odd --annotation summary="Look at this" --for 10m
    """
    from router.config.duration import parse

    named = label_set(labels)
    now = datetime.now(UTC)
    try:
        ends_at = now if resolve else now + timedelta(microseconds=parse(lasts))
    except ValueError as error:
        raise Failure(f"--for: {error}") from None
    alert = {
        "labels": named,
        "annotations": pairs(annotations, "annotation"),
        "endsAt": ends_at.isoformat(),
    }
    if starts_at or not resolve:
        alert["startsAt"] = (_time(starts_at) if starts_at else now).isoformat()
    service = client.Client(url, token)
    service.put("/api/v2/alerts", [alert])
    what = "resolved" if resolve else "reported"
    click.echo(f"{what} at {service.url}; see `tocsin incidents`")


def _time(text: str) -> datetime:
    """A time with a zone; without one it is this machine's."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError:
        raise Failure(f"{text!r} is no time; write it like 2026-05-01T12:30:00Z") from None
