"""The pair of clocks every decision is taken at, and the spans it is taken with."""

from datetime import UTC, datetime, timedelta

import msgspec

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Now(msgspec.Struct, frozen=True, gc=False):
    """One instant on both clocks, in microseconds.

    `wall` (since 1970, UTC) judges facts: starts, ends, silences, calendars, link expiry.
    `service` judges waits: steps, retries, group timers. No wall-clock jump moves it.
    """

    wall: int
    service: int


class Stamp(msgspec.Struct, frozen=True, gc=False):
    """Both clocks and the boot clock at one commit, from which service time goes on after a start.

    `boot` is microseconds of CLOCK_BOOTTIME (monotonic where absent) within boot `boot_id`.
    """

    now: Now
    boot: int
    boot_id: str


def to_datetime(wall: int) -> datetime:
    """The UTC datetime of a wall time in microseconds."""
    return _EPOCH + timedelta(microseconds=wall)


def from_datetime(moment: datetime) -> int:
    """Wall microseconds of an aware datetime.

    Raises:
        ValueError: the datetime has no zone.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone")
    return (moment - _EPOCH) // timedelta(microseconds=1)
