"""What a report, or the lack of one, does: alerts begin, go on, end, and enter their groups."""

from msgspec.structs import replace

from router.core import command as c
from router.core import hush, membership
from router.core.alert import Alert, Report
from router.core.census import is_crowded
from router.core.draft import Draft
from router.core.heartbeat import SOURCE as HEARTBEATS
from router.core.labels import identity
from router.core.merge import begin, merge
from router.core.meta import SOURCE as META
from router.core.moment import Now
from router.core.state import State
from router.core.urgency import is_critical

OURS = frozenset((HEARTBEATS, META))  # Nobody else begins or ends what these report.

_CROWDED = (
    "the source {!r} has as many alerts as [service] max_alerts allows, so that only critical ones"
    " are taken; let some end, or allow more"
)
_FAR = 4  # An end far ahead is stored again when it moved by a fourth of its distance.


def repeated(state: State, report: Report, now: Now) -> c.RefreshAlert | None:
    """What comes of a report that plainly repeats a firing alert, as nearly every one does.

    It is what `report` would come to, without making the alerts for it; None for all others.
    """
    known, source = state.alerts.get(report.labels), report.source
    starts_at, ends_at, wall = report.starts_at, report.ends_at, now.wall
    if known is None or not known.firing or starts_at is None:
        return None
    if source in OURS or source in state.unheard:
        return None
    if known.source != source and known.source in OURS:
        return None
    resolve_timeout = state.configuration.resolve_timeout
    timeout = ends_at is None
    if ends_at is None:
        ends_at = wall + resolve_timeout
    ahead = ends_at - wall
    if ahead <= 0 or not known.starts_at <= starts_at < known.ends_at <= ends_at:
        return None
    if ahead > resolve_timeout and _end_moved_far(state, known, ends_at, wall):
        return None
    return c.RefreshAlert(
        known.id,
        ends_at,
        now.service + ahead,
        wall,
        timeout,
        report.annotations,
        report.url,
        source,
    )


def begun(state: State, report: Report, now: Now) -> list[c.Command] | None:
    """What comes of the first report of an alert that fires, if all its groups are there.

    It is what `report` would come to, without a draft; None for all others.
    """
    source = report.source
    if report.labels in state.alerts or report.as_of is not None:
        return None
    if source in OURS or source in state.unheard:
        return None
    alert = begin(report, state.last["alert"] + 1, now, state.configuration.resolve_timeout)
    if not alert.firing or _is_crowded_out(state, report):
        return None
    commands: list[c.Command] = [c.PutAlert(alert)]
    seq = state.last["record"]
    for route, place in membership.places(state.configuration, alert.labels):
        group = state.groups.get(state.group_ids.get((route.id, place), 0))
        if group is None or membership.is_changed_by(state, group, route, alert):
            return None
        seq += 1
        detail = {"cid": alert.cid, "source": source}
        commands.append(
            c.Record(
                seq=seq, at=now.wall, kind="fired", alert=alert.id, group=group.id, detail=detail
            )
        )
        commands.append(c.Join(group.id, alert.id))
    return commands


def report(draft: Draft, report: Report) -> None:
    """Take one report in."""
    known = draft.state.alerts.get(report.labels)
    if known is not None and known.source in OURS and report.source not in OURS:
        draft.answer("ours")
        return
    _hear(draft, report.source)
    if known is not None and report.source in OURS and known.source != report.source:
        _take_over(draft, known, report)
        return
    number = draft.next_id("alert") if known is None else 0
    new = begin(report, number, draft.now, draft.configuration.resolve_timeout)
    if known is None:
        _first(draft, report, new)
    elif _late(known, new, report):
        draft.answer("stale")
    else:
        _again(draft, known, merge(known, new, draft.now), report)


def _take_over(draft: Draft, known: Alert, report: Report) -> None:
    """Somebody has used the labels of a report of ours: from here on it is ours, by our route."""
    new = merge(known, begin(report, 0, draft.now, draft.configuration.resolve_timeout), draft.now)
    if not (known.firing and new.firing):
        _again(draft, known, new, report)
        return
    new = replace(new, stored_ends_at=new.ends_at)
    draft.add(c.PutAlert(new))
    membership.move(draft, new)


def expire(draft: Draft, number: int) -> None:
    """A firing alert was not repeated in time: it has ended."""
    alert = draft.state.by_id[number]
    if not alert.firing or draft.state.ends_due(alert) > draft.now.service:
        return
    ended = replace(alert, firing=False, ends_at=min(alert.ends_at, draft.now.wall))
    _changed(draft, replace(ended, changed_at=draft.now.wall, updated_at=draft.now.wall), "expired")


def _hear(draft: Draft, source: str) -> None:
    if source in draft.state.unheard:
        until = draft.now.service + draft.configuration.resolve_timeout
        draft.add(c.Heard(source, min(until, draft.state.grace[source])))


def _first(draft: Draft, report: Report, new: Alert) -> None:
    if report.as_of is not None:
        ended = draft.state.tombstones.get(identity(report.labels))
        if not new.firing:
            draft.add(c.PutTombstone(identity(report.labels), max(report.as_of, ended or 0)))
        if ended is not None and ended > report.as_of:
            draft.answer("stale")
            return
    if new.firing and _is_crowded_out(draft.state, report):
        draft.answer("crowded", _CROWDED.format(report.source))
    elif new.firing:
        draft.add(c.PutAlert(new))
        membership.enter(draft, new)


def _is_crowded_out(state: State, report: Report) -> bool:
    """Whether its source has too many alerts for one more. What is critical always finds room."""
    if not is_crowded(state, report.source):
        return False
    return not (report.source in OURS or is_critical(report.labels))


def _late(known: Alert, new: Alert, report: Report) -> bool:
    """Whether a queue brought a report older than what already followed it."""
    if report.as_of is None or new.firing == known.firing:
        return False
    return report.as_of < known.changed_at


def _again(draft: Draft, known: Alert, new: Alert, report: Report) -> None:
    if new.firing != known.firing:
        if not new.firing and report.as_of is not None:
            draft.add(c.PutTombstone(identity(new.labels), report.as_of))
        _changed(draft, new, "fired" if new.firing else "resolved")
    elif new.firing and _worth_storing(draft, known, new):
        draft.add(c.PutAlert(replace(new, stored_ends_at=new.ends_at)))
    else:
        draft.add(
            c.RefreshAlert(
                known.id,
                new.ends_at,
                new.expires_due,
                new.updated_at,
                new.timeout,
                new.annotations,
                new.url,
                new.source,
            )
        )


def _worth_storing(draft: Draft, known: Alert, new: Alert) -> bool:
    return new.starts_at != known.starts_at or _end_moved_far(
        draft.state, known, new.ends_at, draft.now.wall
    )


def _end_moved_far(state: State, known: Alert, ends_at: int, wall: int) -> bool:
    ahead = ends_at - wall
    moved = abs(ends_at - known.stored_ends_at)
    return moved * _FAR > ahead > state.configuration.resolve_timeout


def _changed(draft: Draft, alert: Alert, kind: str) -> None:
    repeats = draft.state.by_id[alert.id].repeats
    repeated = {"repeats": repeats} if repeats else {}
    alert = replace(alert, stored_ends_at=alert.ends_at, repeats=0)
    draft.add(c.PutAlert(alert))
    if alert.firing:
        membership.enter(draft, alert)
    else:
        for group in alert.groups:
            draft.record(
                kind, alert=alert.id, group=group, cid=alert.cid, source=alert.source, **repeated
            )
            membership.ended(draft, alert, group)
        hush.over(draft, alert.id)
        if not alert.groups:
            draft.add(c.DropAlert(alert.id))
