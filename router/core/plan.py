"""What one lane of a group must be told, given what it was told and what is on its way."""

from collections.abc import Iterator, Mapping
from hashlib import blake2b

import msgspec
from msgspec.structs import replace

from router.core.alert import Alert
from router.core.draft import Draft
from router.core.group import Group
from router.core.integration import Integration
from router.core.moment import DAY
from router.core.notification import (
    Delivery,
    LogEntry,
    Snapshot,
    encode,
    reason_to_notify,
)
from router.core.route import Route
from router.core.severity import severity
from router.core.snapshot import take

_NONE: frozenset[int] = frozenset()


class Flushed(msgspec.Struct, frozen=True, kw_only=True):
    """A group's alerts at a flush: those that may be told of, and those muted or leaving.

    `identities` maps alert ids to the identities of their label sets, `reasons` says why some
    are muted, `quiet` why each of them is, by alert id.
    """

    told: tuple[Alert, ...]
    muted: tuple[Alert, ...]
    identities: Mapping[int, int]
    reasons: tuple[str, ...] = ()
    quiet: Mapping[int, tuple[str, ...]] = {}

    def firing(self) -> list[Alert]:
        """The firing alerts that may be told of."""
        return [alert for alert in self.told if alert.firing]

    def ids(self, alerts: list[Alert]) -> frozenset[int]:
        """The identities of these alerts."""
        return frozenset(self.identities[alert.id] for alert in alerts)


class Lane(msgspec.Struct, frozen=True):
    """One target of a group. One that is not `current` was told before the file was edited.

    It hears only of the end of what it was told.
    """

    target: str
    integration: Integration
    current: bool


def lanes(draft: Draft, group: Group) -> Iterator[Lane]:
    """Each target of the group's receiver, then those told before it was edited."""
    current = draft.configuration.targets(group.receiver)
    for target, integration in current.items():
        yield Lane(target, integration, True)
    for entry in draft.told("group", group.id):
        if entry.target in current:
            continue
        integration_then = draft.configuration.integration(entry.target)
        if integration_then is None:
            draft.drop_log(entry.lane)  # It is gone: nothing can tell it any more.
        else:
            yield Lane(entry.target, integration_then, False)


def plan(draft: Draft, group: Group, route: Route | None, to: Lane, flushed: Flushed) -> None:
    """Plan, replace or withdraw the delivery of one lane."""
    lane = f"g{group.id}:{to.target}"
    entry = draft.log(lane)
    open_rows = draft.lane(lane)
    waiting = next((row for row in open_rows if not row.claimed), None)
    flying = next((row for row in open_rows if row.claimed), None)
    base = after(draft, flying) if flying else entry
    if waiting is not None and waiting.maybe_sent:
        base = _perhaps(draft, waiting)
    firing, resolved = _content(base, flushed, ended_only=not to.current)
    told, ended = flushed.ids(firing), flushed.ids(resolved)
    reason = _reason(draft, route, base, told, ended, to.integration.send_resolved)
    if waiting is not None:
        if reason and _says(waiting, told, ended):
            return
        let_go(draft, waiting, "superseded" if reason else "withdrawn")
    if not reason:
        return
    if not to.integration.send_resolved:
        if not firing:
            _clear(draft, base, ended)
            return
        resolved = []
    news = News(lane, to.target, reason, told, ended, newest(firing or resolved))
    snapshot = take(group, [*firing, *resolved], reason)
    if route is not None and route.labels:
        snapshot = replace(snapshot, route_labels=dict(route.labels))
    _enqueue(draft, group, news, snapshot)


class News(msgspec.Struct, frozen=True):
    """What is to be told to a lane: why, and which label sets as firing and as resolved."""

    lane: str
    target: str
    reason: str
    firing: frozenset[int]
    resolved: frozenset[int]
    cid: str


def after(draft: Draft, row: Delivery, ref: str = "") -> LogEntry:
    """What its lane's log says once *row* has been delivered now."""
    entry = draft.log(row.lane)
    integration = draft.configuration.integration(row.target)
    wants_ends = integration is not None and integration.send_resolved
    group = draft.group(row.group)
    route = draft.configuration.tree.routes.get(group.route) if group else None
    repeat = route.repeat_interval if route else DAY
    firing, resolved = frozenset(row.firing), frozenset(row.resolved)
    if row.incident and entry:
        firing |= entry.firing  # Of an incident they know whatever they ever heard.
    return LogEntry(
        lane=row.lane,
        target=row.target,
        group=row.group,
        incident=row.incident,
        firing=firing,
        resolved=resolved,
        owed=((entry.owed if entry else _NONE) | firing) - resolved if wants_ends else _NONE,
        sent_due=draft.now.service,
        sent_at=draft.now.wall,
        expires_due=draft.now.service + min(draft.configuration.retention, 2 * repeat),
        ref=ref or (entry.ref if entry else ""),
    )


def is_news(draft: Draft, row: Delivery) -> bool:
    """Whether a group's notification that waits says what its lane was not told, as it turned out.

    It was planned for what the one before it would have told.
    """
    if row.kind != "notification" or row.incident or row.reason == "digest" or row.maybe_sent:
        return True
    group, integration = draft.group(row.group), draft.configuration.integration(row.target)
    route = draft.configuration.tree.routes.get(group.route) if group else None
    wants_ends = integration is not None and integration.send_resolved
    firing, resolved = frozenset(row.firing), frozenset(row.resolved)
    return bool(_reason(draft, route, draft.log(row.lane), firing, resolved, wants_ends))


def let_go(draft: Draft, row: Delivery, outcome: str) -> None:
    """Be done with a delivery that was not taken; who may have got it is owed its end."""
    draft.close(row, outcome)
    if row.maybe_sent and row.kind not in ("resolved", "notice"):
        remember(draft, _perhaps(draft, row))
    forget(draft, row)


def supersede(draft: Draft, lane: str) -> None:
    """Be done with what waits in a lane, and is not under way: something newer takes its place."""
    for row in draft.lane(lane):
        if not row.claimed:
            let_go(draft, row, "superseded")


def forget(draft: Draft, row: Delivery) -> None:
    """Once an incident is over for good, what a lane was told of it matters till its last row."""
    if not row.incident or draft.incident(row.incident) or draft.lane(row.lane):
        return
    if row.incident not in draft.state.lingering and draft.log(row.lane):
        draft.drop_log(row.lane)


def remember(draft: Draft, entry: LogEntry) -> None:
    """Write down what a lane was told, unless it will never be asked again."""
    over = entry.incident and draft.incident(entry.incident) is None
    if not over or draft.lane(entry.lane):
        draft.put_log(entry)


def _perhaps(draft: Draft, row: Delivery) -> LogEntry:
    """What the log says of a lane that may have been told: news is news still, an end is owed."""
    entry, told = draft.log(row.lane), after(draft, row)
    if entry is None:
        return replace(told, firing=_NONE, resolved=_NONE)
    firing = entry.firing - told.resolved  # Who may have been told of its end must hear it anew.
    return replace(entry, firing=firing, owed=entry.owed | told.owed, expires_due=told.expires_due)


def _content(
    base: LogEntry | None, flushed: Flushed, *, ended_only: bool
) -> tuple[list[Alert], list[Alert]]:
    """The firing and the resolved alerts to tell: of an end, whoever was told, muted or not."""
    owed = base.owed if base else _NONE
    firing = [] if ended_only else flushed.firing()
    known = [] if ended_only else [alert for alert in flushed.told if not alert.firing]
    rest = flushed.told if ended_only else ()
    told = [
        alert
        for alert in (*rest, *flushed.muted)
        if not alert.firing and flushed.identities[alert.id] in owed
    ]
    return firing, known + told


def _reason(
    draft: Draft,
    route: Route | None,
    base: LogEntry | None,
    firing: frozenset[int],
    resolved: frozenset[int],
    wants_ends: bool,
) -> str:
    if not firing and not resolved:
        return ""
    reason = reason_to_notify(
        base,
        firing,
        resolved,
        send_resolved=wants_ends,
        repeat_interval=route.repeat_interval if route else DAY,
        service=draft.now.service,
    )
    if not reason and wants_ends and base and base.owed & resolved:
        reason = "some alerts resolved" if firing else "all alerts resolved"
    return reason


def _says(waiting: Delivery, firing: frozenset[int], resolved: frozenset[int]) -> bool:
    return firing == frozenset(waiting.firing) and resolved == frozenset(waiting.resolved)


def _clear(draft: Draft, base: LogEntry | None, resolved: frozenset[int]) -> None:
    """Who does not want to hear of ends is not told, but a new beginning is news again."""
    if base is not None:
        draft.put_log(replace(base, firing=_NONE, resolved=resolved, sent_due=draft.now.service))


def _enqueue(draft: Draft, group: Group, news: News, snapshot: Snapshot) -> None:
    entry = draft.log(news.lane)
    draft.enqueue(
        Delivery(
            id=draft.next_id("delivery"),
            key=key(draft.state.instance, f"g{group.id}.{group.flushes}", news.target),
            lane=news.lane,
            kind="notification",
            target=news.target,
            group=group.id,
            due=draft.now.service,
            not_after=draft.now.service + DAY,
            reason=news.reason,
            ref=entry.ref if entry else "",
            cid=news.cid,
            urgency=0 if severity(snapshot.severity) == "critical" else 1,
            payload=encode(snapshot),
            firing=tuple(sorted(news.firing)),
            resolved=tuple(sorted(news.resolved)),
        )
    )
    draft.record("planned", group=group.id, target=news.target, reason=news.reason)


def key(instance: str, what: str, target: str) -> str:
    """The idempotency key of one delivery, the same in every attempt and every replay."""
    return f"{instance}-{what}-{blake2b(target.encode(), digest_size=6).hexdigest()}"


def newest(alerts: list[Alert]) -> str:
    """The correlation id of the report that last changed one of these alerts."""
    return max(alerts, key=lambda a: a.changed_at).cid if alerts else ""
