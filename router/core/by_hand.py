"""Incidents that a person raises: no alert opens, moves or ends them."""

from hashlib import blake2b

from router.core import command as c
from router.core import event as e
from router.core.alert import Alert
from router.core.configuration import Policy, Step
from router.core.draft import Draft
from router.core.group import Group
from router.core.incident import Incident
from router.core.labels import canonical
from router.core.moment import MINUTE
from router.core.target import TargetError, find

KEY_LONGEST = 200
TEXT_LONGEST = 2000
ROUNDS = 3  # So often is a person, team or schedule rung, before the fallback is.
WAIT = 5 * MINUTE
ANSWER_WITHIN = 15 * MINUTE

_TITLE_LONGEST = 200
_SEVERITIES = {"P0": "critical", "P1": "high", "P2": "warning"}


def raised(draft: Draft, event: e.Raised) -> None:
    """Open an incident for a page by hand; a repeated request makes no second one."""
    what = blake2b(f"{event.to}\0{event.text}".encode(errors="replace"), digest_size=16).digest()
    known = draft.state.requests.get(event.key) if event.key else None
    if known is not None:
        if known.what == what:
            draft.answer(
                "repeated", f"incident {known.incident} was raised already", known.incident
            )
        else:
            sentence = f"this key was used to raise incident {known.incident}; use another one"
            draft.answer("conflict", sentence, known.incident)
        return
    if not event.text.strip():
        draft.answer("invalid", "say what it is about")
        return
    try:
        reference = find(draft.configuration, event.to)
    except TargetError as error:
        draft.answer("invalid", str(error))
        return
    number = _open(draft, reference, event)
    if event.key:
        draft.add(c.PutRequest(event.key, number, what, draft.now.wall))
    draft.answer("raised", f"incident {number} pages {reference}", number)


def _open(draft: Draft, reference: str, event: e.Raised) -> int:
    now, number, group = draft.now, draft.next_id("incident"), draft.next_id("group")
    policy = _policy(draft, reference)
    within = policy.answer_within
    text = event.text.strip()[:TEXT_LONGEST]
    incident = Incident(
        number=number,
        group=group,
        policy=policy,
        next_due=now.service,
        step_due=now.service,
        opened_at=now.wall,
        opened_due=now.service,
        answer_due=now.service + within if within else None,
        title=" ".join(text.split())[:_TITLE_LONGEST],
        raised=True,
        text=text,
    )
    draft.put_group(
        Group(
            id=group,
            route="",
            route_key="by hand",
            labels=canonical({"incident": str(number)}),
            opened_at=now.wall,
            incident=number,
        )
    )
    draft.put_incident(incident)
    draft.record(
        "raised",
        group=group,
        incident=number,
        policy=policy.name,
        to=reference,
        by=event.by,
        via=event.via,
        text=text,
    )
    return number


def _policy(draft: Draft, reference: str) -> Policy:
    kind, _, name = reference.partition(":")
    if kind == "policy":
        return draft.configuration.policies[name]
    return Policy(
        name=reference,
        priority="P1",
        rounds=ROUNDS,
        steps=(Step((reference,), WAIT),),
        answer_within=ANSWER_WITHIN,
    )


def stand_in(incident: Incident) -> Alert:
    """What an incident raised by hand tells of in place of an alert; the state never knows it."""
    severity = _SEVERITIES.get(incident.policy.priority, "info")
    return Alert(
        id=0,
        labels=canonical({"alertname": incident.title, "severity": severity}),
        annotations=canonical({"summary": incident.text}),
        starts_at=incident.opened_at,
        ends_at=incident.resolved_at,
        expires_due=0,
        updated_at=incident.opened_at,
        changed_at=incident.opened_at,
        firing=incident.open,
        source="by hand",
    )
