"""What becomes of a delivery: claimed, delivered, failed, skipped; and who is tried next."""

from hashlib import blake2b
from typing import Any

from msgspec.structs import replace

from router.core import bundle, membership
from router.core import event as e
from router.core.bundle import members
from router.core.draft import Draft
from router.core.incident import Incident
from router.core.moment import SECOND
from router.core.notification import Delivery, Turn
from router.core.plan import after, forget, is_news, let_go, remember
from router.core.standing import follows_nothing, holds, silent
from router.core.state import State

FIRST_WAIT = SECOND // 2  # Alertmanager's back-off: half a second, growing by half, up to a minute,
GROWTH = 1.5
LONGEST_WAIT = 60 * SECOND
MUTE_CHECK = 30 * SECOND
PATIENCE = 3  # After so many failed attempts, a person's next method is tried as well.


def wanted(state: State, number: int) -> bool:
    """Whether a claimed delivery may begin to leave now: nobody has answered meanwhile."""
    row = state.deliveries.get(number)
    if row is None or not row.claimed:
        return False
    return all(holds(each, state.incidents.get(each.incident)) for each in members(state, row))


def claim(draft: Draft, number: int) -> None:
    """Give a delivery to the courier, unless it is not its turn or no longer wanted.

    Answers `claimed`, `wait` (it stays in the outbox) or `gone`.
    """
    row = draft.state.deliveries.get(number)
    if row is None or row.claimed or row.due > draft.now.service:
        draft.answer("wait" if row else "gone")
        return
    head = draft.state.lane_head(row.lane)
    incident = draft.incident(row.incident)
    if head is not row:
        draft.answer("wait")
    elif not holds(row, incident):
        _not_now(draft, row, incident)
    elif follows_nothing(draft, row):
        draft.close(row, "withdrawn")
        draft.answer("gone")
    elif silent(draft, row):
        draft.put_delivery(replace(bundle.set_back(row), due=draft.now.service + MUTE_CHECK))
        draft.answer("wait")
    elif (leaving := bundle.granted(draft, row)) is None:
        draft.answer("wait")
    else:
        _take(draft, leaving)
        draft.answer("claimed")


def _take(draft: Draft, row: Delivery) -> None:
    """Mark it as under way, with what it takes along."""
    carried = bundle.companions(draft, row)
    leader = row.id if carried else 0
    for each in (row, *carried):
        told = draft.log(each.lane)
        ref = told.ref if told else each.ref
        attempt = each.attempt + 1
        draft.put_delivery(replace(each, claimed=True, attempt=attempt, ref=ref, bundle=leader))


def _not_now(draft: Draft, row: Delivery, incident: Incident | None) -> None:
    if incident is not None and incident.held:
        if row.turn is Turn.GRANTED:
            draft.put_delivery(bundle.set_back(row))
        draft.answer("wait")  # If the trouble comes back, so does the page.
        return
    _give_up(draft, row, "withdrawn")
    draft.answer("gone")


def delivered(draft: Draft, event: e.Delivered) -> None:
    """The far side took it: remember what was told, and let go of what is now known."""
    row = draft.state.deliveries.get(event.delivery)
    if row is None:
        return
    bundle.count(draft, row)
    for each in members(draft.state, row):
        _delivered(draft, each, event)


def _delivered(draft: Draft, row: Delivery, event: e.Delivered) -> None:
    draft.close(row, "delivered")
    size = len(draft.state.turns.bundle(row.bundle))
    more = {"bundle": size} if size else {}
    _record(draft, "sent", row, attempt=row.attempt, detail=event.detail, **more)
    if row.kind == "resolved":
        _told_the_end(draft, row)
    elif row.kind != "notice":
        remember(draft, after(draft, row, event.ref))
        forget(draft, row)
    incident = draft.incident(row.incident)
    if row.kind == "page" and incident is not None:
        if incident.heard < row.run:
            draft.put_incident(replace(incident, heard=row.run))
        if not incident.calls(row.run, row.target):
            _record(draft, "under_way", row)
    if not row.incident:
        membership.settle(draft, row.group, row.resolved)


def skipped(draft: Draft, number: int) -> None:
    """A claimed delivery was not begun; the attempt does not count."""
    row = draft.state.deliveries.get(number)
    if row is None or not row.claimed:
        return
    for each in members(draft.state, row):
        _skipped(draft, bundle.apart(each, draft.now.service))


def _skipped(draft: Draft, row: Delivery) -> None:
    incident = draft.incident(row.incident)
    if holds(row, incident) or (incident is not None and incident.held):
        draft.put_delivery(replace(row, claimed=False, attempt=row.attempt - 1))
        return
    _record(draft, "withdrawn", row)
    _give_up(draft, row, "withdrawn")


def failed(draft: Draft, event: e.Failed) -> None:
    """An attempt did not succeed: try again later, or go on to whoever is next."""
    row = draft.state.deliveries.get(event.delivery)
    if row is None:
        return
    if event.ambiguous:
        bundle.count(draft, row)
    for each in members(draft.state, row):
        _failed(draft, replace(each, bundle=0), event)


def _failed(draft: Draft, row: Delivery, event: e.Failed) -> None:
    row = replace(row, claimed=False, maybe_sent=row.maybe_sent or event.ambiguous)
    row = replace(row, last_error=event.error[:500])
    kind = "unknown" if event.ambiguous else "failed"
    _record(draft, kind, row, attempt=row.attempt, error=row.last_error)
    incident = draft.incident(row.incident)
    held = incident is not None and incident.held
    due = draft.now.service + _pause(row, event.retry_after)
    if not held and not holds(row, incident):
        _give_up(draft, row, "withdrawn")
    elif len(draft.lane(row.lane)) > 1:
        _give_up(draft, row, "superseded")
        for waiting in draft.lane(row.lane):
            if not waiting.claimed and not is_news(draft, waiting):
                _record(draft, "withdrawn", waiting)
                _give_up(draft, waiting, "withdrawn")
    elif event.permanent or due > row.not_after:
        _record(draft, "gave_up", row, error=row.last_error)
        _give_up(draft, row, "failed")
        _fail_over(draft, row, incident)
    else:
        draft.put_delivery(replace(row, due=due))
        if row.attempt >= PATIENCE:
            _hasten(draft, row)


def _give_up(draft: Draft, row: Delivery, outcome: str) -> None:
    let_go(draft, row, outcome)
    if row.kind == "resolved":
        _told_the_end(draft, row)
    if not row.incident:
        membership.settle(draft, row.group, row.resolved)


def _told_the_end(draft: Draft, row: Delivery) -> None:
    back = draft.incident(row.incident) is not None  # Its alerts were back before the word left.
    if not back and row.incident not in draft.state.lingering:
        draft.drop_log(row.lane)


def _pause(row: Delivery, retry_after: int | None) -> int:
    """Microseconds until the next attempt: exponential, ± 50 % by the key, never before asked."""
    nominal = min(FIRST_WAIT * GROWTH ** (row.attempt - 1), LONGEST_WAIT)
    seed = blake2b(f"{row.key}/{row.attempt}".encode(), digest_size=4).digest()
    share = int.from_bytes(seed, "big") / 2**32
    return max(int(nominal * (0.5 + share)), retry_after or 0)


def _hasten(draft: Draft, row: Delivery) -> bool:
    """Bring a person's next method forward; whether there was one."""
    person = row.target.rpartition("/")[0]
    if row.kind != "page" or not person.startswith("user:"):
        return False
    later = [
        other
        for other in draft.rows("incident", row.incident)
        if other.target.startswith(f"{person}/")
        and other.run == row.run
        and other.due > draft.now.service
        and not other.attempt
        and other.turn is not Turn.HELD  # That one leaves when it may, and not before.
    ]
    if later:
        nearest = min(later, key=lambda other: other.due)
        draft.put_delivery(replace(nearest, due=draft.now.service))
    return bool(later)


def _fail_over(draft: Draft, row: Delivery, incident: Incident | None) -> None:
    """A page reached nobody: the person's next method now, or else the policy's next step."""
    if row.kind != "page" or incident is None or _hasten(draft, row):
        return
    pages = (r for r in draft.rows("incident", row.incident) if r.kind == "page")
    others = any(r.run == row.run for r in pages)
    latest = row.run == incident.ran - 1
    if others or not latest or not incident.ringing or incident.heard >= row.run:
        return
    if incident.exhausted or incident.muted:
        return
    _record(draft, "nobody_reached", row)
    now = draft.now.service
    incident = replace(incident, next_due=now, step_due=now)
    round_over = incident.step == 0
    if round_over and incident.heard < incident.ran - len(incident.policy.steps):
        # A whole round reached nobody; another, at once, would not either.
        _record(draft, "nobody", row)
        incident = replace(incident, exhausted=True, reached=False)
    draft.put_incident(incident)


def _record(draft: Draft, kind: str, row: Delivery, **detail: Any) -> None:
    draft.record(
        kind,
        group=row.group,
        incident=row.incident,
        target=row.target,
        delivery=row.kind,
        key=row.key,
        **detail,
    )
