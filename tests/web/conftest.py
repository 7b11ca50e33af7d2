"""A web to knock at."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from support.site import ROUTES, TOKENS, Site, site


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Site]:
    """Listening on loopback: nobody is asked for a token."""
    async with site(tmp_path) as found:
        yield found


@pytest.fixture
async def abroad(tmp_path: Path) -> AsyncIterator[Site]:
    """As if listening to the world: tokens are asked for."""
    async with site(tmp_path, local=False, routes=TOKENS + ROUTES) as found:
        yield found
