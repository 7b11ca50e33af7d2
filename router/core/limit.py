"""How many messages a person is sent by one method, and when the next may leave."""

from collections.abc import Mapping, Sequence

import msgspec

from router.core.moment import HOUR, MINUTE, SECOND


class Limit(msgspec.Struct, frozen=True):
    """At most `count` messages within any `per` microseconds.

    A `smooth` one grants at once what the window before it in the list grants, and spreads the
    rest evenly over the remaining time.
    """

    count: int
    per: int
    smooth: bool = False


class Pace(msgspec.Struct, frozen=True):
    """When a contact was last sent something (service time), oldest first."""

    contact: str
    sent: tuple[int, ...] = ()


STORM = Limit(3, 10 * SECOND)
"""What nobody is spared, whatever else her limits grant: more within moments is a storm."""

DEFAULTS: Mapping[str, tuple[Limit, ...]] = {
    "sms": (
        Limit(1, MINUTE),
        Limit(5, 15 * MINUTE),
        Limit(11, HOUR, smooth=True),
        Limit(21, 3 * HOUR, smooth=True),
    ),
    "email": (Limit(1, MINUTE),),
}
"""GoAlert's windows, which people live with; chats have those of the storm only."""


def free_at(limits: Sequence[Limit], sent: Sequence[int], now: int) -> int:
    """The first time from `now` on at which all limits let one more message leave."""
    times = sorted(sent)
    at = now
    while True:
        free, before = at, Limit(0, 0)
        for limit in limits:
            free = max(free, _free(limit, before, times, at))
            before = limit
        if free == at:
            return at
        at = free


def _free(limit: Limit, before: Limit, times: Sequence[int], at: int) -> int:
    """A time, `at` or later, before which this limit lets nothing leave."""
    inside = [sent for sent in times if sent > at - limit.per]
    count = len(inside)
    if count >= limit.count:
        return inside[count - limit.count] + limit.per
    base, window = (before.count, before.per) if limit.smooth else (limit.count, 0)
    if not inside or count <= base:
        return at
    share, rest = limit.count - base, limit.per - window
    even = inside[0] + window + -(-(count - base) * rest // share)
    return max(at, min(even, inside[0] + limit.per))
