"""Teams: people, and other teams, who are called together."""

from collections.abc import Mapping

from router.config.names import Names, check, distinct
from router.config.table import Table

Members = Mapping[str, tuple[str, ...]]
_TEAM = "team:"


def read(root: Table, names: Names) -> dict[str, tuple[str, ...]]:
    """The people in each team, those of the teams within it included, nobody twice."""
    tables = root.named("teams")
    members = {name: _members(table, names) for name, table in tables.items()}
    named: set[str] = set()
    for name, table in tables.items():
        circle = _circle(name, members)
        if circle and named.isdisjoint(circle):
            named.update(circle)
            table.problem(f"contains itself: {' -> '.join(circle)}", "members")
        table.need("members", "nobody is in it; give it `members`")
    return {name: tuple(dict.fromkeys(_people(name, members))) for name in members}


def _members(table: Table, names: Names) -> tuple[str, ...]:
    found = distinct(table, "members", example="ana")
    for position, member in found:
        name = member.removeprefix(_TEAM)
        if member.startswith(_TEAM):
            check(table, name, names, "teams", "members", position)
        elif name in names.of("teams") and name not in names.of("users"):
            meant = f"; did you mean '{_TEAM}{name}'?"
            table.problem(f"no user {name!r}{meant}", "members", position)
        else:
            check(table, name, names, "users", "members", position)
    return tuple(member for _, member in found)


def _circle(start: str, members: Members) -> list[str]:
    """The way from a team back to itself, empty when there is none."""
    waiting = [[start]]
    seen = set()
    while waiting:
        way = waiting.pop(0)
        for member in members.get(way[-1], ()):
            within = member.removeprefix(_TEAM)
            if not member.startswith(_TEAM) or within in seen:
                continue
            if within == start:
                return [*way, start]
            seen.add(within)
            waiting.append([*way, within])
    return []


def _people(team: str, members: Members) -> list[str]:
    people: list[str] = []
    waiting, seen = [_TEAM + team], {_TEAM + team}
    while waiting:
        member = waiting.pop()
        if not member.startswith(_TEAM):
            people.append(member)
            continue
        within = members.get(member.removeprefix(_TEAM), ())
        waiting.extend(each for each in reversed(within) if each not in seen)
        seen.update(within)
    return people
