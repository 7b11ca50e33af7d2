"""Holds back what is more than a person's limits grant, and lets it leave together later.

What is held back stays a delivery of its own, so that an answer withdraws it like any other. When
the limits let one message leave, the delivery that leaves takes along all that are held back.
"""

from msgspec.structs import replace

from router.core import command as c
from router.core import severity
from router.core.configuration import Configuration
from router.core.draft import Draft
from router.core.limit import STORM, Limit, Pace, free_at
from router.core.moment import DAY
from router.core.notification import Delivery, Turn
from router.core.standing import follows_nothing, holds, silent
from router.core.state import State
from router.core.turns import contact_of
from router.core.urgency import rank

BUNDLE_MAX = 1000  # More would hold up everything else while it is made; the rest follows later.
_FIRST = " first"  # First pages of what is critical have a count of their own beside the other.
_SENT_MAX = 100  # So many times a contact was sent something are kept, more than any limit counts.


def is_limited(state: State, number: int) -> bool:
    """Whether a delivery is one to a person whose method has limits."""
    row = state.deliveries.get(number)
    return row is not None and _limits(state.configuration, row) is not None


def look(draft: Draft, number: int) -> None:
    """A delivery is due: let it leave, or hold it back.

    What could not go anyway gets no leave, which others need: a claim says what becomes of it.
    """
    row = draft.state.deliveries.get(number)
    if row is not None and row.due <= draft.now.service and _can_go(draft, row):
        granted(draft, row)


def granted(draft: Draft, row: Delivery) -> Delivery | None:
    """The delivery with leave to go; None when it is held back, or another leaves first."""
    limits = _limits(draft.configuration, row)
    if limits is None or row.turn is Turn.GRANTED:
        return row
    contact, now = contact_of(row), draft.now.service
    first = _is_first_of_critical(draft, row)
    judged = (STORM,) if first else (STORM, *limits)
    pace = draft.state.turns.paces.get(f"{contact}{_FIRST}" if first else contact)
    leaving = [draft.state.deliveries[one] for one in draft.state.turns.granted(contact)]
    counted = [now for one in leaving if not first or _is_first_of_critical(draft, one)]
    sent = [*(pace.sent if pace else ()), *counted]
    free = free_at(judged, sent, now)
    if free > now:
        _hold(draft, row, free)
        return None
    leader = _most_urgent(draft, row, contact)
    draft.put_delivery(replace(leader, turn=Turn.GRANTED, due=now))
    if leader.id == row.id:
        return replace(row, turn=Turn.GRANTED, due=now)
    _hold(draft, row, free_at(judged, [*sent, now], now))
    return None


def companions(draft: Draft, row: Delivery) -> list[Delivery]:
    """What is held back and leaves in one message with this delivery, judged anew."""
    found: list[Delivery] = []
    if row.turn is not Turn.GRANTED:
        return found
    for number in sorted(draft.state.turns.held(contact_of(row))):
        each = draft.state.deliveries[number]
        if number != row.id and _can_go(draft, each):
            found.append(each)
        if len(found) == BUNDLE_MAX - 1:
            break
    return found


def members(state: State, row: Delivery) -> list[Delivery]:
    """The deliveries of the message that this one leads, itself first."""
    others = sorted(state.turns.bundle(row.id) - {row.id})
    return [row, *(state.deliveries[number] for number in others)]


def apart(row: Delivery, service: int) -> Delivery:
    """The delivery on its own again; one that was taken along is judged anew at once."""
    if not row.bundle or row.bundle == row.id:
        return replace(row, bundle=0)
    return replace(row, bundle=0, due=service)


def set_back(row: Delivery) -> Delivery:
    """The delivery without its leave: while it cannot go, it takes nobody's turn."""
    return replace(row, turn=Turn.OPEN) if row.turn is Turn.GRANTED else row


def count(draft: Draft, row: Delivery) -> None:
    """A contact was sent something, or may have been."""
    if _limits(draft.configuration, row) is None:
        return
    _count(draft, contact_of(row))
    if any(_is_first_of_critical(draft, each) for each in members(draft.state, row)):
        _count(draft, f"{contact_of(row)}{_FIRST}")


def _count(draft: Draft, contact: str) -> None:
    now = draft.now.service
    known = draft.state.turns.paces.get(contact)
    recent = [sent for sent in (known.sent if known else ()) if sent > now - DAY]
    draft.add(c.PutPace(Pace(contact, tuple([*recent, now][-_SENT_MAX:]))))


def forget(draft: Draft) -> None:
    """Drop the counts of contacts that nothing was sent to for a day, the longest a limit lasts."""
    for pace in draft.state.turns.paces.values():
        if all(sent <= draft.now.service - DAY for sent in pace.sent):
            draft.add(c.DropPace(pace.contact))


def _limits(configuration: Configuration, row: Delivery) -> tuple[Limit, ...] | None:
    person, _, via = row.target.removeprefix("user:").rpartition("/")
    user = configuration.users.get(person) if row.target.startswith("user:") else None
    return user.limits.get(via) if user else None


def _is_first_of_critical(draft: Draft, row: Delivery) -> bool:
    """Whether it is the page by which somebody first hears of a critical incident this way."""
    incident = draft.incident(row.incident)
    if row.kind != "page" or incident is None or incident.severity < severity.rank("critical"):
        return False
    return draft.log(row.lane) is None


def _hold(draft: Draft, row: Delivery, until: int) -> None:
    if row.turn is Turn.OPEN:
        draft.record(
            "held_back",
            group=row.group,
            incident=row.incident,
            target=row.target,
            delivery=row.kind,
            key=row.key,
        )
    draft.put_delivery(replace(row, turn=Turn.HELD, due=until))


def _most_urgent(draft: Draft, row: Delivery, contact: str) -> Delivery:
    """Of this delivery and those held back, the one that the others travel with."""
    deliveries = draft.state.deliveries
    waiting = [deliveries[number] for number in draft.state.turns.held(contact)]
    able = (each for each in waiting if _can_go(draft, each))
    return min([row, *able], key=lambda each: (rank(draft.state, each), each is not row, each.id))


def _can_go(draft: Draft, row: Delivery) -> bool:
    """Whether a delivery could leave now, if its turn came."""
    if row.claimed or draft.state.lane_head(row.lane) is not row:
        return False
    if not holds(row, draft.incident(row.incident)) or follows_nothing(draft, row):
        return False
    return not silent(draft, row)
