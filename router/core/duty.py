"""Who is on call, for programs: what the API answers and `--json` prints, with times in ISO 8601.

Fields are only ever added.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from router.core.civil import iso, zone
from router.core.fairness import fairness
from router.core.moment import DAY, SECOND
from router.core.schedule import Schedule, Shift, timeline

AHEAD = 56 * DAY
"""So far the next hand-off is looked for; what ends later has no end."""

Told = dict[str, Any]


def on_call(schedule: Schedule, wall: int) -> Told:
    """Who is `on_call`, `until` when, and who is `next`.

    `schedule`, `timezone`, `on_call`, `until` and `next`; both are null when nothing changes
    within eight weeks.
    """
    present, *later = timeline(schedule, wall, wall + AHEAD)
    clock = zone(schedule.timezone)
    return {
        "schedule": schedule.name,
        "timezone": schedule.timezone,
        "on_call": present.users,
        "until": iso(present.end, clock) if later else None,
        "next": later[0].users if later else None,
    }


def of_user(schedules: Iterable[Schedule], user: str, wall: int) -> list[Told]:
    """When a person is on call in the eight weeks from `wall` on, with whomever.

    Of each shift `schedule`, `timezone`, `now` (it has begun), `start` and `end`, which is null
    when it may go on beyond.
    """
    found = []
    for schedule in schedules:
        clock = zone(schedule.timezone)
        for start, end in spans(timeline(schedule, wall, wall + AHEAD), user):
            far = end == wall + AHEAD  # It may go on; nobody has looked further.
            found.append(
                {
                    "schedule": schedule.name,
                    "timezone": schedule.timezone,
                    "now": start == wall,
                    "start": iso(start, clock),
                    "end": None if far else iso(end, clock),
                }
            )
    return found


def spans(shifts: Sequence[Shift], user: str) -> list[tuple[int, int]]:
    """When the person is on call, with whomever."""
    found: list[tuple[int, int]] = []
    for start, end, users in shifts:
        if user in users:
            begins = found.pop()[0] if found and found[-1][1] == start else start
            found.append((begins, end))
    return found


def shown(schedule: Schedule, since: int, until: int) -> Told:
    """The `shifts` of a span, those with nobody among them, and its `gaps`, which have nobody.

    `people` are all it can put on call, in the order of routes.toml.
    """
    shifts = timeline(schedule, since, until)
    clock = zone(schedule.timezone)
    return {
        "schedule": schedule.name,
        "timezone": schedule.timezone,
        "allow_gaps": schedule.allow_gaps,
        "from": iso(since, clock),
        "to": iso(until, clock),
        "people": schedule.people(),
        "shifts": [
            {"start": iso(start, clock), "end": iso(end, clock), "users": users}
            for start, end, users in shifts
        ],
        "gaps": _gaps(schedule, shifts),
    }


def covered(schedule: Schedule, since: int, until: int) -> Told:
    """How a span is covered, and how evenly: `gaps`, `coverage`, `balance`, `score`, `seconds`."""
    shifts = timeline(schedule, since, until)
    found = fairness(shifts)
    return {
        "schedule": schedule.name,
        "timezone": schedule.timezone,
        "allow_gaps": schedule.allow_gaps,
        "gaps": _gaps(schedule, shifts),
        "coverage": round(found.coverage, 2),
        "balance": round(found.balance, 2),
        "score": found.score,
        "seconds": {who: span // SECOND for who, span in found.carried.items()},
    }


def _gaps(schedule: Schedule, shifts: Iterable[Shift]) -> list[Told]:
    clock = zone(schedule.timezone)
    return [{"start": iso(a, clock), "end": iso(b, clock)} for a, b in _empty(shifts)]


def _empty(shifts: Iterable[Shift]) -> Iterator[tuple[int, int]]:
    return ((start, end) for start, end, users in shifts if not users)
