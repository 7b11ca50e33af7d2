"""Virtual time, as stories spell it: hours, minutes and seconds since the story began."""

from router.core.moment import HOUR, MINUTE, SECOND, Now

BEGAN = Now(1_800_000_000 * SECOND, 1_000 * SECOND)
"""When every story begins: Friday 2027-01-15 08:00 UTC."""


def after(text: str) -> int:
    """The microseconds of `1:30`, an hour and a half, or of `0:00:05.5`, a few seconds."""
    hours, minutes, seconds = [*text.split(":"), "0"][:3]
    return int(hours) * HOUR + int(minutes) * MINUTE + round(float(seconds) * SECOND)


def spell(passed: int) -> str:
    """The same the other way round; seconds only where there are some."""
    minutes, rest = divmod(passed, MINUTE)
    text = f"{minutes // 60}:{minutes % 60:02}"
    if not rest:
        return text
    seconds, fraction = divmod(rest, SECOND)
    return f"{text}:{seconds:02}" + (f".{fraction:06}".rstrip("0") if fraction else "")
