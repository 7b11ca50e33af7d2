"""How turns follow one another, and whose turn it is at a moment."""

from router.config import duration
from router.config.localtime import EXAMPLE, instant, local
from router.config.table import Table
from router.core.moment import MINUTE, SECOND
from router.core.rotation import Rotation

_DAY = 24 * 60
WORDS = {
    "hourly": {"minutes": 60},
    "daily": {"minutes": _DAY},
    "weekly": {"minutes": 7 * _DAY},
    "monthly": {"months": 1},
}
SHORTEST = 15 * MINUTE
MONTHS_MAX = 120


def read(table: Table, timezone: str, *, required: bool) -> Rotation | None:
    """The `rotation` of a layer, from its `start` on; only one single turn needs none."""
    start = local(table, "start")
    length = _length(table)
    if required:
        known = f'{", ".join(WORDS)}, or {{ every = "12h" }}'
        table.need("rotation", f"several take turns; needs their length, rotation = {known}")
    if "rotation" in table:
        table.need("start", f"needs the local time of a hand-off, start = {EXAMPLE}")
    elif "start" in table:
        table.problem("has a start, but no rotation", "start")
    if start is None or length is None:
        return None
    return Rotation(start=start, timezone=timezone, **length)


def _length(table: Table) -> dict[str, int] | None:
    if not isinstance(table.values.get("rotation"), dict):
        return _word(table)
    own = table.table("rotation")
    every = own.duration("every", None)
    months = own.number("months", None, least=1, most=MONTHS_MAX)
    if "every" in own and "months" in own:
        own.problem("has every and months; give one of them")
    elif "every" not in own and "months" not in own:
        own.absent('needs how long a turn is, every = "12h", or months = 3', "every", "months")
    elif every is not None and (every < SHORTEST or every % MINUTE):
        own.problem("a turn is at least 15 minutes, and whole ones", "every")
    elif every is not None:
        return {"minutes": every // MINUTE}
    elif months is not None:
        return {"months": months}
    return None


def _word(table: Table) -> dict[str, int] | None:
    word = table.values.get("rotation")
    if isinstance(word, str) and word not in WORDS and _is_duration(word):
        table.text("rotation", "")
        table.problem(f'write {{ every = "{word}" }}', "rotation")
        return None
    return WORDS.get(table.choice("rotation", tuple(WORDS), ""))


def _is_duration(text: str) -> bool:
    try:
        return duration.parse(text) >= SECOND
    except ValueError:
        return False


def anchor(table: Table, timezone: str) -> tuple[str, int] | None:
    """Who has the turn that contains which wall microseconds, if the file says so."""
    own = table.table("anchor")
    user, at = own.text("user", None), instant(own, "at", timezone)
    if "anchor" not in table:
        return None
    if "rotation" not in table:
        table.problem("there is no rotation for it to hold on to", "anchor")
    own.need("user", "needs the user who has the turn")
    own.need("at", f"needs a moment of that turn, at = {EXAMPLE}")
    return None if user is None or at is None else (user, at)
