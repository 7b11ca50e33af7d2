"""Time zones by their IANA names."""

from zoneinfo import available_timezones

from router.config.nearest import nearest
from router.core.interval import IntervalError, parse_location


def zone(text: str) -> str:
    """The name of a time zone that exists.

    Raises:
        ValueError: it does not; the message names the one that was probably meant.
    """
    try:
        return parse_location(text)
    except IntervalError:
        near = nearest(text, sorted(available_timezones()))
        meant = f"did you mean {near!r}?" if near else "write an IANA name such as Europe/Berlin"
        raise ValueError(f"there is no time zone {text!r}; {meant}") from None
