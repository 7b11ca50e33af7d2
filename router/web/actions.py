"""What may be asked of an incident by API: the body of each request, and the event it makes."""

from datetime import datetime
from typing import Literal

import msgspec

from router.core import duration
from router.core.event import (
    Acknowledged,
    Escalated,
    Noted,
    Reassigned,
    Resolved,
    Snoozed,
    Summoned,
    Unacknowledged,
    Unsnoozed,
)
from router.core.hand_over import NAMED_MOST
from router.core.moment import Now, from_datetime
from router.core.snooze import LONGEST
from router.core.target import LONGEST as NAME_LONGEST
from router.web.refusal import Refused
from router.web.text import one_line

COMMENT_LONGEST = 2000

Doing = (
    Acknowledged
    | Unacknowledged
    | Resolved
    | Snoozed
    | Unsnoozed
    | Escalated
    | Reassigned
    | Summoned
    | Noted
)


class Posted(msgspec.Struct, frozen=True):
    """What may stand in a request's body: who asks, by what, in which words, and what for.

    `span` is called `for` on the wire.
    """

    by: str = ""
    via: Literal["api", "cli"] = "api"
    comment: str = ""
    span: str = msgspec.field(default="", name="for")
    until: str = ""
    version: int = 0
    to: list[str] | str = ""


class PostedPage(msgspec.Struct, frozen=True):
    """What stands in the body of a page by hand."""

    to: str = ""
    text: str = ""
    by: str = ""
    via: Literal["api", "cli"] = "api"
    key: str = ""


# What the rules answer when it is done, or was so already; any other answer is a refusal.
GOOD = {
    "ack": ("acknowledged", "already"),
    "unack": ("unacknowledged", "already"),
    "resolve": ("resolved",),
    "snooze": ("snoozed",),
    "unsnooze": ("unsnoozed", "already"),
    "escalate": ("escalated", "already"),
    "reassign": ("reassigned",),
    "responders": ("summoned", "already"),
    "note": ("noted",),
}


def doing(action: str, number: int, by: str, posted: Posted, now: Now) -> Doing:
    """The event that a request makes.

    Raises:
        Refused: 400 when its body lacks what the action needs, or says it wrongly.
    """
    via, comment = posted.via, one_line(posted.comment, COMMENT_LONGEST)
    match action:
        case "ack":
            return Acknowledged(incident=number, by=by, via=via, comment=comment)
        case "unack":
            return Unacknowledged(incident=number, by=by, via=via, comment=comment)
        case "snooze":
            span = _span(posted, now)
            return Snoozed(incident=number, span=span, by=by, via=via, comment=comment)
        case "unsnooze":
            return Unsnoozed(incident=number, by=by, via=via, comment=comment)
        case "escalate":
            seen = posted.version
            return Escalated(incident=number, version=seen, by=by, via=via, comment=comment)
        case "reassign":
            to = _names(posted)
            return Reassigned(incident=number, to=to, by=by, via=via, comment=comment)
        case "responders":
            to = _names(posted)
            return Summoned(incident=number, to=to, by=by, via=via, comment=comment)
        case "note":
            if not comment:
                raise Refused(400, 'a note needs some text: {"comment": "…"}')
            return Noted(incident=number, by=by, via=via, comment=comment)
    return Resolved(incident=number, by=by, via=via, comment=comment)


def _names(posted: Posted) -> tuple[str, ...]:
    names = [posted.to] if isinstance(posted.to, str) else posted.to
    named = tuple(one_line(name, NAME_LONGEST + 1) for name in names if name.strip())
    if not 0 < len(named) <= NAMED_MOST:
        raise Refused(400, f'name 1 to {NAMED_MOST} in "to", such as {{"to": ["user:ana"]}}')
    return named


def _span(posted: Posted, now: Now) -> int:
    """How long to snooze, in microseconds: `for` a duration, or `until` a time."""
    if bool(posted.span) == bool(posted.until):
        raise Refused(400, 'say how long: {"for": "2h"}, or {"until": "2026-05-01T09:00:00Z"}')
    if posted.span:
        try:
            span = duration.parse(posted.span.strip()[:40])
        except ValueError as error:
            raise Refused(400, f"for: {error}") from None
    else:
        span = _moment(posted.until) - now.wall
        if span <= 0:
            raise Refused(400, f"until: {posted.until[:40]!r} is over")
    if not 0 < span <= LONGEST:
        raise Refused(400, "an incident can be snoozed for up to 7 days, and for some time")
    return span


def _moment(text: str) -> int:
    try:
        return from_datetime(datetime.fromisoformat(text[:40]))
    except (ValueError, OverflowError):
        sentence = f"until: {text[:40]!r} is no time with an offset, as in 2026-05-01T09:00:00Z"
        raise Refused(400, sentence) from None
