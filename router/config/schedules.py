"""Schedules: who is on call when, in layers, and the exceptions to them."""

from collections.abc import Mapping
from datetime import date, datetime

import msgspec

from router.config import overrides, rotations
from router.config.almanac import Almanac
from router.config.names import Names, check
from router.config.path import spell
from router.config.restrictions import restrictions
from router.config.table import Table, kind
from router.config.zone import zone
from router.core.configuration import User
from router.core.layer import Layer, anchored
from router.core.schedule import Schedule

PRIORITY_MAX = 1000
VERSION_MAX = 2**31 - 1


class Known(msgspec.Struct, frozen=True):
    """What schedules refer to: names, the people by them, and the calendars of others."""

    names: Names
    users: Mapping[str, User]
    almanac: Almanac


def read(root: Table, known: Known, timezone: str) -> dict[str, Schedule]:
    """The schedules by name; `timezone` is for those that name none."""
    tables = root.named("schedules")
    return {name: _schedule(name, table, known, timezone) for name, table in tables.items()}


def _schedule(name: str, table: Table, known: Known, timezone: str) -> Schedule:
    timezone = table.parsed("timezone", zone, timezone)
    layers: list[Layer] = []
    calendar = known.almanac.people(table, "ical", timezone, known.users)
    if calendar is not None:
        layers.append(Layer(turns=(), calendar=calendar, timezone=timezone))
    elif not any(key in table for key in ("ical", "ical_file")):
        table.need("layers", f"has no layers; add [[{spell(table.at('layers'))}]]")
    for below in table.tables("layers"):
        above = layers[-1].priority + 1 if layers else 0
        layers.append(_layer(below, known, timezone, above))
    return Schedule(
        name=name,
        layers=tuple(layer for layer in layers if layer.turns or layer.calendar),
        overrides=overrides.read(table, known.names, timezone),
        timezone=timezone,
        allow_gaps=table.flag("allow_gaps", False),
        shift_notices=table.flag("shift_notices", False),
        ical_version=table.number("ical_version", 0, least=0, most=VERSION_MAX),
    )


def _layer(table: Table, known: Known, timezone: str, above: int) -> Layer:
    timezone = table.parsed("timezone", zone, timezone)
    turns = _turns(table, known.names)
    calendar = known.almanac.people(table, "ical", timezone, known.users)
    if calendar is None:
        table.need("users", "nobody is in it; give it `users`")
    elif "users" in table:
        table.problem("has users and a calendar; give one of them", "ical")
    rotation = rotations.read(table, timezone, required=len(turns) > 1)
    anchor = rotations.anchor(table, timezone)
    first = 0
    if rotation and anchor and turns:
        try:
            first = anchored(turns, rotation, *anchor)
        except ValueError:
            table.problem(f"{anchor[0]!r} is not among the users of this layer", "anchor", "user")
    return Layer(
        turns=turns,
        rotation=rotation,
        first=first,
        restrict=restrictions(table, "restrict"),
        holidays=_holidays(table),
        calendar=calendar,
        rests=known.almanac.days_off(table, "holidays_ical", timezone),
        timezone=timezone,
        priority=table.number("priority", above, least=0, most=PRIORITY_MAX),
    )


def _turns(table: Table, names: Names) -> tuple[tuple[str, ...], ...]:
    """Who takes turns: a name, or an array of those who are on call together."""
    users = table.value("users", 'an array such as ["ana", "bo"]', list) or ()
    found = (_turn(table, names, position, value) for position, value in enumerate(users))
    return tuple(filter(None, found))


def _turn(table: Table, names: Names, position: int, value: object) -> tuple[str, ...]:
    alone = not isinstance(value, list)
    people: dict[str, None] = {}
    for index, name in enumerate(value if isinstance(value, list) else [value]):
        place = ("users", position) if alone else ("users", position, index)
        if type(name) is not str:
            expected = "a user, or an array of those who share a turn" if alone else "a user"
            table.problem(f"expected {expected}, got {kind(name)}", *place)
        elif name in people:
            table.problem(f"{name!r} is there twice", *place)
        else:
            check(table, name, names, "users", *place)
            people[name] = None
    if value == []:
        table.problem("nobody has this turn; leave it out", "users", position)
    return tuple(people)


def _holidays(table: Table) -> tuple[date, ...]:
    """The days on which a layer rests."""
    found = []
    for position, value in enumerate(table.value("holidays", "an array of dates", list) or ()):
        if isinstance(value, date) and not isinstance(value, datetime):
            found.append(value)
        else:
            what = f"expected a date such as 2026-12-25, got {kind(value)}"
            table.problem(what, "holidays", position)
    return tuple(found)
