"""Points in time as senders write them, to wall microseconds."""

import re
from datetime import datetime, timedelta

from router.errors import DecodeError

_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - plain arithmetic in UTC.
_MICROSECOND = timedelta(microseconds=1)
_LATEST = (datetime(9999, 12, 31, 23, 59, 59) - _EPOCH) // _MICROSECOND  # noqa: DTZ001
_SHAPE = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d+))?)?"
    r"(?: ?(?:([Zz]|UTC|GMT)|([+-])([01]\d|2[0-3]):?([0-5]\d)(?: UTC)?))?",
    re.ASCII,
)
_LONGEST = 64
_MEMO_SIZE = 4096


class _Moments(dict[str | None, int | None]):
    """Times as they were written, and what they are: a batch holds few, and they come again."""

    def __missing__(self, text: str) -> int | None:
        wall = _parse(text)
        if len(self) >= _MEMO_SIZE:
            self.clear()
            self.update(_FIXED)
        self[text] = wall
        return wall


_FIXED = {None: None, "": 0}
MOMENTS = _Moments(_FIXED)  # What `moment` gives, for who asks for very many.


def moment(text: str | None) -> int | None:
    """Wall microseconds of an RFC 3339 time with any offset; None when it is not set.

    Not set is a missing time and year 1, which senders written in Go use for it; an empty text is
    1970, as Alertmanager has it. Finer fractions are cut off. Without an offset it is UTC, and a
    blank may stand for the T.

    Raises:
        DecodeError: not such a time.
    """
    return MOMENTS[text]


def _parse(text: str) -> int | None:
    match = _SHAPE.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise DecodeError(f'parsing time "{text[:_LONGEST]}": not an RFC 3339 time')
    year, month, day, hour, minute = map(int, match.group(1, 2, 3, 4, 5))
    if year < 2:
        return None
    try:
        local = datetime(year, month, day, hour, minute, int(match[6] or 0))  # noqa: DTZ001
    except ValueError as error:
        raise DecodeError(f'parsing time "{text}": {error}') from None
    wall = (local - _EPOCH) // _MICROSECOND + int((match[7] or "0")[:6].ljust(6, "0"))
    if match[9]:
        offset = (int(match[10]) * 60 + int(match[11])) * 60_000_000
        wall += offset if match[9] == "-" else -offset
    return min(wall, _LATEST)


def any_moment(value: object) -> int | None:
    """Wall microseconds of a time in any shape seen in the wild; None when it cannot be read.

    Numbers, and texts of digits, count seconds, milliseconds, microseconds or nanoseconds since
    1970, told apart by their size. What means "no time" (0, "", year 1) is None.
    """
    if isinstance(value, str):
        text = value.strip()
        try:
            return moment(text) if text else None
        except DecodeError:
            return _epoch(text)
    return _epoch(value) if isinstance(value, int | float) else None


def _epoch(value: str | float) -> int | None:
    if isinstance(value, str):
        if not re.fullmatch(r"\d{1,20}(\.\d{1,9})?", value, re.ASCII):
            return None
        value = float(value) if "." in value else int(value)
    if isinstance(value, bool) or not 0 < value < 10**19:
        return None
    for ceiling, multiplier in ((10**11, 1_000_000), (10**14, 1_000), (10**17, 1)):
        if value < ceiling:
            return int(value * multiplier)
    return int(value) // 1_000
