"""A group's flush: who must be told what now, and what that means for its incident."""

from msgspec.structs import replace

from router.core import digest, membership, meta, opening, page, quiet
from router.core.alert import Alert
from router.core.configuration import Digest
from router.core.draft import Draft
from router.core.group import Group
from router.core.labels import decode, identity
from router.core.moment import HOUR
from router.core.mute import closed_by, muted_by, nothing_mutes
from router.core.plan import Flushed, lanes, plan
from router.core.route import Route


def flush(draft: Draft, number: int) -> None:
    """Tell what there is to tell of a group, and set its next flush."""
    group = draft.state.groups[number]
    if group.next_due is None or group.next_due > draft.now.service:
        return
    route = draft.configuration.tree.routes.get(group.route)
    policy = draft.configuration.policies.get(group.policy)
    gathers = policy.digest if policy is not None and not group.incident else None
    flushed = _look(draft, group, route)
    quiet.note(draft, group, flushed.quiet, (alert.id for alert in flushed.told))
    group = _tick(draft, group, route, gathers, flushed.reasons)
    if gathers is not None:
        _digest(draft, group, gathers, flushed)
    else:
        for lane in lanes(draft, group):
            plan(draft, group, route, lane, flushed)
        opening.follow(draft, group, policy, flushed)
    membership.settle(draft, number)


def _look(draft: Draft, group: Group, route: Route | None) -> Flushed:
    """The group's alerts, sorted by whether they may be told of."""
    wall = draft.now.wall
    closed = closed_by(draft.configuration, route, wall)
    told: list[Alert] = []
    muted: list[Alert] = []
    hushed: dict[int, tuple[str, ...]] = {}
    heard = group.route == meta.ROUTE or nothing_mutes(draft.state)
    for alert in draft.state.alerts_of(group.id):
        if draft.state.is_leaving(group.id, alert.id):
            muted.append(alert)
            continue
        why = closed
        if not why and not heard:
            why = muted_by(draft.state, decode(alert.labels), wall)
        if why:
            hushed[alert.id] = why
        (muted if why else told).append(alert)
    return Flushed(
        told=tuple(told),
        muted=tuple(muted),
        identities={a.id: identity(a.labels) for a in (*told, *muted)},
        reasons=quiet.together((closed, *hushed.values())),
        quiet=hushed,
    )


def _tick(
    draft: Draft,
    group: Group,
    route: Route | None,
    gathers: Digest | None,
    reasons: tuple[str, ...],
) -> Group:
    """The group with its next flush set: a fixed rate, but never two at once after a delay."""
    assert group.next_due is not None
    interval = route.group_interval if route is not None else draft.configuration.resolve_timeout
    due = max(group.next_due + interval, draft.now.service + 1)
    if draft.now.service - group.next_due > interval:
        due = draft.now.service + interval
    if gathers is not None:
        # A clock set back a little must not bring the same day's digest twice.
        due = draft.now.service + digest.next_at(gathers, draft.now.wall + HOUR) - draft.now.wall
    ticked = replace(group, next_due=due, flushes=group.flushes + 1, muted_by=reasons, failures=0)
    draft.put_group(ticked)
    return ticked


def _digest(draft: Draft, group: Group, gathers: Digest, flushed: Flushed) -> None:
    """One message with everything that gathered, to each target of the digest.

    Who was told before and is no target any more is owed nothing.
    """
    owed = {known for entry in draft.told("group", group.id) for known in entry.owed}
    ended = (a for a in flushed.muted if not a.firing and flushed.identities[a.id] in owed)
    alerts = [*flushed.told, *ended]
    if not alerts:
        return
    targets = page.tell(draft, group, alerts, gathers.notify, reason="digest")
    for entry in draft.told("group", group.id):
        if entry.target not in targets:
            draft.drop_log(entry.lane)
