"""What the pages of documentation show can be used as it stands."""

import re
from pathlib import Path

import pytest
from support.routes_file import BASE, ROUTE, read

PAGE = (Path(__file__).parents[2] / "docs" / "heartbeats.md").read_text("utf-8")
BLOCKS = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)


@pytest.mark.parametrize("block", BLOCKS, ids=lambda block: block.partition("\n")[0][:30])
def test_every_routes_toml_about_heartbeats_loads(block: str) -> None:
    assert read(block + BASE + ROUTE).configuration


def test_all_of_them_together_are_one_file() -> None:
    found = read("".join(BLOCKS) + BASE + ROUTE).configuration
    assert found.heartbeats
    assert found.maintenance
    assert found.deadman is not None
    assert found.tree.meta is not None
