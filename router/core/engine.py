"""Decides what every event means. This is the product; the rest carries things to and fro."""

from collections.abc import Callable
from typing import Any

from router.core import (
    answer,
    bundle,
    by_hand,
    command,
    deadman,
    escalation,
    flush,
    hand_over,
    hush,
    intake,
    overriding,
    sending,
    shiftwork,
    snooze,
    upkeep,
    vigil,
)
from router.core import event as e
from router.core.draft import Draft
from router.core.moment import Now
from router.core.state import State
from router.core.waiting import Kind


def decide(state: State, event: e.Event, now: Now) -> list[command.Command]:
    """What to do about one event, given all that is known.

    Pure: the same state, event and time give the same commands, and none is changed.

    Raises:
        AssertionError or any other exception: a bug. It concerns this event alone; nothing of it
            has happened.
    """
    if type(event) is e.Reported:
        if again := intake.repeated(state, event.report, now):
            return [again]
        if begun := intake.begun(state, event.report, now):
            return begun
    draft = Draft(state, now)
    _RULES[type(event)](draft, event)
    return draft.commands


def _due(draft: Draft, event: e.Due) -> None:
    match event.kind:
        case Kind.ALERT:
            intake.expire(draft, event.id)
        case Kind.GROUP:
            flush.flush(draft, event.id)
        case Kind.INCIDENT:
            escalation.run(draft, event.id)
        case Kind.DELIVERY:
            bundle.look(draft, event.id)
        case Kind.REROUTE:
            upkeep.reroute(draft)
        case Kind.HEARTBEAT:
            vigil.look(draft, event.id)
        case Kind.SHIFT:
            shiftwork.look(draft)


def _returned(draft: Draft, _event: e.Returned) -> None:
    vigil.returned(draft)


def _received(draft: Draft, event: e.Received) -> None:
    draft.add(command.PutSeen(event.source, event.entry, draft.now.wall))


def _rejected(draft: Draft, event: e.Rejected) -> None:
    draft.add(command.PutReject(event.source, event.reason, event.body, draft.now.wall))


_RULES: dict[type, Callable[[Draft, Any], None]] = {
    e.Reported: lambda draft, event: intake.report(draft, event.report),
    e.Due: _due,
    e.Claimed: lambda draft, event: sending.claim(draft, event.delivery),
    e.Delivered: sending.delivered,
    e.Failed: sending.failed,
    e.Skipped: lambda draft, event: sending.skipped(draft, event.delivery),
    e.Acknowledged: answer.acknowledge,
    e.Unacknowledged: answer.unacknowledge,
    e.Resolved: answer.resolve,
    e.Snoozed: snooze.snoozed,
    e.Unsnoozed: snooze.unsnoozed,
    e.Escalated: hand_over.escalated,
    e.Reassigned: hand_over.reassigned,
    e.Summoned: hand_over.summoned,
    e.Noted: answer.noted,
    e.Raised: by_hand.raised,
    e.Silenced: hush.silenced,
    e.Overridden: overriding.overridden,
    e.Swapped: overriding.swapped,
    e.OverrideRemoved: overriding.removed,
    e.Received: _received,
    e.Rejected: _rejected,
    e.CheckedIn: lambda draft, event: vigil.checked_in(draft, event.heartbeat),
    e.Returned: _returned,
    e.Vouched: deadman.vouched,
    e.Reconfigured: upkeep.reconfigured,
    e.Started: lambda draft, _event: upkeep.started(draft),
    e.Stopped: upkeep.stopped,
    e.Swept: lambda draft, _event: upkeep.swept(draft),
}
