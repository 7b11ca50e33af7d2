"""Where an alert stands at this moment, and what it waits for, in sentences."""

from collections.abc import Iterator

from router.core.alert import Alert
from router.core.group import Group
from router.core.incident import Incident, Status
from router.core.labels import decode, identity
from router.core.moment import Now
from router.core.mute import closed_by, muted_by
from router.core.quiet import in_words
from router.core.state import State
from router.web.sentences import quiet, target
from router.web.text import clock, person


def standing(state: State, alert: Alert, now: Now) -> list[str]:
    """What holds now for an alert that is known."""
    return [*_itself(alert), *_groups(state, alert, now)]


def _itself(alert: Alert) -> Iterator[str]:
    times = f", repeated {alert.repeats} times since it last changed" if alert.repeats else ""
    if alert.firing:
        ends = f"; counts as over at {clock(alert.ends_at)} unless it is repeated"
        yield f"fires since {clock(alert.starts_at)}{times}{ends}"
    else:
        yield f"over since {clock(alert.ends_at)}{times}; kept until all who were told know it"


def _groups(state: State, alert: Alert, now: Now) -> Iterator[str]:
    for number in alert.groups:
        group = state.groups[number]
        yield f"group {number}: {place(group)}; looked at next at {_when(group.next_due, now)}"
        if alert.firing:
            yield from _quiet(state, alert, group, now)
            yield from _told(state, alert, group)
        yield from _incident(state, group, now)


def place(group: Group) -> str:
    """A group's route and destination, as people read them."""
    to = " and ".join(
        f"{kind} {name}"
        for kind, name in (("receiver", group.receiver), ("policy", group.policy))
        if name
    )
    return f"route {group.route} to {to}"


def _quiet(state: State, alert: Alert, group: Group, now: Now) -> Iterator[str]:
    route = state.configuration.tree.routes.get(group.route)
    by = closed_by(state.configuration, route, now.wall)
    by += muted_by(state, decode(alert.labels), now.wall)
    if state.is_leaving(group.id, alert.id):
        yield "it belongs elsewhere now, and stays only until its end was told here"
    elif by:
        yield f"nobody is told now: {quiet(by, in_words(state, by))}"


def _told(state: State, alert: Alert, group: Group) -> Iterator[str]:
    known = identity(alert.labels)
    route = state.configuration.tree.routes.get(group.route)
    for entry in state.told("group", group.id):
        if known in entry.firing:
            again = ""
            if route is not None:
                again = f", and again after {clock(entry.sent_at + route.repeat_interval)}"
            yield f"{target(entry.target)} was told of it at {clock(entry.sent_at)}{again}"
    for row in state.open_rows("group", group.id):
        if known in row.firing:
            yield f"a {row.kind} to {target(row.target)} waits{_error(row.last_error)}"


def _incident(state: State, group: Group, now: Now) -> Iterator[str]:
    incident = state.incidents.get(group.incident)
    if incident is None:
        if group.closed_at and state.firing[group.id]:
            closed = clock(group.closed_at)
            yield f"its incident was resolved by a person ({closed}): only news opens another"
        return
    yield f"incident {incident.number} {_stage(state, incident, now)}"
    for row in state.open_rows("incident", incident.number):
        yield f"a {row.kind} to {target(row.target)} waits{_error(row.last_error)}"


def _stage(state: State, incident: Incident, now: Now) -> str:
    if incident.status is Status.ACKNOWLEDGED:
        by = person(state, incident.answered_by)
        return f"was acknowledged by {by} at {clock(incident.answered_at)}: it rings nobody more"
    if incident.held:
        return "is held: nothing of it fires"
    due = _when(incident.step_due, now)
    if incident.exhausted:
        return f"was answered by nobody; the fallback is paged again at {due}"
    rings = "is muted; its" if incident.muted else "rings; its"
    steps = len(incident.policy.steps)
    return (
        f"{rings} step {incident.step + 1} of {steps}, round {incident.round + 1}, is due at {due}"
    )


def _when(due: int | None, now: Now) -> str:
    return "no set time" if due is None else clock(now.wall + max(due - now.service, 0))


def _error(text: str) -> str:
    return f"; the last attempt failed: {text}" if text else ""
