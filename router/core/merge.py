"""How a report changes the alert it repeats, after Alertmanager's alert.Merge."""

from msgspec.structs import replace

from router.core.alert import Alert, Report
from router.core.moment import Now


def begin(report: Report, number: int, now: Now, resolve_timeout: int) -> Alert:
    """The alert a report would be if nothing were known of its label set.

    An unset start is the end, if that was sent, else now; an unset end follows after
    *resolve_timeout*. It fires while its end lies ahead.
    """
    ends_at = report.ends_at if report.ends_at is not None else now.wall + resolve_timeout
    fallback = report.ends_at if report.ends_at is not None else now.wall
    return Alert(
        id=number,
        labels=report.labels,
        annotations=report.annotations,
        starts_at=report.starts_at if report.starts_at is not None else fallback,
        ends_at=ends_at,
        expires_due=now.service + ends_at - now.wall,
        updated_at=now.wall,
        changed_at=report.as_of if report.as_of is not None else now.wall,
        firing=ends_at > now.wall,
        timeout=report.ends_at is None,
        url=report.url,
        source=report.source,
        cid=report.cid,
        stored_ends_at=ends_at,
    )


def merge(old: Alert, new: Alert, now: Now) -> Alert:
    """The newer report folded into what is known, with the first start of an overlapping interval.

    A shorter end never shortens a longer one that was sent, unless it resolves; an end we made up
    gives way to any other.
    """
    if _touch(old, new):
        new = replace(new, starts_at=min(old.starts_at, new.starts_at))
        if not new.firing and not old.firing:
            new = _ending(new, max(old.ends_at, new.ends_at), now)
        elif new.firing and old.firing and old.ends_at > new.ends_at and not old.timeout:
            new = _ending(new, old.ends_at, now)
    if new.firing == old.firing:
        new = replace(new, changed_at=old.changed_at, cid=old.cid)
    return replace(
        new,
        id=old.id,
        stored_ends_at=old.stored_ends_at,
        groups=old.groups,
        repeats=old.repeats + 1,
    )


def _ending(alert: Alert, ends_at: int, now: Now) -> Alert:
    return replace(alert, ends_at=ends_at, expires_due=now.service + ends_at - now.wall)


def _touch(old: Alert, new: Alert) -> bool:
    return old.starts_at < new.ends_at < old.ends_at or old.starts_at < new.starts_at < old.ends_at
