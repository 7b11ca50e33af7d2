"""Incidents as `/api/v1` shows them. Fields are only ever added."""

from collections.abc import Sequence
from typing import Any

import msgspec

from router.core.alert import Alert
from router.core.command import PutReject, Record
from router.core.incident import Incident, Status
from router.core.labels import decode, fingerprint
from router.core.moment import Now
from router.web.text import rfc3339


def summary(incident: Incident, now: Now) -> dict[str, Any]:
    """One incident.

    `number`, `title`, `status` (triggered, acknowledged, snoozed, resolved), `policy`, `priority`,
    `opened_at`, `answered_at`, `answered_by`, `resolved_at`, `next_step_at` (when the next step
    runs, an acknowledgement times out, or a snooze ends), `round` and `step` (of that step, from
    0), `held` (all its alerts have ended), `muted`, `exhausted` (only the fallback rings).
    `version` is what an escalation names as seen. `answer_due_at`: by when somebody ought to
    answer, until somebody does; `answer_overdue`: nobody did in time. `acknowledged_by` are all
    who took it, `assigned_to` and `responders` those whom people named, `by_hand` whether a person
    raised it, with this `text`. Times are RFC 3339 in UTC, or null.
    """
    due = incident.next_due if incident.open else None
    snoozed = incident.status is Status.SNOOZED
    return {
        "number": incident.number,
        "title": incident.title,
        "status": incident.status.value,
        "policy": incident.policy.name,
        "priority": incident.policy.priority,
        "opened_at": _time(incident.opened_at),
        "answered_at": _time(incident.answered_at),
        "answered_by": incident.answered_by or None,
        "resolved_at": _time(incident.resolved_at),
        "next_step_at": _moment(due, now),
        "round": incident.round,
        "step": incident.step,
        "held": incident.held,
        "muted": incident.muted,
        "exhausted": incident.exhausted,
        "version": incident.version,
        "snoozed_by": incident.snoozed_by or None,
        "snoozed_until": _moment(due, now) if snoozed else None,
        "acknowledged_by": incident.acknowledged_by,
        "answer_due_at": _moment(incident.answer_due, now),
        "answer_overdue": incident.late,
        "assigned_to": incident.assigned,
        "responders": incident.responders,
        "by_hand": incident.raised,
        "text": incident.text,
    }


def alert(shown: Alert) -> dict[str, Any]:
    """One alert of an incident: `status` is firing or resolved."""
    labels = decode(shown.labels)
    return {
        "fingerprint": fingerprint(labels),
        "status": "firing" if shown.firing else "resolved",
        "labels": labels,
        "annotations": msgspec.Raw(shown.annotations),
        "starts_at": rfc3339(shown.starts_at),
        "ends_at": None if shown.firing else rfc3339(shown.ends_at),
        "url": shown.url,
        "source": shown.source,
    }


def timeline(records: Sequence[Record]) -> list[dict[str, Any]]:
    """What happened, oldest first: `at`, `kind` (a past participle), and what belongs to it."""
    return [
        {**_detail(record), "seq": record.seq, "at": rfc3339(record.at), "kind": record.kind}
        | ({"alert": record.alert} if record.alert else {})
        for record in records
    ]


def _detail(record: Record) -> dict[str, Any]:
    until = record.detail.get("until")
    return record.detail | ({"until": rfc3339(until)} if isinstance(until, int) else {})


def reject(kept: PutReject) -> dict[str, Any]:
    """A body that could not be taken; bytes that are no text are shown as U+FFFD."""
    return {
        "at": rfc3339(kept.at),
        "source": kept.source,
        "reason": kept.reason,
        "body": kept.body.decode(errors="replace"),
    }


def _moment(due: int | None, now: Now) -> str | None:
    """When a service time comes by the wall clock."""
    return None if due is None else rfc3339(now.wall + due - now.service)


def _time(wall: int) -> str | None:
    return rfc3339(wall) if wall else None
