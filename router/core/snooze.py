"""An incident is put off: until then no page leaves for it, and then it begins anew."""

from msgspec.structs import replace

from router.core import event as e
from router.core.answer import answerable, moved, note, picture, ring_again, told, withdraw
from router.core.draft import Draft
from router.core.incident import Incident, Status
from router.core.moment import DAY, SECOND, to_datetime
from router.core.page import inform

LONGEST = 7 * DAY


def snoozed(draft: Draft, said: e.Snoozed) -> None:
    """Put a triggered, acknowledged or snoozed incident off; waits count by service time."""
    incident = answerable(draft, said.incident)
    if incident is None:
        return
    if not 0 < said.span <= LONGEST:
        draft.answer(
            "invalid", "an incident can be snoozed for up to 7 days, and not for less than 0"
        )
        return
    due = draft.now.service + said.span
    until = draft.now.wall + said.span
    asleep = replace(
        moved(incident),
        status=Status.SNOOZED,
        next_due=due,
        step_due=due,
        round=0,
        step=0,
        reached=False,
        exhausted=False,
        muted=False,
        acknowledged_by=(),
        snoozed_by=said.by,
        answer_due=None,
    )
    draft.put_incident(asleep)
    note(draft, "snoozed", incident, said, until=until)
    targets = told(draft, asleep)
    withdraw(draft, asleep)
    channels = [target for target in targets if target.startswith("receiver:")]
    words_until = f"{to_datetime(until - until % SECOND):%Y-%m-%d %H:%M:%S} UTC"
    reason = f"snoozed until {words_until} by {said.by}"
    if channels:
        inform(draft, asleep, picture(draft, asleep, reason), channels, "notification")
    draft.answer("snoozed", f"incident {incident.number} snoozed until {words_until}")


def unsnoozed(draft: Draft, said: e.Unsnoozed) -> None:
    """Somebody ended the snooze: it rings from its first step."""
    incident = answerable(draft, said.incident)
    if incident is None:
        return
    if incident.status is not Status.SNOOZED:
        draft.answer("already", f"incident {incident.number} is not snoozed")
        return
    note(draft, "unsnoozed", incident, said)
    ring_again(draft, incident, "snooze ended", anew=True)
    draft.answer("unsnoozed", f"incident {incident.number} rings again")


def end(draft: Draft, incident: Incident) -> Incident:
    """The time of the snooze is over."""
    draft.record("snooze_ended", group=incident.group, incident=incident.number)
    return ring_again(draft, incident, "snooze ended", anew=True)
