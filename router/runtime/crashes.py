"""Remembers ends that should not have been: what they were about, and when they come too often."""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

import msgspec

from router.core import event as e
from router.core.moment import DAY, HOUR, MINUTE
from router.core.waiting import Kind

WINDOW = 10 * MINUTE
TOO_MANY = 3
FIRST_ASIDE = HOUR // 2  # Doubled with every end that the same thing was the cause of.
LONGEST_ASIDE = 6 * HOUR

_CERTAIN, _DOUBTFUL = "by", "among"


class Suspects(msgspec.Struct, frozen=True):
    """What ended the process: `guilty` things with how often, and those that may have."""

    guilty: dict[str, int] = {}
    doubtful: frozenset[str] = frozenset()

    def spans(self) -> dict[str, int]:
        """How long each guilty one is to be left alone, in microseconds."""
        return {
            name: min(FIRST_ASIDE << min(times - 1, 10), LONGEST_ASIDE)
            for name, times in self.guilty.items()
        }


def suspect(event: e.Event) -> str:
    """What an event is about, if it would come again after a start; empty if somebody sent it."""
    match event:
        case e.Due():
            return f"{Kind(event.kind).name.lower()} {event.id}"
        case e.Stopped():
            return f"stopped {Kind(event.kind).name.lower()} {event.id}"
        case e.Claimed() | e.Delivered() | e.Failed() | e.Skipped():
            return f"delivery {event.delivery}"
        case e.Swept():
            return "sweep"
    return ""


def stopped(name: str) -> e.Stopped | None:
    """The event that sets a guilty thing aside by the rules; None for what has no such rule."""
    kind, _, number = name.partition(" ")
    if kind.upper() not in Kind.__members__ or not number.isdigit():
        return None
    what = "it ended the process"
    return e.Stopped(Kind[kind.upper()], int(number), what)


def note(folder: Path, wall: int, names: Collection[str] = (), *, mixed: bool = False) -> None:
    """Remember that the process had to end at *wall*, while it decided on things with these names.

    They are to blame if they are all about one thing, unless others were decided on (`mixed`).
    Best effort: the disk may be the reason.
    """
    things = {name.removeprefix("stopped ") for name in names}
    how = _CERTAIN if len(things) == 1 and not mixed else _DOUBTFUL
    told = f" {how} {','.join(sorted(set(names)))}" if names else ""
    try:
        with (folder / "crashes").open("a") as marks:
            marks.write(f"{wall}{told}\n")
    except OSError:
        return


def in_a_row(folder: Path, wall: int) -> bool:
    """Whether there were so many within ten minutes that new alerts should not be taken.

    What is older than a day is forgotten.
    """
    marks = _marks(folder, wall)
    if marks:
        with suppress(OSError):  # A full disk must not forbid the start.
            (folder / "crashes").write_text("".join(f"{line}\n" for _, line in marks))
    return sum(wall - at < WINDOW for at, _ in marks) >= TOO_MANY


def suspects(folder: Path, wall: int) -> Suspects:
    """Who is to be left alone, and who is to be decided on without company."""
    guilty: Counter[str] = Counter()
    doubtful: set[str] = set()
    for _, line in _marks(folder, wall):
        _, _, told = line.partition(" ")
        how, _, names = told.partition(" ")
        if how == _CERTAIN:
            guilty.update(names.split(","))
        elif how == _DOUBTFUL:
            doubtful.update(names.split(","))
    return Suspects(dict(guilty), frozenset(doubtful - guilty.keys()))


def _marks(folder: Path, wall: int) -> list[tuple[int, str]]:
    """The marks of the last day, with the time of each."""
    path = folder / "crashes"
    if not path.exists():
        return []
    lines = path.read_text(errors="replace").splitlines()
    timed = [(line.partition(" ")[0], line) for line in lines]
    return [(int(at), line) for at, line in timed if at.isdigit() and wall - int(at) < DAY]
