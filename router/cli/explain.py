"""`tocsin explain`: what would become of an alert, and who would be called when."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from router.cli import client, routes, show
from router.cli.failure import Failure
from router.cli.labels import label_set
from router.core.moment import SECOND

if TYPE_CHECKING:
    from router.config.load import Loaded


@click.command()
@click.argument("labels", nargs=-1, required=True, metavar="LABEL=VALUE...")
@routes.config_option
@click.option("--at", metavar="TIME", help="When it would begin, if not now (ISO 8601).")
@click.option(
    "--for",
    "lasts",
    default="2h",
    show_default=True,
    metavar="DURATION",
    help="How far to look ahead.",
)
@click.option(
    "--url", metavar="URL", default="", help="Ask the service that runs there, not the file."
)
@click.option(
    "--dead", metavar="CHANNEL", multiple=True, help="Suppose that nothing can be sent by it."
)
@client.token_option
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
def explain(
    labels: tuple[str, ...],
    config: Path,
    at: str | None,
    lasts: str,
    url: str,
    dead: tuple[str, ...],
    token: str,
    as_json: bool,
) -> None:
    """Say which routes an alert takes, and who would be called when if nobody answered.

    It is what the service would decide, run ahead of the clock: nothing is sent. No other alert
    fires, nothing is silenced, and everything that is sent arrives, unless by a channel that is
    --dead (sms, slack, email). A running service (--url) says beside it what would keep such an
    alert quiet now.

    \b
    Examples:
      tocsin explain severity=critical alertname=DiskFull
      tocsin explain severity=warning --at 2026-12-24T03:00 --for 8h
      tocsin explain severity=critical --for 2h --dead sms
      tocsin explain severity=critical --url http://127.0.0.1:9093
    """
    from router.cli import explained

    named = label_set(labels)
    horizon = _span(lasts)
    _check_channels(dead)
    if url:
        told = _asked(url, token, named, at, horizon, dead)
    else:
        told = _read(config, named, at, horizon, dead)
    if as_json:
        show.as_json(told)
    else:
        explained.print_text(told)


def _check_channels(dead: tuple[str, ...]) -> None:
    from router.config.channels import CHANNELS
    from router.config.nearest import hint

    for channel in dead:
        if channel not in CHANNELS:
            raise Failure(f"--dead: there is no channel {channel!r}{hint(channel, CHANNELS)}")


def _asked(
    url: str,
    token: str,
    labels: dict[str, str],
    at: str | None,
    horizon: int,
    dead: tuple[str, ...],
) -> dict[str, Any]:
    asked: dict[str, Any] = {"labels": labels, "for_seconds": horizon / SECOND}
    asked |= {"dead": dead} if dead else {}
    asked |= {"at": at} if at else {}
    return client.Client(url, token).post("/api/v1/routes/test", asked, "timeline")


def _read(
    config: Path, labels: dict[str, str], at: str | None, horizon: int, dead: tuple[str, ...]
) -> dict[str, Any]:
    from router.core.explanation import work_out
    from router.web.explanation import explanation

    loaded = routes.read(config)
    wall = _wall(at, loaded)
    return explanation(work_out(loaded.configuration, labels, wall, horizon, dead=dead))


def _span(lasts: str) -> int:
    from router.config.duration import parse

    try:
        return parse(lasts)
    except ValueError as error:
        raise Failure(f"--for: {error}") from None


def _wall(at: str | None, loaded: "Loaded") -> int:
    """The moment in microseconds; a time without a zone is in the one that routes.toml names."""
    from router.cli import when

    return when.now() if at is None else when.parse(at, "--at", loaded.configuration.timezone)
