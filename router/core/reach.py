"""Whom a step's targets mean at this moment, and by which methods they are reached."""

from collections.abc import Iterable, Iterator

from router.core.configuration import Configuration
from router.core.schedule import on_call


def reach(
    configuration: Configuration, notify: Iterable[str], urgency: str, wall: int
) -> tuple[dict[str, int], list[str]]:
    """The delivery targets of references such as `user:ana` or `schedule:primary`, with delays.

    A schedule means those who are on call at the `wall` time. The delay is in microseconds from
    the moment of paging; a target named twice keeps the shorter. Second come the references that
    reach nobody now: gone, without anybody on call, or without a usable method.
    """
    found: dict[str, int] = {}
    empty = []
    for reference in notify:
        targets = dict(_targets(configuration, reference, urgency, wall))
        if not targets:
            empty.append(reference)
        for target, after in targets.items():
            found[target] = min(after, found.get(target, after))
    return found, empty


def _targets(
    configuration: Configuration, reference: str, urgency: str, wall: int
) -> Iterator[tuple[str, int]]:
    kind, _, name = reference.partition(":")
    if kind == "receiver":
        for target in configuration.targets(name):
            yield target, 0
        return
    for person in _people(configuration, kind, name, wall):
        user = configuration.users.get(person)
        for contact in user.contacts(urgency) if user else ():
            yield f"user:{person}/{contact.via}", contact.after


def _people(configuration: Configuration, kind: str, name: str, wall: int) -> tuple[str, ...]:
    if kind == "team":
        return configuration.teams.get(name, ())
    if kind == "schedule":
        schedule = configuration.schedules.get(name)
        return on_call(schedule, wall) if schedule else ()
    return (name,)
