"""Counts ends that should not have been, so that a crash loop ends in safe mode."""

from pathlib import Path

from router.core.moment import MINUTE

WINDOW = 10 * MINUTE
TOO_MANY = 3


def note(folder: Path, wall: int) -> None:
    """Remember that the process had to end at *wall*. Best effort: the disk may be the reason."""
    try:
        with (folder / "crashes").open("a") as marks:
            marks.write(f"{wall}\n")
    except OSError:
        return


def in_a_row(folder: Path, wall: int) -> bool:
    """Whether there were so many within ten minutes that new alerts should not be taken.

    Older marks are forgotten.
    """
    path = folder / "crashes"
    if not path.exists():
        return False
    marks = [int(line) for line in path.read_text().split() if line.isdigit()]
    recent = [mark for mark in marks if wall - mark < WINDOW]
    path.write_text("".join(f"{mark}\n" for mark in recent))
    return len(recent) >= TOO_MANY
