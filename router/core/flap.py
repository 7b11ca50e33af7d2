"""Alerts that come back soon after their end bring the same incident back."""

from msgspec.structs import replace

from router.core.answer import moved, picture, ring_again, told
from router.core.draft import Draft
from router.core.group import Group
from router.core.incident import Incident, Status
from router.core.membership import settle
from router.core.moment import SECOND
from router.core.page import inform
from router.core.plan import let_go


def reopen(draft: Draft, group: Group, incident: Incident, gravest: int) -> None:
    """The incident goes on as it was: still taken when it was, and ringing anew when it was not.

    What got worse meanwhile rings in any case.
    """
    draft.put_group(replace(group, incident=incident.number, closed_at=0))
    draft.record("reopened", group=group.id, incident=incident.number)
    for row in draft.rows("incident", incident.number):
        if not row.claimed:
            let_go(draft, row, "withdrawn")
    taken = bool(incident.acknowledged_by) and gravest <= incident.severity
    back = replace(
        moved(incident),
        resolved_at=0,
        severity=max(incident.severity, gravest),
    )
    if not taken:
        ring_again(draft, back, "it fires again", anew=True)
        return
    timeout = back.policy.ack_timeout
    due = draft.now.service + timeout if timeout else None
    back = replace(back, status=Status.ACKNOWLEDGED, next_due=due, step_due=due)
    draft.put_incident(back)
    snapshot = picture(draft, back, "fires again, still acknowledged")
    inform(draft, back, snapshot, told(draft, back), "notification")


def forget(draft: Draft, incident: Incident) -> None:
    """The time is over in which alerts would bring a resolved incident back."""
    group = draft.group(incident.group)
    if group is not None and _comes_back(draft, group):
        wait = max(group.next_due or 0, draft.now.service) + SECOND
        draft.put_incident(replace(incident, next_due=wait))
        return
    draft.put_incident(replace(incident, next_due=None))
    for entry in draft.told("incident", incident.number):
        if not draft.lane(entry.lane):
            draft.drop_log(entry.lane)
    if group is not None:
        settle(draft, group.id, ())


def _comes_back(draft: Draft, group: Group) -> bool:
    """Whether alerts fired in time, and the flush that reopens it is only to come."""
    return not group.closed_at and not group.incident and draft.state.firing[group.id] > 0
