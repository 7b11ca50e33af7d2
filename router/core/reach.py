"""Whom a step's targets mean at this moment, and by which methods they are reached."""

from collections.abc import Iterable, Iterator

from router.core.configuration import Configuration


def reach(
    configuration: Configuration, notify: Iterable[str], urgency: str
) -> tuple[dict[str, int], list[str]]:
    """The delivery targets of `user:`, `team:` and `receiver:` references, with their delays.

    The delay is in microseconds from the moment of paging; a target named twice keeps the shorter.
    Second come the references that reach nobody now: gone, or without a usable method.
    """
    found: dict[str, int] = {}
    empty = []
    for reference in notify:
        targets = dict(_targets(configuration, reference, urgency))
        if not targets:
            empty.append(reference)
        for target, after in targets.items():
            found[target] = min(after, found.get(target, after))
    return found, empty


def _targets(
    configuration: Configuration, reference: str, urgency: str
) -> Iterator[tuple[str, int]]:
    kind, _, name = reference.partition(":")
    if kind == "receiver":
        for target, _integration in configuration.targets(name):
            yield target, 0
        return
    people = configuration.teams.get(name, ()) if kind == "team" else (name,)
    for person in people:
        user = configuration.users.get(person)
        for contact in user.contacts(urgency) if user else ():
            yield f"user:{person}/{contact.via}", contact.after
