"""Go's time.Time and time.Duration, as far as templates can tell them from the real ones."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from router.gotemplate.limits import GoError

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MONTH_WORDS = """
January February March April May June July August September October November December
"""
_DAY_WORDS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_MONTHS, _DAYS = _MONTH_WORDS.split(), _DAY_WORDS.split()
_UNITS = (("h", 3_600_000_000_000), ("m", 60_000_000_000), ("s", 1_000_000_000))


class Named(int):
    """A number with a name, by which it prints: a month, or a day of the week."""

    type_name: str
    name: str

    def __new__(cls, type_name: str, number: int, name: str) -> "Named":
        made = super().__new__(cls, number)
        made.type_name, made.name = type_name, name
        return made

    def __str__(self) -> str:
        return self.name


class Duration:
    """A length of time in nanoseconds; it prints as `1h2m3.5s`."""

    __slots__ = ("nanos",)
    nanos: int
    PLAIN: ClassVar[dict[str, Callable[["Duration"], Any]]] = {
        "String": str,
        "Nanoseconds": lambda d: d.nanos,
        "Microseconds": lambda d: _towards_zero(d.nanos, 1000),
        "Milliseconds": lambda d: _towards_zero(d.nanos, 10**6),
        "Seconds": lambda d: d.nanos / 10**9,
        "Minutes": lambda d: d.nanos / (60 * 10**9),
        "Hours": lambda d: d.nanos / (3600 * 10**9),
        "Abs": lambda d: Duration(abs(d.nanos)),
    }
    CALLED: ClassVar[dict[str, Callable[..., Any]]] = {
        "Round": lambda d, unit: d.rounded(unit),
        "Truncate": lambda d, unit: d.truncated(unit),
    }

    def __init__(self, nanos: int) -> None:
        self.nanos = nanos

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Duration) and self.nanos == other.nanos

    def __hash__(self) -> int:
        return hash(self.nanos)

    def __bool__(self) -> bool:
        return self.nanos != 0

    def __str__(self) -> str:
        left = abs(self.nanos)
        sign = "-" if self.nanos < 0 else ""
        if left < 10**9:
            for unit, size in (("ms", 10**6), ("µs", 1000), ("ns", 1)):
                if left >= size:
                    return f"{sign}{_decimal(left, size)}{unit}"
            return "0s"
        text = ""
        for unit, size in _UNITS[:2]:
            count, left = divmod(left, size)
            text += f"{count}{unit}" if text or count else ""
        return f"{sign}{text}{_decimal(left, 10**9)}s"

    def truncated(self, unit: Any) -> "Duration":
        """Towards zero, to a multiple of *unit*."""
        size = span(unit).nanos
        return self if size <= 0 else Duration(_towards_zero(self.nanos, size) * size)

    def rounded(self, unit: Any) -> "Duration":
        """To the nearest multiple of *unit*, half away from zero."""
        size = span(unit).nanos
        if size <= 0:
            return self
        nearest = (2 * abs(self.nanos) + size) // (2 * size)
        return Duration(nearest * size * (-1 if self.nanos < 0 else 1))


def _towards_zero(number: int, size: int) -> int:
    return abs(number) // size * (-1 if number < 0 else 1)


def _decimal(number: int, size: int) -> str:
    whole, rest = divmod(number, size)
    digits = str(rest).rjust(len(str(size)) - 1, "0").rstrip("0") if rest else ""
    return f"{whole}.{digits}" if digits else str(whole)


def span(value: Any) -> Duration:
    """A duration argument; Go lets a constant number stand for nanoseconds.

    Raises:
        GoError: it is none.
    """
    if isinstance(value, Duration):
        return value
    if type(value) is int:
        return Duration(value)
    raise GoError("wrong type for value; expected time.Duration")


class Time:
    """A moment in nanoseconds since 1970, told in a zone; nanoseconds may be negative."""

    __slots__ = ("nanos", "zone")
    PLAIN: ClassVar[dict[str, Callable[["Time"], Any]]]
    CALLED: ClassVar[dict[str, Callable[..., Any]]]

    def __init__(self, nanos: int, zone: tzinfo = UTC) -> None:
        self.nanos, self.zone = nanos, zone

    @classmethod
    def parse(cls, text: str) -> "Time":
        """The moment an RFC 3339 text tells.

        Raises:
            ValueError: it is none.
        """
        body, dot, tail = text.partition(".")
        digits = ""
        if dot:
            digits = tail[: len(tail) - len(tail.lstrip("0123456789"))]
            body += tail[len(digits) :]
        moment = datetime.fromisoformat(body)
        if moment.tzinfo is None or "T" not in body:
            raise ValueError(f"{text!r} is no RFC 3339 time")
        offset = moment.utcoffset() or timedelta()
        seconds = (moment - _EPOCH) // timedelta(seconds=1)
        zone = timezone(offset) if offset else UTC
        return cls(seconds * 10**9 + int(digits.ljust(9, "0")[:9] or 0), zone)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Time) and self.nanos == other.nanos

    def __hash__(self) -> int:
        return hash(self.nanos)

    @property
    def clock(self) -> datetime:
        """What a calendar and a clock show there, without the fraction of the second."""
        return (_EPOCH + timedelta(seconds=self.nanos // 10**9)).astimezone(self.zone)

    @property
    def fraction(self) -> int:
        """The nanoseconds of the running second."""
        return self.nanos % 10**9

    @property
    def offset(self) -> int:
        """The seconds this zone is ahead of UTC then."""
        return int((self.clock.utcoffset() or timedelta()).total_seconds())

    @property
    def abbreviation(self) -> str:
        """What Go calls the zone then: its abbreviation, or its offset."""
        if isinstance(self.zone, ZoneInfo) or self.zone is UTC:
            return self.clock.tzname() or "UTC"
        hours, minutes = divmod(abs(self.offset) // 60, 60)
        sign = "-" if self.offset < 0 else "+"
        return f"{sign}{hours:02}{minutes:02}"

    def __str__(self) -> str:
        from router.gotemplate.layout import layout

        return layout(self, "2006-01-02 15:04:05.999999999 -0700 MST")

    def __sub__(self, other: "Time") -> Duration:
        return Duration(max(-(1 << 63), min((1 << 63) - 1, self.nanos - other.nanos)))


def month_name(month: int) -> str:
    """The month's English name."""
    return _MONTHS[month - 1]


def day_name(weekday: int) -> str:
    """The day's English name; Monday is 0."""
    return _DAYS[weekday]
