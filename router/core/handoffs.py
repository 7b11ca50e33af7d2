"""The hand-offs that fall into what would become of an alert."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

from router.core.configuration import Configuration
from router.core.forecast import Entry
from router.core.group import Group
from router.core.schedule import timeline


def with_handoffs(
    configuration: Configuration,
    groups: Iterable[Group],
    entries: Sequence[Entry],
    wall: int,
    horizon: int,
) -> list[Entry]:
    """The entries, and between them each change of who is on call in the schedules they ring.

    `target` is the schedule, `reason` says who hands over to whom.
    """
    found = [*entries]
    for reference in dict.fromkeys(_schedules(configuration, groups)):
        schedule = configuration.schedules.get(reference.removeprefix("schedule:"))
        shifts = timeline(schedule, wall, wall + horizon) if schedule else []
        for before, after in pairwise(shifts):
            who = f"{_names(before.users)} → {_names(after.users)}"
            at = after.start - wall
            found.append(Entry(after=at, kind="handoff", target=reference, reason=who))
    return sorted(found, key=lambda entry: (entry.after, entry.kind != "handoff"))


def _schedules(configuration: Configuration, groups: Iterable[Group]) -> Iterator[str]:
    for group in groups:
        policy = configuration.policies.get(group.policy)
        if policy is None:
            continue
        told = [*configuration.fallback, *(policy.digest.notify if policy.digest else ())]
        for step in policy.steps:
            told.extend(step.notify)
        yield from (each for each in told if each.startswith("schedule:"))


def _names(people: Sequence[str]) -> str:
    return ", ".join(people) or "nobody"
