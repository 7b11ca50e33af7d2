"""What templates may make at most, and the error of whatever Go would refuse to do."""

from collections.abc import Iterable

TEXT_MAX = 262_144


class GoError(Exception):
    """What a template asks for cannot be done; worded as Go words it where it has words."""


def joined(parts: Iterable[str], between: str = "") -> str:
    """The parts as one text.

    Raises:
        GoError: it would be too long.
    """
    listed = list(parts)
    if sum(map(len, listed)) + len(between) * len(listed) > TEXT_MAX:
        raise GoError(f"a text is longer than {TEXT_MAX} characters")
    return between.join(listed)
