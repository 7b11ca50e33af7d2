"""Prints for people what would become of an alert. See router.web.explanation for its shape."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import click

from router.cli import show
from router.core.explanation import FAR, SENT
from router.core.labels import text
from router.core.moment import SECOND

Explanation = Mapping[str, Any]

_WORDS = {
    "opened": "policy {0}",
    "muted": "{0}",
    "unreachable": "reaches nobody now",
    "answer_overdue": "by now somebody ought to have answered",
    "exhausted": "every step was run; from here on the fallback is told",
    "nobody": "no step reaches anybody; the fallback is told",
    "cut": "and so on: {0}",
    "handoff": "on call: {0}",
    "failed": "{0}; cannot be sent, and is tried again",
}


def print_text(told: Explanation) -> None:
    """Print it for people."""
    began = datetime.fromisoformat(told["at"]).astimezone(ZoneInfo(told["timezone"]))
    head = f"{text(told['labels'])} at {began.strftime('%A, %Y-%m-%d %H:%M:%S %Z')}"
    click.echo(show.clean(head))
    for reason in told.get("muted_now", ()):
        click.echo(show.clean(f"Nobody would be told now: {reason}"))
    for number, route in enumerate(told["routes"], 1):
        click.echo()
        click.echo(show.clean(f"Route {number}: {route['route']}"))
        show.table(_facts(route), indent="  ")
    click.echo("\nWhile nobody answers")
    _print_timeline(told, began)


def _facts(route: Mapping[str, Any]) -> list[tuple[str, str]]:
    names = ("group_wait", "group_interval", "repeat_interval")
    wait, interval, repeat = (show.span(_micros(route[f"{name}_seconds"])) for name in names)
    facts = [("receiver", route["receiver"])] if route["receiver"] else []
    if route["policy"]:
        facts.append(("policy", f"{route['policy']} ({route['manner']})"))
    facts.append(("group", route["group_key"]))
    facts.append(("timers", f"group_wait {wait}, group_interval {interval}, repeat {repeat}"))
    closed = ", ".join(route["muted_by"])
    active = (f"only {name}" for name in route["active_time_intervals"])
    listed = [*route["mute_time_intervals"], *active]
    facts.append(("mutes", f"now by {closed}" if closed else ", ".join(listed) or "none"))
    facts.extend(("maintenance", window) for window in route["maintenance_said"])
    facts.extend(("held back", f"while {condition}") for condition in route["inhibited_by"])
    return facts


def _print_timeline(told: Explanation, began: datetime) -> None:
    sent = [entry for entry in told["timeline"] if entry["kind"] in SENT]
    horizon = _micros(told["horizon_seconds"])
    if told["later"] and not sent:
        click.echo(f"  Nobody is told anything within {show.span(max(horizon, FAR))}.")
    groups = {route["group"]: index for index, route in enumerate(told["routes"], 1)}
    rows = [_row(entry, began, groups) for entry in told["timeline"]]
    if rows:
        show.table(rows, indent="  ")
    if told["later"] and sent:
        click.echo(f"  (nothing is sent within {show.span(horizon)}; this is the first)")
    lacking = dict.fromkeys(secret for entry in sent for secret in entry.get("lacks", ()))
    if lacking:
        click.echo(f"\n! cannot be sent until there is {', '.join(lacking)}")


def _row(entry: Mapping[str, Any], began: datetime, groups: Mapping[int, int]) -> tuple[str, ...]:
    after = _micros(entry["after_seconds"])
    at = datetime.fromisoformat(entry["at"]).astimezone(began.tzinfo)
    clock = at.strftime("%H:%M:%S" if at.date() == began.date() else "%a %Y-%m-%d %H:%M:%S")
    number = groups.get(entry.get("group", 0))
    which = f"route {number}" if len(groups) > 1 and number else ""
    said = _WORDS.get(entry["kind"], "{0}").format(entry.get("reason", ""))
    note = f"{said} !" if entry.get("lacks") else said
    return f"+{show.span(after)}", clock, entry["kind"], entry.get("target", ""), which, note


def _micros(seconds: float) -> int:
    return round(seconds * SECOND)
