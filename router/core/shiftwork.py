"""Tells people who want to know that their shift has begun, or ended."""

from collections.abc import Iterator, Mapping, Sequence
from zoneinfo import ZoneInfo

from router.core import civil
from router.core import command as c
from router.core.configuration import Configuration, User
from router.core.draft import Draft
from router.core.duty import AHEAD, spans
from router.core.moment import DAY, HOUR, MINUTE, to_datetime
from router.core.notification import Delivery, Snapshot, encode
from router.core.plan import key, supersede
from router.core.reach import reach
from router.core.schedule import Schedule, Shift, on_call, timeline
from router.core.shift import ToldShift

LATE = HOUR  # That a shift has ended is no news so long after.
AGAIN = MINUTE  # However the wall clock is set meanwhile, one looks again so soon.


def wants(user: User, schedule: Schedule) -> bool:
    """Whether a person hears of her shifts in a schedule: as she says, or else as it says."""
    if user.shift_notices is None:
        return schedule.shift_notices
    return user.shift_notices is True or schedule.name in (user.shift_notices or ())


def look(draft: Draft) -> None:
    """Tell of each shift that began or ended since the last look, and look again at the next.

    It compares who is on call with who was told to be: nothing is told twice, a restart finds what
    is still to be told, and of a shift that came and went meanwhile nobody hears. Of a schedule
    that is looked at for the first time it is only noted.
    """
    wall, configuration = draft.now.wall, draft.configuration
    told, next_at = draft.state.shifts.told, []
    for schedule in _watched(configuration):
        shifts = timeline(schedule, wall, wall + DAY)
        next_at.append(shifts[0].end)
        present = on_call(schedule, wall)
        before = told.get(schedule.name)
        if before is not None and set(before.users) == set(present):
            continue
        if before is not None:
            _tell(draft, schedule, before, present)
        row = ToldShift(schedule=schedule.name, users=present, at=wall)
        draft.add(c.PutShift(row))
    watched = {schedule.name for schedule in _watched(configuration)}
    for name in told.keys() - watched:
        draft.add(c.DropShift(name))
    soon = min([*next_at, wall + AGAIN]) - wall
    draft.add(c.LookForShifts(draft.now.service + soon if next_at else None))


def look_soon(draft: Draft) -> None:
    """Schedules are others than before: look at once, after this decision has been applied."""
    draft.add(c.LookForShifts(draft.now.service))


def _watched(configuration: Configuration) -> Iterator[Schedule]:
    """The schedules of which anybody wants to hear, whether or not she is in it by now."""
    for schedule in configuration.schedules.values():
        if any(wants(user, schedule) for user in configuration.users.values()):
            yield schedule


def _tell(draft: Draft, schedule: Schedule, before: ToldShift, present: Sequence[str]) -> None:
    users, wall = draft.configuration.users, draft.now.wall
    past = timeline(schedule, max(before.at, wall - DAY), wall)
    for person in sorted({*before.users, *present}):
        user = users.get(person)
        if user is None or not wants(user, schedule):
            continue
        zone = civil.zone(user.timezone or schedule.timezone)
        if person not in before.users:
            ahead = spans(timeline(schedule, wall, wall + AHEAD), person)
            until = ahead[0][1] if ahead else wall
            far = until >= wall + AHEAD
            ends = "" if far else f"; it ends {_spell(until, zone)}"
            others = [who for who in present if who != person]
            beside = f" You share it with {_names(users, others)}." if others else ""
            note = f"Your shift in {schedule.name} has begun{ends}.{beside}"
            _notice(draft, schedule, person, "begun", note, until)
        elif person not in present and wall - _ended(past, person, wall) <= LATE:
            after = (
                f"On call now: {_names(users, present)}." if present else "Nobody is on call now."
            )
            note = f"Your shift in {schedule.name} has ended. {after}"
            _notice(draft, schedule, person, "ended", note, wall + LATE)


def _ended(past: Sequence[Shift], person: str, wall: int) -> int:
    """When her shift ended; now, when the schedule itself was changed."""
    return next((end for _, end, users in reversed(past) if person in users), wall)


def _notice(
    draft: Draft, schedule: Schedule, person: str, what: str, note: str, until: int
) -> None:
    targets, _ = reach(draft.configuration, [f"user:{person}"], "normal", draft.now.wall)
    snapshot = Snapshot(
        status="firing",
        reason=f"shift {what}",
        group_key=f"shift/{schedule.name}",
        group_labels={},
        alerts=(),
        firing=0,
        resolved=0,
        note=note,
    )
    payload = encode(snapshot)
    for target, after in targets.items():
        lane = f"s{schedule.name}:{target}"
        supersede(draft, lane)
        number = draft.next_id("delivery")
        due = draft.now.service + after
        delivery = Delivery(
            id=number,
            key=key(draft.state.instance, f"s{number}.{what}", target),
            lane=lane,
            kind="notice",
            target=target,
            due=due,
            not_after=max(due, draft.now.service + min(until - draft.now.wall, DAY)),
            reason=f"shift {what}",
            payload=payload,
        )
        draft.enqueue(delivery)
    draft.record(f"shift_{what}", schedule=schedule.name, user=person, targets=list(targets))


def _names(users: Mapping[str, User], people: Sequence[str]) -> str:
    known = ((person, users.get(person)) for person in people)
    return ", ".join(user.name or person if user else person for person, user in known)


def _spell(wall: int, zone: ZoneInfo) -> str:
    return to_datetime(wall).astimezone(zone).strftime("%a %Y-%m-%d %H:%M %Z")
