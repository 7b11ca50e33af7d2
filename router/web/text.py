"""Words and times as people and programs are shown them."""

import unicodedata
from zoneinfo import ZoneInfo

from router.core.moment import to_datetime
from router.core.state import State

_INVISIBLE = frozenset(("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"))


def rfc3339(wall: int) -> str:
    """A wall time as APIs write it: `2026-11-20T20:11:38.362Z`."""
    return f"{to_datetime(wall).replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def clock(wall: int, zone: str = "UTC") -> str:
    """A wall time as people read it, by the clocks of this zone."""
    return to_datetime(wall).astimezone(ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M:%S %Z")


def one_line(text: str, longest: int) -> str:
    """Text somebody typed or sent, on one line, without what cannot be seen, cut to `longest`."""
    visible = ("" if unicodedata.category(c) in _INVISIBLE else c for c in " ".join(text.split()))
    return "".join(visible)[:longest].strip()


def person(state: State, by: str) -> str:
    """The name of a user id, or what it says itself."""
    user = state.configuration.users.get(by)
    return user.name or user.id if user else by
