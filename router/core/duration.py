"""Durations as Prometheus writes them."""

import re

from router.core.moment import DAY, HOUR, MINUTE, SECOND

LONGEST = 10 * 365 * DAY

_UNITS = {
    "y": 365 * DAY,
    "w": 7 * DAY,
    "d": DAY,
    "h": HOUR,
    "m": MINUTE,
    "s": SECOND,
    "ms": SECOND // 1000,
}
_FORM = re.compile("".join(f"(?:([0-9]{{1,15}}){unit})?" for unit in _UNITS), re.ASCII).fullmatch


def parse(text: str) -> int:
    """The microseconds of `90s`, `5m`, `1h30m` or `1d`: whole numbers, larger units first.

    Raises:
        ValueError: it is none, or longer than ten years.
    """
    found = _FORM(text)
    if text == "0":
        return 0
    if found is None or not text:
        raise ValueError(f"{text!r} is no duration; write it like 90s, 5m, 1h30m or 1d")
    spans = zip(found.groups(), _UNITS.values(), strict=True)
    total = sum(int(number) * unit for number, unit in spans if number)
    if total > LONGEST:
        raise ValueError(f"{text!r} is longer than ten years")
    return total
