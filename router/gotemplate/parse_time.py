"""Reads times by Go's layouts, the common parts of them."""

import re
from datetime import UTC, datetime, timedelta, timezone

from router.gotemplate.layout import PARTS
from router.gotemplate.limits import GoError
from router.gotemplate.moments import Time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_PATTERNS = {
    "January": "(?P<name>[A-Za-z]+)",
    "Jan": "(?P<name>[A-Za-z]{3})",
    "Monday": "[A-Za-z]+",
    "Mon": "[A-Za-z]{3}",
    "MST": "[A-Z]{3,4}",
    "2006": "(?P<year>[0-9]{4})",
    "06": "(?P<short>[0-9]{2})",
    "01": "(?P<month>[0-9]{2})",
    "1": "(?P<month>[0-9]{1,2})",
    "02": "(?P<day>[0-9]{2})",
    "_2": "(?P<day>[ 0-9]?[0-9])",
    "2": "(?P<day>[0-9]{1,2})",
    "15": "(?P<hour>[0-9]{1,2})",
    "03": "(?P<half>[0-9]{2})",
    "3": "(?P<half>[0-9]{1,2})",
    "04": "(?P<minute>[0-9]{2})",
    "4": "(?P<minute>[0-9]{1,2})",
    "05": r"(?P<second>[0-9]{2})(?P<fraction>[.,][0-9]{1,9})?",
    "5": r"(?P<second>[0-9]{1,2})(?P<fraction>[.,][0-9]{1,9})?",
    "PM": "(?P<noon>[AP]M)",
    "pm": "(?P<noon>[ap]m)",
}
_ZONE = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?").fullmatch


def parse_time(written: str, text: str) -> Time:
    """The moment that *text* tells in the layout *written*, in UTC where it names no offset.

    Raises:
        GoError: it does not.
    """
    wrong = GoError(f'parsing time "{text}" as "{written}": cannot parse')
    pieces = PARTS.split(written)
    pattern = "".join(
        re.escape(piece) if at % 2 == 0 else _pattern(piece) for at, piece in enumerate(pieces)
    )
    try:
        found = re.compile(pattern).fullmatch(text)
        if found is None:
            raise wrong
        return _time({name: value for name, value in found.groupdict().items() if value})
    except (re.error, ValueError, OverflowError):
        raise wrong from None


def _pattern(piece: str) -> str:
    if piece[0] in "-Z":
        return f"(?P<zone>{'Z|' if piece[0] == 'Z' else ''}[+-][0-9]{{2}}(?::?[0-9]{{2}})?)"
    return _PATTERNS.get(piece, "[.,]?[0-9]*")


def _time(parts: dict[str, str]) -> Time:
    year = int(parts.get("year", 0)) or 1
    if "short" in parts:
        year = int(parts["short"]) + (1900 if int(parts["short"]) >= 69 else 2000)
    month = int(parts.get("month", 1))
    if "name" in parts:
        month = _MONTHS.index(parts["name"][:3].lower()) + 1
    hour = int(parts.get("hour", parts.get("half", 0)))
    if noon := parts.get("noon", "").upper():
        hour = hour % 12 + (12 if noon == "PM" else 0)
    zone = UTC
    if found := _ZONE(parts.get("zone", "")):
        offset = timedelta(hours=int(found[2]), minutes=int(found[3] or 0))
        zone = timezone(-offset if found[1] == "-" else offset) if offset else UTC
    moment = datetime(
        *(year, month, int(parts.get("day", 1)), hour),
        *(int(parts.get("minute", 0)), int(parts.get("second", 0))),
        tzinfo=zone,
    )
    seconds = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)
    fraction = parts.get("fraction", "")[1:].ljust(9, "0")
    return Time(seconds * 10**9 + int(fraction), zone)
