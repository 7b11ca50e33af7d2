"""Incidents as `/api/v1` shows them. Fields are only ever added."""

from collections.abc import Sequence
from typing import Any

import msgspec

from router.core.alert import Alert
from router.core.command import PutReject, Record
from router.core.incident import Incident
from router.core.labels import decode, fingerprint
from router.core.moment import Now
from router.web.text import rfc3339


def summary(incident: Incident, now: Now) -> dict[str, Any]:
    """One incident.

    `number`, `title`, `status` (triggered, acknowledged, resolved), `policy`, `priority`,
    `opened_at`, `answered_at`, `answered_by`, `resolved_at`, `next_step_at` (when the next step
    runs, or an acknowledgement times out), `round` and `step` (of that step, from 0), `held` (all
    its alerts have ended), `muted`, `exhausted` (only the fallback rings). Times are RFC 3339 in
    UTC, or null.
    """
    due = incident.next_due
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
        "next_step_at": None if due is None else rfc3339(now.wall + due - now.service),
        "round": incident.round,
        "step": incident.step,
        "held": incident.held,
        "muted": incident.muted,
        "exhausted": incident.exhausted,
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
        {**record.detail, "seq": record.seq, "at": rfc3339(record.at), "kind": record.kind}
        | ({"alert": record.alert} if record.alert else {})
        for record in records
    ]


def reject(kept: PutReject) -> dict[str, Any]:
    """A body that could not be taken; bytes that are no text are shown as U+FFFD."""
    return {
        "at": rfc3339(kept.at),
        "source": kept.source,
        "reason": kept.reason,
        "body": kept.body.decode(errors="replace"),
    }


def _time(wall: int) -> str | None:
    return rfc3339(wall) if wall else None
