"""Puts what people and channels must hear of an incident, or of a group, into the outbox."""

from collections.abc import Collection, Iterable, Sequence

from msgspec.structs import replace

from router.core.alert import Alert
from router.core.by_hand import stand_in
from router.core.draft import Draft
from router.core.group import Group
from router.core.incident import Incident
from router.core.labels import identity
from router.core.moment import DAY
from router.core.mute import audible
from router.core.notification import Delivery, Snapshot, encode
from router.core.plan import key, newest, supersede
from router.core.reach import reach
from router.core.snapshot import PAGE_ALERTS, take
from router.core.target import is_gone


def page(
    draft: Draft,
    incident: Incident,
    group: Group,
    alerts: Sequence[Alert],
    notify: Iterable[str],
    *,
    reason: str,
    run: int | None = None,
    but: Collection[str] = (),
) -> list[str]:
    """Ring everybody these references mean now; the targets rung, none when nobody is there.

    A page of an earlier step that has not left yet gives way to this one. `run` is for pages that
    belong to no step, `but` are targets to leave out.
    """
    targets, empty = reach(draft.configuration, notify, incident.policy.urgency, draft.now.wall)
    for reference in empty:
        gone = is_gone(draft.configuration, reference)
        kind = "target_gone" if gone else "unreachable"
        draft.record(kind, group=group.id, incident=incident.number, target=reference)
    payloads: dict[bool, bytes] = {}
    rung = [target for target in targets if target not in but]
    run = incident.ran if run is None else run
    for target in rung:
        person = target.startswith("user:")
        if person not in payloads:
            limit = PAGE_ALERTS if person else None
            payloads[person] = encode(take(group, alerts, reason, incident=incident, limit=limit))
        supersede(draft, f"i{incident.number}:{target}")
        row = _row(draft, incident, target, "page", reason, f"{run}")
        draft.enqueue(
            replace(
                row,
                run=run,
                due=draft.now.service + targets[target],
                urgency=0 if incident.policy.urgency == "urgent" else 1,
                cid=newest(list(alerts)),
                payload=payloads[person],
                firing=tuple(sorted(identity(a.labels) for a in alerts)),
            )
        )
    return rung


def spoken(draft: Draft, incident: Incident, group: Group) -> list[Alert]:
    """What a page of an incident would speak of now: nothing when all of it is muted."""
    if incident.raised:
        return [stand_in(incident)]
    firing = [
        alert
        for alert in draft.state.alerts_of(group.id)
        if alert.firing and not draft.state.is_leaving(group.id, alert.id)
    ]
    return audible(draft.state, group, firing, draft.now.wall)


def inform(
    draft: Draft,
    incident: Incident,
    snapshot: Snapshot,
    targets: Iterable[str],
    kind: str,
    firing: Sequence[Alert] = (),
) -> None:
    """Tell targets that were paged how it went on: `acknowledged`, `resolved`, `notification`.

    *firing* are alerts of which they hear for the first time.
    """
    payload = encode(snapshot)
    told = tuple(sorted(identity(alert.labels) for alert in firing))
    cid = newest(draft.state.alerts_of(incident.group))
    for target in targets:
        what = f"{kind}{incident.version}.{draft.now.service}"
        row = _row(draft, incident, target, kind, snapshot.reason, what)
        draft.enqueue(replace(row, payload=payload, firing=told, cid=cid))


def _row(
    draft: Draft, incident: Incident, target: str, kind: str, reason: str, what: str
) -> Delivery:
    lane = f"i{incident.number}:{target}"
    told = draft.log(lane)
    return Delivery(
        id=draft.next_id("delivery"),
        key=key(draft.state.instance, f"i{incident.number}.{what}", target),
        lane=lane,
        kind=kind,
        target=target,
        group=incident.group,
        incident=incident.number,
        run=incident.ran,
        due=draft.now.service,
        not_after=draft.now.service + DAY,
        reason=reason,
        ref=told.ref if told else "",
    )


def tell(
    draft: Draft,
    group: Group,
    alerts: Sequence[Alert],
    notify: Iterable[str],
    *,
    reason: str,
    kind: str = "notification",
    note: str = "",
) -> list[str]:
    """Tell of a group outside any incident: a digest, or a notice that something is wrong.

    Notices leave by a lane of their own: no notification waits for one, or gives way to it.
    """
    targets, empty = reach(draft.configuration, notify, "normal", draft.now.wall)
    for reference in empty:
        draft.record("unreachable", group=group.id, target=reference)
    payload = encode(take(group, alerts, reason, limit=PAGE_ALERTS, note=note))
    digest = kind == "notification"
    for target, after in targets.items():
        lane = f"{'g' if digest else 'n'}{group.id}:{target}"
        supersede(draft, lane)
        number = draft.next_id("delivery")
        draft.enqueue(
            Delivery(
                id=number,
                key=key(draft.state.instance, f"g{group.id}.{kind}{number}", target),
                lane=lane,
                kind=kind,
                target=target,
                group=group.id,
                due=draft.now.service + after,
                not_after=draft.now.service + DAY,
                reason=reason,
                cid=newest(list(alerts)),
                payload=payload,
                firing=tuple(identity(a.labels) for a in alerts if a.firing and digest),
                resolved=tuple(identity(a.labels) for a in alerts if not a.firing and digest),
            )
        )
    return list(targets)
