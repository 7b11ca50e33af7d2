"""The real amtool renders the same of what is written here as ours does, or refuses it too."""

from pathlib import Path

import pytest
from support.go_templates import by_amtool, by_us

HERE = Path(__file__).parent
TEXTS = (HERE / "texts.txt").read_text("utf-8").splitlines()
HTML = (HERE / "html.txt").read_text("utf-8").splitlines()


@pytest.mark.parametrize("text", TEXTS)
def test_amtool_renders_the_same_text(text: str, tmp_path: Path) -> None:
    agree(text, tmp_path, html=False)


@pytest.mark.parametrize("text", HTML)
def test_amtool_renders_the_same_html(text: str, tmp_path: Path) -> None:
    agree(text, tmp_path, html=True)


def agree(text: str, folder: Path, *, html: bool) -> None:
    """Both make the same of it, or both refuse it."""
    theirs = by_amtool(text, folder, html=html)
    if theirs is None:
        with pytest.raises(Exception, match=r".+"):
            by_us(text, html=html)
    else:
        assert by_us(text, html=html) == theirs
