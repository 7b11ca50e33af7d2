"""Reads a configuration in whichever of the two notations its file is in."""

from collections.abc import Mapping
from pathlib import Path

from router.config.almanac import Kept
from router.config.load import Loaded, load

ALERTMANAGER = (".yml", ".yaml")


def is_alertmanager(name: str) -> bool:
    """Whether a file of this name is Alertmanager's configuration, and not a routes.toml."""
    return name.lower().endswith(ALERTMANAGER)


def read(
    text: bytes,
    *,
    name: str,
    folder: Path,
    environ: Mapping[str, str],
    wall: int | None = None,
    lenient: bool = False,
    kept: Kept | None = None,
) -> Loaded:
    """Read and check a routes.toml, or an alertmanager.yml if it is called so.

    With *lenient*, template files that cannot be used are warned of, and do without.

    Raises:
        ConfigError: it has mistakes; `problems` are all of them, with their lines.
    """
    if not is_alertmanager(name):
        return load(
            text,
            name=name,
            folder=folder,
            environ=environ,
            wall=wall,
            lenient=lenient,
            kept=kept,
        )
    # Only here, so that whoever has a routes.toml does not wait for the other notation.
    from router.config.alertmanager.load import load as load_alertmanager

    return load_alertmanager(
        text, name=name, folder=folder, environ=environ, wall=wall, lenient=lenient
    )
