"""The buttons of an incident's page, and what pressing one of them asks for."""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from router.core import civil
from router.core.event import Acknowledged, Escalated, Snoozed, Unsnoozed
from router.core.incident import Incident, Status
from router.core.moment import HOUR
from router.web.page import Choice

DONE = frozenset(("acknowledged", "snoozed", "unsnoozed", "escalated"))
MORNING = time(9)  # When "until tomorrow" is over.

_ACK = Choice("ack", "Acknowledge")
_CONFIRM = Choice("ack", "Still working on it")
_SNOOZES = (
    Choice("snooze-1h", "Snooze for 1 hour"),
    Choice("snooze-4h", "Snooze for 4 hours"),
    Choice("snooze-tomorrow", "Snooze until tomorrow"),
)
_ESCALATE = Choice("escalate", "Call the next step now")
_UNSNOOZE = Choice("unsnooze", "End the snooze")
_HOURS = {"snooze-1h": 1, "snooze-4h": 4}

Pressed = Acknowledged | Snoozed | Unsnoozed | Escalated


def choices(incident: Incident) -> tuple[Choice, ...]:
    """What can be done about an incident as it is, the usual thing first."""
    escalate = () if incident.held else (_ESCALATE,)
    match incident.status:
        case Status.TRIGGERED:
            return (_ACK, *_SNOOZES, *escalate)
        case Status.SNOOZED:
            return (_ACK, _UNSNOOZE)
        case Status.ACKNOWLEDGED:
            confirm = (_CONFIRM,) if incident.policy.ack_timeout else ()
            return (*confirm, *_SNOOZES, *escalate)
    return ()


def pressed(
    form: Mapping[str, str], incident: int, by: str, tomorrow: Callable[[], int]
) -> Pressed | None:
    """The event of the button that was pressed, to acknowledge without one; None for no button."""
    match form.get("do", "ack"):
        case "ack":
            return Acknowledged(incident=incident, by=by, via="link")
        case "snooze-1h" | "snooze-4h" as which:
            span = _HOURS[which] * HOUR
            return Snoozed(incident=incident, span=span, by=by, via="link")
        case "snooze-tomorrow":
            return Snoozed(incident=incident, span=tomorrow(), by=by, via="link")
        case "unsnooze":
            return Unsnoozed(incident=incident, by=by, via="link")
        case "escalate":
            version = form.get("version", "")
            seen = (
                int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0
            )
            return Escalated(incident=incident, by=by, via="link", version=seen) if seen else None
    return None


def morning(wall: int, timezone: str) -> int:
    """Tomorrow at nine by the clock of this zone, in wall microseconds."""
    zone = ZoneInfo(timezone)
    day = civil.local(wall, zone).date() + timedelta(days=1)
    return civil.first(datetime.combine(day, MORNING), zone)
