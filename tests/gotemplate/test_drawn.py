"""Whatever is drawn, the real amtool and ours make the same of it, or both refuse it."""

import os
import random
from pathlib import Path

from support.go_templates import by_amtool, by_us
from support.go_texts import Texts

from router.gotemplate.limits import GoError
from router.gotemplate.nodes import TemplateError
from router.senders.budget import OverBudget

LONG = bool(os.environ.get("TOCSIN_LONG"))
SEED = os.environ.get("TOCSIN_SEED") or (str(random.randrange(10**9)) if LONG else "1")
ROUNDS = 3000 if LONG else 100


def test_amtool_renders_what_was_drawn_as_ours_does(tmp_path: Path) -> None:
    texts = Texts(random.Random(SEED))
    agreed = 0
    for _ in range(ROUNDS):
        text = texts.template()
        theirs, ours = by_amtool(text, tmp_path), _ours(text)
        assert ours == theirs, f"TOCSIN_SEED={SEED}: {text!r}"
        agreed += theirs is not None
    assert agreed > ROUNDS // 10, "most were refused: they show little"


def test_amtool_renders_what_was_drawn_as_html_as_ours_does(tmp_path: Path) -> None:
    texts = Texts(random.Random(SEED))
    for _ in range(ROUNDS // 5):
        text = f"<p>{texts.template()}</p>"
        theirs = by_amtool(text, tmp_path, html=True)
        try:
            ours = by_us(text, html=True)
        except TemplateError as error:
            if "cannot be translated" in str(error):
                continue
            ours = None
        except (GoError, OverBudget, RecursionError):
            ours = None
        assert ours == theirs, f"TOCSIN_SEED={SEED}: {text!r}"


def _ours(text: str) -> str | None:
    try:
        return by_us(text)
    except (TemplateError, GoError, OverBudget, RecursionError):
        return None
