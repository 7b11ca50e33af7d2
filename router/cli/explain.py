"""`tocsin explain`: what would become of an alert, and who would be called when."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from router.cli import routes
from router.cli.failure import Failure
from router.cli.labels import label_set

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
@click.option("--json", "as_json", is_flag=True, help="Print it for programs.")
def explain(
    labels: tuple[str, ...], config: Path, at: str | None, lasts: str, as_json: bool
) -> None:
    """Say which routes an alert takes, and who would be called when if nobody answered.

    It is what the service would decide, run ahead of the clock: nothing is sent. No other alert
    fires, nothing is silenced, and everything that is sent arrives.

    \b
    Examples:
      tocsin explain severity=critical alertname=DiskFull
      tocsin explain severity=warning --at 2026-12-24T03:00 --for 8h
    """
    from router.cli import explained
    from router.config.duration import parse

    loaded = routes.read(config)
    try:
        horizon = parse(lasts)
    except ValueError as error:
        raise Failure(f"--for: {error}") from None
    told = explained.work_out(loaded.configuration, label_set(labels), _wall(at, loaded), horizon)
    if as_json:
        explained.print_json(told)
    else:
        explained.print_text(told)


def _wall(at: str | None, loaded: "Loaded") -> int:
    """The moment in microseconds; a time without a zone is in the one that routes.toml names."""
    from router.cli import when

    return when.now() if at is None else when.parse(at, "--at", loaded.configuration.timezone)
