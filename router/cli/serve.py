"""`tocsin serve`: run the service."""

import re
import sys
from pathlib import Path

import click

from router.cli.routes import config_option


def _address(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str | None:
    if value is None:
        return None
    found = re.fullmatch(r"(?:\[[0-9a-fA-F:]+\]|[^:\s]*):(\d{1,5})", value)
    if found is None or int(found[1]) > 65535:
        raise click.BadParameter(f"{value!r} is no HOST:PORT; write it like 127.0.0.1:9093")
    return value


def _url(_ctx: click.Context, _option: click.Parameter, value: str | None) -> str:
    from router.config.address import base_url

    try:
        return base_url(value) if value else ""
    except ValueError as error:
        raise click.BadParameter(f"{value!r} {error}") from None


@click.command()
@config_option
@click.option(
    "--data",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="TOCSIN_DATA",
    default="data",
    show_default="$TOCSIN_DATA, or ./data",
    metavar="DIR",
    help="Where everything is kept that was promised.",
)
@click.option(
    "--listen", metavar="HOST:PORT", callback=_address, help="Instead of what [api] says."
)
@click.option("--console", is_flag=True, help="Print what cannot be sent for want of a secret.")
@click.option("--url", metavar="URL", callback=_url, help="How people reach it, for links.")
@click.option(
    "--get-concurrency",
    "gets",
    type=click.IntRange(0, 10_000),
    default=0,
    metavar="N",
    help="Reads of the API at once; more are answered 503. By default one a processor, but 8.",
)
@click.option("--open", "everybody", is_flag=True, help="Ask nobody for a token.")
@click.option("--log-format", type=click.Choice(["json", "text"]), help="text on a terminal.")
@click.option(
    "--log-level",
    type=click.Choice(["debug", "info", "warning", "error"]),
    default="info",
    show_default=True,
)
@click.pass_context
def serve(
    ctx: click.Context,
    config: Path,
    data: Path,
    listen: str | None,
    console: bool,
    url: str,
    gets: int,
    everybody: bool,
    log_format: str | None,
    log_level: str,
) -> None:
    """Run the service until it is told to stop.

    A file called .yml or .yaml is an Alertmanager configuration, and served as it is. An edit of
    the file is in force within a second, as after SIGHUP. SIGTERM lets what is being
    sent end, and stops. Logs go to standard error.

    \b
    Examples:
      tocsin serve --console
      tocsin serve --config /etc/tocsin/routes.toml --data /var/lib/tocsin
      tocsin serve --config alertmanager.yml --listen :9093 --open
    """
    import anyio

    from router.app import serve as run
    from router.boot import ServeOptions
    from router.runtime import log

    options = ServeOptions(
        config=config,
        data=data,
        listen=listen,
        console=console,
        open=everybody,
        url=url,
        gets=gets,
    )
    written = log.setup(
        "json" if log_format == "json" else "text" if log_format else None, log_level
    )
    try:
        backend = {"use_uvloop": sys.platform != "win32"}
        code = anyio.run(run, options, backend_options=backend)
    finally:
        written.close()
    ctx.exit(code)
