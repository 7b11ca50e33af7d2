"""Reads routes.toml for the commands that look at it without a service."""

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from router.config.load import Loaded

config_option = click.option(
    "--config",
    type=click.Path(path_type=Path),
    default="routes.toml",
    show_default=True,
    metavar="FILE",
    help="The file that says who must know.",
)


def read(path: Path) -> "Loaded":
    """Everything a file says.

    Raises:
        ConfigError: there is none, or it has mistakes.
    """
    from router.config.read import read as read_configuration
    from router.core.moment import from_datetime
    from router.errors import ConfigError

    try:
        text = path.read_bytes()
    except OSError as error:
        raise ConfigError([f"{path}: {error.strerror}; name the file with --config"]) from None
    wall = from_datetime(datetime.now(UTC))
    folder = path.resolve().parent
    return read_configuration(text, name=str(path), folder=folder, environ=os.environ, wall=wall)
