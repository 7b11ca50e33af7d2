"""What `tocsin explain` tells of one alert: worked out, and printed."""

from collections.abc import Mapping, Sequence
from typing import Any
from zoneinfo import ZoneInfo

import click
import msgspec

from router.cli import show
from router.core.configuration import Configuration, Policy
from router.core.forecast import Entry, forecast, place
from router.core.group import Group
from router.core.inhibition import InhibitRule
from router.core.labels import decode, text
from router.core.maintenance import Maintenance, Maintenances
from router.core.matcher import list_text, matches_all
from router.core.moment import DAY, SECOND, Now, to_datetime
from router.core.mute import closed_by
from router.core.route import Route

FAR = 8 * DAY  # So far we look for the first thing to happen: a digest may wait a weekend.

_SENT = frozenset(("page", "notification", "notice"))
_WORDS = {
    "opened": "policy {0}",
    "muted": "{0}",
    "unreachable": "reaches nobody now",
    "exhausted": "every step was run; from here on the fallback is told",
    "nobody": "no step reaches anybody; the fallback is told",
    "cut": "and so on: {0}",
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """Everything there is to tell. `later`: nothing is sent in time, so the first is told."""

    configuration: Configuration
    labels: Mapping[str, str]
    wall: int
    horizon: int
    groups: Sequence[Group]
    entries: Sequence[Entry]
    later: bool


def work_out(
    configuration: Configuration, labels: Mapping[str, str], wall: int, horizon: int
) -> Told:
    """Let the rules run ahead of the clock."""
    now = Now(wall, 0)
    entries = forecast(configuration, labels, now, horizon)
    later = not any(entry.kind in _SENT for entry in entries)
    if later and horizon < FAR:
        entries = _until_sent(forecast(configuration, labels, now, FAR))
    return Told(
        configuration=configuration,
        labels=labels,
        wall=wall,
        horizon=horizon,
        groups=place(configuration, labels, now),
        entries=entries,
        later=later,
    )


def _until_sent(entries: Sequence[Entry]) -> list[Entry]:
    """The entries up to the first moment at which something is sent."""
    first = next((entry.after for entry in entries if entry.kind in _SENT), None)
    return [entry for entry in entries if first is None or entry.after <= first]


def print_json(told: Told) -> None:
    """Print it for programs; spans are seconds."""
    show.as_json(
        {
            "labels": dict(told.labels),
            "at": to_datetime(told.wall).isoformat(),
            "routes": [_route_json(told, group) for group in told.groups],
            "timeline": [_entry_json(told, entry) for entry in told.entries],
        }
    )


def _route_json(told: Told, group: Group) -> dict[str, Any]:
    route = _route(told, group)
    return {
        "route": route.id,
        "receiver": group.receiver or None,
        "policy": group.policy or None,
        "group_labels": decode(group.labels),
        "group_key": group.key,
        "group_wait_seconds": route.group_wait / SECOND,
        "group_interval_seconds": route.group_interval / SECOND,
        "repeat_interval_seconds": route.repeat_interval / SECOND,
        "muted_by": _closed(told, route),
        "maintenance": [window.name for window in _windows(told)],
        "mute_time_intervals": route.mute_time_intervals,
        "active_time_intervals": route.active_time_intervals,
        "inhibited_by": [_condition(told, rule) for rule in _rules(told)],
    }


def _entry_json(told: Told, entry: Entry) -> dict[str, Any]:
    known = {
        "after_seconds": entry.after / SECOND,
        "at": to_datetime(told.wall + entry.after).isoformat(),
        "kind": entry.kind,
        "target": entry.target,
        "reason": entry.reason,
        "group": entry.group,
        "incident": entry.incident,
        "lacks": _lacks(told, entry),
    }
    return {name: value for name, value in known.items() if value or name == "after_seconds"}


def print_text(told: Told) -> None:
    """Print it for people."""
    zone = ZoneInfo(told.configuration.timezone)
    began = to_datetime(told.wall).astimezone(zone)
    click.echo(show.clean(f"{text(told.labels)} at {began.strftime('%A, %Y-%m-%d %H:%M:%S %Z')}"))
    for number, group in enumerate(told.groups, 1):
        click.echo()
        click.echo(show.clean(f"Route {number}: {_route(told, group).id}"))
        show.table(_facts(told, group), indent="  ")
    click.echo("\nWhile nobody answers")
    _print_timeline(told, zone)


def _facts(told: Told, group: Group) -> list[tuple[str, str]]:
    route = _route(told, group)
    policy = told.configuration.policies.get(group.policy)
    spans = [route.group_wait, route.group_interval, route.repeat_interval]
    wait, interval, repeat = map(show.span, spans)
    facts = [("receiver", group.receiver)] if group.receiver else []
    if policy is not None:
        facts.append(("policy", f"{policy.name} ({policy.priority}, {_manner(policy)})"))
    facts.append(("group", group.key))
    facts.append(("timers", f"group_wait {wait}, group_interval {interval}, repeat {repeat}"))
    closed = ", ".join(_closed(told, route))
    listed = [*route.mute_time_intervals, *(f"only {n}" for n in route.active_time_intervals)]
    facts.append(("mutes", f"now by {closed}" if closed else ", ".join(listed) or "none"))
    facts.extend(("maintenance", _when(window)) for window in _windows(told))
    facts.extend(("held back", f"while {_condition(told, rule)}") for rule in _rules(told))
    return facts


def _manner(policy: Policy) -> str:
    if policy.digest is not None:
        return "gathered for a digest"
    steps = "1 step" if len(policy.steps) == 1 else f"{len(policy.steps)} steps"
    times = {0: "until answered", 1: "once"}.get(policy.rounds, f"{policy.rounds} times")
    return f"{policy.urgency}, {steps}, {times}"


def _closed(told: Told, route: Route) -> tuple[str, ...]:
    """What keeps the route, or this alert, quiet now."""
    windows = Maintenances(told.configuration.maintenance.values())
    holding = windows.holding(told.labels, told.wall)
    by_calendar = closed_by(told.configuration, route, told.wall)
    return (*by_calendar, *(f"maintenance:{name}" for name in holding))


def _windows(told: Told) -> list[Maintenance]:
    """The maintenance windows that speak of this alert, now or at another time."""
    known = told.configuration.maintenance.values()
    return [window for window in known if matches_all(window.matchers, told.labels)]


def _when(window: Maintenance) -> str:
    ends = (("from", window.starts_at), ("to", window.ends_at))
    said = [f"{word} {to_datetime(at):%Y-%m-%d %H:%M} UTC" for word, at in ends if at is not None]
    said += ["at its intervals"] if window.intervals else []
    said += [f"({window.comment})"] if window.comment else []
    return " ".join([window.name, *said])


def _rules(told: Told) -> list[InhibitRule]:
    """The inhibition rules whose target this alert is."""
    return [r for r in told.configuration.inhibit if matches_all(r.target, told.labels)]


def _condition(told: Told, rule: InhibitRule) -> str:
    same = text({name: told.labels.get(name, "") for name in rule.equal})
    with_same = f" with {same}" if rule.equal else ""
    return f"{list_text(rule.source)} fires{with_same}"


def _print_timeline(told: Told, zone: ZoneInfo) -> None:
    sent = [entry for entry in told.entries if entry.kind in _SENT]
    if told.later and not sent:
        click.echo(f"  Nobody is told anything within {show.span(max(told.horizon, FAR))}.")
    many = len(told.groups) > 1
    rows = [_row(told, entry, zone, many) for entry in told.entries]
    if rows:
        show.table(rows, indent="  ")
    if told.later and sent:
        click.echo(f"  (nothing is sent within {show.span(told.horizon)}; this is the first)")
    lacking = dict.fromkeys(secret for entry in sent for secret in _lacks(told, entry))
    if lacking:
        click.echo(f"\n! cannot be sent until there is {', '.join(lacking)}")


def _row(told: Told, entry: Entry, zone: ZoneInfo, many: bool) -> tuple[str, ...]:
    began = to_datetime(told.wall).astimezone(zone)
    at = to_datetime(told.wall + entry.after).astimezone(zone)
    clock = at.strftime("%H:%M:%S" if at.date() == began.date() else "%a %Y-%m-%d %H:%M:%S")
    numbers = {group.id: index for index, group in enumerate(told.groups, 1)}
    which = f"route {numbers[entry.group]}" if many and entry.group in numbers else ""
    said = _WORDS.get(entry.kind, "{0}").format(entry.reason)
    note = f"{said} !" if _lacks(told, entry) else said
    return f"+{show.span(entry.after)}", clock, entry.kind, entry.target, which, note


def _lacks(told: Told, entry: Entry) -> list[str]:
    """The secrets without which this delivery cannot be sent."""
    found = told.configuration.integration(entry.target) if entry.kind in _SENT else None
    return [*found.missing()] if found else []


def _route(told: Told, group: Group) -> Route:
    return told.configuration.tree.routes[group.route]
