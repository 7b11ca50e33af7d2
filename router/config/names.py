"""The names routes.toml gives to things, and whether what refers to one finds it."""

import msgspec

from router.config.nearest import hint
from router.config.table import Table

TARGETS = {"user": "users", "team": "teams", "schedule": "schedules", "receiver": "receivers"}
"""What may be told, by the word before the colon, and the table that defines it."""

SINGULAR = {
    "users": "user",
    "teams": "team",
    "schedules": "schedule",
    "receivers": "receiver",
    "policies": "policy",
    "intervals": "interval",
}
"""The tables that define what others refer to, and what one thing in them is called."""


class Names(msgspec.Struct, frozen=True):
    """Every name that is defined, by its table, whether or not the definition is sound."""

    by_table: dict[str, tuple[str, ...]]

    def of(self, table: str) -> tuple[str, ...]:
        """The names one table defines."""
        return self.by_table.get(table, ())

    def targets(self) -> tuple[str, ...]:
        """Everything that may be told, as a step writes it."""
        return tuple(f"{kind}:{name}" for kind, table in TARGETS.items() for name in self.of(table))


def read(root: Table) -> Names:
    """The names in all tables that define something others refer to."""
    defined = ((kind, root.values.get(kind)) for kind in SINGULAR)
    return Names({kind: tuple(it) for kind, it in defined if isinstance(it, dict)})


def reference(table: Table, key: str, names: Names, to: str) -> str | None:
    """The name `key` gives; that the table `to` defines none such is a problem."""
    name = table.text(key, None)
    if name is not None:
        check(table, name, names, to, key)
    return name


def references(table: Table, key: str, names: Names, to: str) -> tuple[str, ...]:
    """The names the array `key` gives, each once; those `to` does not define are problems."""
    found = distinct(table, key, example="name")
    for position, name in found:
        check(table, name, names, to, key, position)
    return tuple(name for _, name in found)


def check(table: Table, name: str, names: Names, to: str, *place: str | int) -> None:
    """Say that the table `to` defines nothing of this name, if so, and what was probably meant."""
    known = names.of(to)
    if name not in known:
        what = f"no {SINGULAR[to]} {name!r}{hint(name, known)}"
        table.findings.problem(table.at(*place), what, [(to, name)])


def distinct(table: Table, key: str, *, example: str) -> list[tuple[int, str]]:
    """The texts of an array with their positions; one that is there twice is a problem."""
    found = table.each(key, example=example)
    seen: set[str] = set()
    for position, text in found:
        if text in seen:
            table.problem(f"{text!r} is there twice", key, position)
        seen.add(text)
    return found


def targets(table: Table, key: str, names: Names) -> tuple[str, ...]:
    """Who is to be told: texts such as `user:ana`, all of which must exist."""
    found = distinct(table, key, example="user:ana")
    for position, target in found:
        _check_target(table, target, names, key, position)
    return tuple(target for _, target in found)


def _check_target(table: Table, target: str, names: Names, *place: str | int) -> None:
    kind, colon, name = target.partition(":")
    if colon and name in names.of(TARGETS.get(kind, "")):
        return
    same_name = [each for each in names.targets() if each.partition(":")[2] == (name or target)]
    if colon and kind in TARGETS:
        known = same_name or [f"{kind}:{each}" for each in names.of(TARGETS[kind])]
        what = f"no {kind} {name!r}{hint(target, known)}"
        table.findings.problem(table.at(*place), what, [(TARGETS[kind], name)])
        return
    forms = " or ".join(f"{each}:NAME" for each in TARGETS)
    suggestion = f"; did you mean {same_name[0]!r}?" if same_name else ""
    table.problem(f"{target!r} names nobody; write {forms}{suggestion}", *place)
