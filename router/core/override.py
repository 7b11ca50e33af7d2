"""Overrides made while the service runs: what is kept of each, and the schedules with them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, Protocol

import msgspec
from msgspec.structs import replace

from router.core.configuration import Configuration
from router.core.schedule import Override, Schedule

State = Literal["pending", "active", "over"]


class PostedOverride(msgspec.Struct, frozen=True, kw_only=True):
    """An override that somebody made while the service ran, and who did.

    `kind` is `override`, `swap` or `temporary`. `part_of` is the number of the first of those that
    were made together and go together: the parts of a swap, or the shifts of a temporary schedule.
    """

    id: int
    schedule: str
    change: Override
    kind: str = "override"
    part_of: int
    created_at: int
    created_by: str = ""
    comment: str = ""

    def state(self, wall: int) -> State:
        """Whether it is yet to come, holds, or is over."""
        if wall < self.change.start:
            return "pending"
        return "active" if wall < self.change.end else "over"

    def flaw(self, configuration: Configuration) -> str:
        """Why it counts for nothing: it names what routes.toml no longer has. Else empty."""
        if self.schedule not in configuration.schedules:
            return f"there is no schedule {self.schedule!r} any more"
        gone = [who for who in named(self.change) if who not in configuration.users]
        return f"there is no user {gone[0]!r} any more" if gone else ""


def named(change: Override) -> Iterator[str]:
    """Everybody it names, whether they come or go."""
    yield from change.people()
    yield from change.remove
    yield from (giver for giver, _ in change.replace)


class Laid(Protocol):
    """What `lay` changes of a state: the overrides by number, and what is in force with them."""

    filed: Configuration
    configuration: Configuration
    overrides: dict[int, PostedOverride]


def effective(filed: Configuration, posted: Iterable[PostedOverride]) -> Configuration:
    """The configuration of a file with the overrides that were made since, the newest last.

    Those that name somebody or a schedule the file does not have count for nothing. Doing it again
    changes nothing.
    """
    sound: dict[str, list[Override]] = {}
    for each in sorted(posted, key=lambda each: each.id):
        if not each.flaw(filed):
            sound.setdefault(each.schedule, []).append(replace(each.change, id=each.id))
    schedules = {name: _with(found, sound.get(name, [])) for name, found in filed.schedules.items()}
    if all(schedules[name] is found for name, found in filed.schedules.items()):
        return filed
    return replace(filed, schedules=schedules)


def lay(state: Laid, id_: int, posted: PostedOverride | None) -> None:
    """Keep an override in place of the one with this number, or None of it."""
    if posted is None:
        del state.overrides[id_]
    else:
        state.overrides[id_] = posted
    state.configuration = effective(state.filed, state.overrides.values())


def _with(schedule: Schedule, posted: list[Override]) -> Schedule:
    own = tuple(override for override in schedule.overrides if not override.id)
    overrides = (*own, *posted)
    return schedule if overrides == schedule.overrides else replace(schedule, overrides=overrides)


def ignored(state: Laid, wall: int) -> Iterator[str]:
    """A sentence for each override not yet over that counts for nothing."""
    for each in state.overrides.values():
        flaw = each.flaw(state.filed)
        if flaw and each.state(wall) != "over":
            yield f"override {each.id} of {each.schedule} is ignored: {flaw}"


def together(posted: Mapping[int, PostedOverride], id_: int) -> list[PostedOverride]:
    """It and those that were made with it."""
    found = posted.get(id_)
    return [each for each in posted.values() if found and each.part_of == found.part_of]
