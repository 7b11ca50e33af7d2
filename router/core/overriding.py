"""What an override or a swap does to a schedule, once it has been checked for sense."""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import msgspec
from msgspec.structs import replace

from router.core import command as c
from router.core import event as e
from router.core import shiftwork
from router.core.draft import Draft
from router.core.moment import DAY
from router.core.override import PostedOverride, named, together
from router.core.schedule import Override, Schedule, timeline

LONGEST = 400 * DAY
LONGEST_SWAP = 62 * DAY
"""Whether there is anything to give is looked up in the calendar, and that must not take long."""
OVERRIDES_MAX = 500
"""So many of one schedule are not over at a time: each costs a look whenever somebody is rung."""
KEPT = 90 * DAY
"""So long after its end it is known who was on call because of it."""


class _Refused(Exception):
    def __init__(self, code: str, text: str) -> None:
        self.code, self.text = code, text
        super().__init__(text)


class _Maker(msgspec.Struct, frozen=True):
    kind: str
    by: str
    via: str
    comment: str


def overridden(draft: Draft, event: e.Overridden) -> None:
    """Somebody made overrides, all of them or none. What began before now begins now.

    Answers `overridden`, or `unknown`, `invalid` or `conflict` and why nothing was done.
    """
    kind = "temporary" if len(event.overrides) > 1 else "override"
    maker = _Maker(kind, event.by, event.via, event.comment)
    try:
        schedule = _schedule(draft, event.schedule)
        _put(draft, schedule, [_sane(draft, each) for each in event.overrides], maker)
    except _Refused as refused:
        draft.answer(refused.code, refused.text)


def swapped(draft: Draft, event: e.Swapped) -> None:
    """Somebody takes another's turns for a while, and perhaps gives some of hers back.

    Answers as `overridden` does.
    """
    try:
        schedule = _schedule(draft, event.schedule)
        if event.user == event.taker:
            raise _Refused("invalid", f"{event.user} has her own turns already")
        ways = [(event.start, event.end, event.user, event.taker)]
        if event.back is not None:
            ways.append((*event.back, event.taker, event.user))
        parts = [_sane(draft, _way(*way)) for way in ways]
        for part in parts:
            if part.end - part.start > LONGEST_SWAP:
                raise _Refused("invalid", f"a swap of more than {LONGEST_SWAP // DAY} days")
            ((giver, _),) = part.replace
            if not any(giver in s.users for s in timeline(schedule, part.start, part.end)):
                what = f"{giver} is not on call in {schedule.name} then, and has nothing to give"
                raise _Refused("invalid", what)
        maker = _Maker("swap", event.by, event.via, event.comment)
        _put(draft, schedule, _simultaneous(parts), maker)
    except _Refused as refused:
        draft.answer(refused.code, refused.text)


def removed(draft: Draft, event: e.OverrideRemoved) -> None:
    """Somebody takes one back, and all that were made with it: from now on they do not count."""
    wall = draft.now.wall
    found = together(draft.state.overrides, event.id)
    present = [each for each in found if each.state(wall) != "over"]
    if not found:
        draft.answer("unknown", f"there is no override {event.id}")
    elif not present:
        draft.answer("already", f"override {event.id} is over")
    else:
        for each in present:
            if each.state(wall) == "pending":
                draft.add(c.DropOverride(each.id))
            else:
                draft.add(c.PutOverride(replace(each, change=replace(each.change, end=wall))))
        shiftwork.look_soon(draft)
        ids = [each.id for each in present]
        draft.record(
            "override_removed",
            schedule=found[0].schedule,
            overrides=ids,
            by=event.by,
            via=event.via,
        )
        draft.answer("removed", f"override {event.id} of {found[0].schedule} no longer counts")


def swept(draft: Draft) -> None:
    """Forget those that were over long ago."""
    for each in draft.state.overrides.values():
        if each.change.end + KEPT < draft.now.wall:
            draft.add(c.DropOverride(each.id))


def _schedule(draft: Draft, name: str) -> Schedule:
    found = draft.configuration.schedules.get(name)
    if found is None:
        known = ", ".join(draft.configuration.schedules) or "there is none"
        raise _Refused("unknown", f"no schedule {name!r}; known: {known}")
    return found


def _sane(draft: Draft, change: Override) -> Override:
    """The override from now on at the earliest, if it makes sense by itself."""
    wall, users = draft.now.wall, draft.configuration.users
    change = replace(change, start=max(change.start, wall), id=0)
    unknown = [who for who in named(change) if who not in users]
    if unknown:
        raise _Refused("unknown", f"no user {unknown[0]!r}; known: {', '.join(users)}")
    if change.end <= wall:
        raise _Refused("invalid", "it is over already; give an end that is yet to come")
    if change.end <= change.start:
        raise _Refused("invalid", "its end does not lie after its start")
    if change.end - wall > LONGEST:
        raise _Refused("invalid", f"its end lies more than {LONGEST // DAY} days ahead")
    if change.users is None and not (change.add or change.remove or change.replace):
        raise _Refused("invalid", "it changes nothing; name users, or whom to add or remove")
    if both := {*change.add} & {*change.remove}:
        raise _Refused("invalid", f"it adds and removes {min(both)!r}")
    return change


def _way(start: int, end: int, giver: str, taker: str) -> Override:
    return Override(start=start, end=end, replace=((giver, taker),))


def _simultaneous(parts: Sequence[Override]) -> list[Override]:
    """The same in spans that do not overlap: who gives and takes at once does both at once."""
    edges = sorted({edge for part in parts for edge in (part.start, part.end)})
    found = []
    for start, end in pairwise(edges):
        pairs = [pair for part in parts if part.covers(start) for pair in part.replace]
        if pairs:
            found.append(Override(start=start, end=end, replace=tuple(pairs)))
    return found


def _put(draft: Draft, schedule: Schedule, changes: Sequence[Override], maker: _Maker) -> None:
    """Keep them, each under the number of the record that tells of it."""
    wall = draft.now.wall
    present = [each for each in schedule.overrides if each.end > wall]
    if len(present) + len(changes) > OVERRIDES_MAX:
        what = f"{schedule.name} has {len(present)} overrides to come; remove some first"
        raise _Refused("conflict", what)
    for change in changes:
        _agree(change, present)
    first = 0
    for change in changes:
        id_ = draft.record(
            "swapped" if maker.kind == "swap" else "overridden",
            schedule=schedule.name,
            by=maker.by,
            via=maker.via,
            comment=maker.comment,
            change=_told(change),
        )
        first = first or id_
        posted = PostedOverride(
            id=id_,
            schedule=schedule.name,
            change=change,
            kind=maker.kind,
            part_of=first,
            created_at=wall,
            created_by=maker.by,
            comment=maker.comment,
        )
        draft.add(c.PutOverride(posted))
    shiftwork.look_soon(draft)
    code = "swapped" if maker.kind == "swap" else "overridden"
    draft.answer(code, f"{code} {schedule.name}: override {first}")


def _told(change: Override) -> dict[str, object]:
    return {
        name: value
        for name in ("start", "end", "users", "add", "remove", "replace")
        if (value := getattr(change, name)) not in (None, ()) or name == "users"
    }


def _agree(change: Override, others: Iterable[Override]) -> None:
    """Refuse what would contradict another at some time."""
    for other in others:
        if change.start >= other.end or other.start >= change.end:
            continue
        which = f"override {other.id}" if other.id else "an override of routes.toml"
        both = {*change.add, *change.remove} & {*other.add, *other.remove}
        if both:
            raise _Refused("conflict", f"{which} adds or removes {min(both)!r} at that time too")
        givers = {giver for giver, _ in other.replace}
        wanted = {*(change.users or ()), *change.add, *(giver for giver, _ in change.replace)}
        if given := givers & wanted:
            who = min(given)
            taker = dict(other.replace)[who]
            raise _Refused("conflict", f"{which} gives {who}'s turns to {taker} at that time")
