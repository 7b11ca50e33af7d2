"""Short words for the schedules that tests need."""

from datetime import date

from router.core.layer import Layer, anchored
from router.core.restriction import Restriction, over_night
from router.core.rotation import Rotation
from router.core.schedule import Override, Schedule
from support.clocks import at, local

LENGTHS = {"hourly": 60, "12h": 720, "daily": 1440, "weekly": 10080}
NAMES = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def turns(*users: str) -> tuple[tuple[str, ...], ...]:
    """One turn a word; `ana+bo` share one."""
    return tuple(tuple(each.split("+")) for each in users)


def rotation(length: str, start: str, zone: str = "UTC") -> Rotation:
    """Turns of this length from this local hand-off on."""
    if length == "monthly":
        return Rotation(start=local(start), timezone=zone, months=1)
    return Rotation(start=local(start), timezone=zone, minutes=LENGTHS[length])


def hours(text: str) -> Restriction:
    """`mon tue 09:00-17:00`; without a weekday it is every day."""
    *days, span = text.split()
    start, end = (int(clock[:2]) * 60 + int(clock[3:]) for clock in span.split("-"))
    listed = tuple(map(NAMES.index, days)) or tuple(range(7))
    return Restriction(days=listed, start=start, end=over_night(start, end))


def layer(
    *users: str,
    every: str = "",
    start: str = "2026-01-05 09:00",
    anchor: tuple[str, str] | None = None,
    restrict: tuple[str, ...] = (),
    holidays: tuple[str, ...] = (),
    zone: str = "UTC",
    priority: int = 0,
) -> Layer:
    """A layer; `anchor` names who has the turn at which local time."""
    turning = rotation(every, start, zone) if every else None
    first = 0
    if anchor and turning:
        first = anchored(turns(*users), turning, anchor[0], at(anchor[1], zone))
    return Layer(
        turns=turns(*users),
        rotation=turning,
        first=first,
        restrict=tuple(map(hours, restrict)),
        holidays=tuple(map(date.fromisoformat, holidays)),
        timezone=zone,
        priority=priority,
    )


def override(
    since: str,
    until: str,
    *users: str,
    add: tuple[str, ...] = (),
    remove: tuple[str, ...] = (),
    zone: str = "UTC",
) -> Override:
    """An exception; with nobody added or removed, `users` are on call, even if there are none."""
    named = None if add or remove else users
    return Override(start=at(since, zone), end=at(until, zone), users=named, add=add, remove=remove)


def schedule(*layers: Layer, overrides: tuple[Override, ...] = (), zone: str = "UTC") -> Schedule:
    """A schedule of these layers, the last one above the others."""
    return Schedule(name="primary", layers=layers, overrides=overrides, timezone=zone)
