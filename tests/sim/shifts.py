"""What people ask for of who is on call: overrides, several at a time or of nobody, and swaps."""

from random import Random

from router.core import event as e
from router.core.moment import MINUTE
from router.core.schedule import Override

_LONGEST = 150
_ALONE = 60  # Nobody leaves it to nobody for longer.


def swap(chance: Random, wall: int, name: str) -> e.Swapped:
    """Ana takes Bo's turns for a while."""
    start, end = _span(chance, wall, _LONGEST)
    return e.Swapped(
        schedule="duty",
        user="bo",
        taker="ana",
        start=start,
        end=end,
        by="bo",
        via="api",
        comment=name,
    )


def override(chance: Random, wall: int, name: str) -> e.Overridden:
    """Ana is on call for a while, in place of Bo or beside him, or nobody is."""
    count = chance.choice((1, 1, 1, 2, 3))
    changes = tuple(_change(chance, wall) for _ in range(count))
    return e.Overridden(schedule="duty", overrides=changes, by="bo", via="api", comment=name)


def _change(chance: Random, wall: int) -> Override:
    how = chance.choice(("named", "named", "added", "nobody", "removed"))
    start, end = _span(chance, wall, _ALONE if how in ("nobody", "removed") else _LONGEST)
    match how:
        case "added":
            return Override(start=start, end=end, add=("ana",))
        case "nobody":
            return Override(start=start, end=end, users=())
        case "removed":
            return Override(start=start, end=end, remove=("bo",))
    return Override(start=start, end=end, users=chance.choice((("ana",), ("ana", "bo"))))


def _span(chance: Random, wall: int, longest: int) -> tuple[int, int]:
    start = wall + chance.choice((-5, 0, 0, 3, 40)) * MINUTE
    return start, start + chance.randint(1, longest) * MINUTE
