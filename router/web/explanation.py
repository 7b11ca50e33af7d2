"""What would become of an alert, as JSON: for the API, and for `tocsin explain`."""

from typing import Any

from router.core.configuration import Policy
from router.core.explanation import Told
from router.core.forecast import Entry
from router.core.group import Group
from router.core.inhibition import InhibitRule
from router.core.labels import decode, text
from router.core.maintenance import Maintenance
from router.core.matcher import list_text
from router.core.moment import MINUTE, SECOND, to_datetime


def explanation(told: Told) -> dict[str, Any]:
    """All of it; spans are seconds, `later` says that only the first thing ever sent is told."""
    return {
        "labels": dict(told.labels),
        "at": to_datetime(told.wall).isoformat(),
        "timezone": told.configuration.timezone,
        "horizon_seconds": told.horizon / SECOND,
        "later": told.later,
        "routes": [_route(told, group) for group in told.groups],
        "timeline": [_entry(told, entry) for entry in told.entries],
    }


def _route(told: Told, group: Group) -> dict[str, Any]:
    route = told.route(group)
    policy = told.configuration.policies.get(group.policy)
    return {
        "route": route.id,
        "group": group.id,
        "receiver": group.receiver or None,
        "policy": group.policy or None,
        "manner": f"{policy.priority}, {_manner(policy)}" if policy else None,
        "group_labels": decode(group.labels),
        "group_key": group.key,
        "group_wait_seconds": route.group_wait / SECOND,
        "group_interval_seconds": route.group_interval / SECOND,
        "repeat_interval_seconds": route.repeat_interval / SECOND,
        "muted_by": told.closed(route),
        "maintenance": [window.name for window in told.windows()],
        "maintenance_said": [_when(window) for window in told.windows()],
        "mute_time_intervals": route.mute_time_intervals,
        "active_time_intervals": route.active_time_intervals,
        "inhibited_by": [_condition(told, rule) for rule in told.rules()],
    }


def _entry(told: Told, entry: Entry) -> dict[str, Any]:
    known = {
        "after_seconds": entry.after / SECOND,
        "at": to_datetime(told.wall + entry.after).isoformat(),
        "kind": entry.kind,
        "target": entry.target,
        "reason": entry.reason,
        "group": entry.group,
        "incident": entry.incident,
        "lacks": told.lacks(entry),
    }
    return {name: value for name, value in known.items() if value or name == "after_seconds"}


def _manner(policy: Policy) -> str:
    if policy.digest is not None:
        return "gathered for a digest"
    steps = "1 step" if len(policy.steps) == 1 else f"{len(policy.steps)} steps"
    times = {0: "until answered", 1: "once"}.get(policy.rounds, f"{policy.rounds} times")
    said = [policy.urgency, steps, times]
    if policy.answer_within:
        said.append(f"answer within {_span(policy.answer_within)}")
    if policy.ack_timeout:
        said.append(f"an acknowledgement holds {_span(policy.ack_timeout)}")
    if policy.flap_window:
        said.append(f"back within {_span(policy.flap_window)} it is the same")
    if policy.on_edit != "keep":
        said.append(f"{policy.on_edit} on edit")
    if any(step.multi_ack for step in policy.steps):
        said.append("with steps of several acknowledgements")
    return ", ".join(said)


def _span(microseconds: int) -> str:
    """Minutes, or hours where they are whole."""
    minutes = microseconds // MINUTE
    return f"{minutes // 60} h" if minutes and minutes % 60 == 0 else f"{minutes} min"


def _when(window: Maintenance) -> str:
    ends = (("from", window.starts_at), ("to", window.ends_at))
    said = [f"{word} {to_datetime(at):%Y-%m-%d %H:%M} UTC" for word, at in ends if at is not None]
    said += ["at its intervals"] if window.intervals else []
    said += [f"({window.comment})"] if window.comment else []
    return " ".join([window.name, *said])


def _condition(told: Told, rule: InhibitRule) -> str:
    same = text({name: told.labels.get(name, "") for name in rule.equal})
    with_same = f" with {same}" if rule.equal else ""
    return f"{list_text(rule.source)} fires{with_same}"
