"""Exceptions to a schedule: for a while others are on call, or somebody is not."""

from collections.abc import Iterator
from itertools import combinations

from router.config.localtime import EXAMPLE, instant
from router.config.names import Names, check, reference, references
from router.config.table import Table
from router.core.schedule import Override

_WHO = ("users", "add", "remove", "replace")


def read(table: Table, names: Names, timezone: str) -> tuple[Override, ...]:
    """The `overrides` of a schedule; their times are local to `timezone`."""
    tables = table.tables("overrides")
    found = [_override(each, names, timezone) for each in tables]
    for (earlier, one), (later, other) in combinations(enumerate(found), 2):
        if one and other and one.start < other.end and other.start < one.end:
            for what in _contradictions(one, other):
                table.problem(f"overlaps overrides[{earlier}]: {what}", "overrides", later)
    return tuple(filter(None, found))


def _override(table: Table, names: Names, timezone: str) -> Override | None:
    start, end = instant(table, "from", timezone), instant(table, "to", timezone)
    users, add, remove = (references(table, key, names, "users") for key in _WHO[:3])
    pairs = _pairs(table, names)
    for key in ("from", "to"):
        table.need(key, f"needs a time, {key} = {EXAMPLE}")
    if not any(key in table for key in _WHO):
        what = "needs `users`, who are on call instead (nobody: []), or whom to `add` or `remove`"
        table.absent(what, *_WHO)
    for person in set(add) & set(remove):
        table.problem(f"adds and removes {person!r}")
    if start is None or end is None:
        return None
    if end <= start:
        table.problem("does not lie after `from`", "to")
        return None
    named = users if "users" in table else None
    return Override(start=start, end=end, users=named, add=add, remove=remove, replace=pairs)


def _pairs(table: Table, names: Names) -> tuple[tuple[str, str], ...]:
    """Who gives, and who takes: `replace = { ana = "bo" }`."""
    below = table.table("replace")
    found = []
    for giver in below.values:
        check(below, giver, names, "users", giver)
        taker = reference(below, giver, names, "users")
        if taker == giver:
            below.problem("carries her own turns already", giver)
        elif taker is not None:
            found.append((giver, taker))
    return tuple(found)


def _contradictions(one: Override, other: Override) -> Iterator[str]:
    if one.users is not None and other.users is not None:
        yield "both name `users`"
    for person in sorted({*one.add, *one.remove} & {*other.add, *other.remove}):
        yield f"both add or remove {person!r}"
    for person in sorted(dict(one.replace).keys() & dict(other.replace).keys()):
        yield f"both replace {person!r}"
