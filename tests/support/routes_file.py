"""Reads pieces of a routes.toml as the whole file they would be part of."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from router.config.load import Loaded, load
from router.errors import ConfigError

NOWHERE = Path("/nonexistent")
ROUTE = '\n[route]\nreceiver = "base"\n'
BASE = "\n[receivers.base]\nconsole = [{}]\n"


def read(text: str, *, environ: Mapping[str, str] | None = None, folder: Path = NOWHERE) -> Loaded:
    """What a whole file says."""
    return load(text.encode(), folder=folder, environ=environ or {})


def whole(piece: str) -> str:
    """The piece, and below it the route and the receiver every file needs, unless it has them."""
    return piece + BASE + ("" if "[route]" in piece or piece.startswith("route =") else ROUTE)


def problems(
    piece: str, *, environ: Mapping[str, str] | None = None, folder: Path = NOWHERE
) -> list[str]:
    """Everything that is wrong with the piece."""
    with pytest.raises(ConfigError) as raised:
        read(whole(piece), environ=environ, folder=folder)
    return raised.value.problems
