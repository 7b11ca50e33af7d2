"""What an edit of routes.toml does to open incidents, and to what was to wait for a digest."""

from msgspec.structs import replace

from router.core import digest
from router.core.answer import moved, withdraw
from router.core.configuration import Configuration, Digest, Policy
from router.core.draft import Draft
from router.core.incident import Incident, Status


def follow(draft: Draft, configuration: Configuration) -> None:
    """Let each open incident go on as its edited policy wants: `keep`, `restart` or `continue`.

    A policy that is gone is kept. So is that of an incident a person raised or reassigned. One
    for which nobody is left to ring does not wait for its time: somebody may be there now.
    """
    for incident in list(draft.state.incidents.values()):
        _follow(draft, configuration, incident)
        _ring_whom_there_is(draft, configuration, incident.number)


def release(draft: Draft, configuration: Configuration) -> None:
    """Let what waits for a digest wait for what the edited file says: it may page somebody now."""
    now = draft.now
    for group in list(draft.state.groups.values()):
        route = configuration.tree.routes.get(group.route)
        gathered = _digest(draft.configuration, group.policy)
        if route is None or gathered is None or group.next_due is None or group.incident:
            continue
        gathers = _digest(configuration, route.policy)
        if gathers == gathered:
            continue
        wait = route.group_wait
        if gathers is not None:
            wait = digest.next_at(gathers, now.wall) - now.wall
        due = now.service + wait
        draft.put_group(replace(group, receiver=route.receiver, policy=route.policy, next_due=due))


def _digest(configuration: Configuration, name: str) -> Digest | None:
    policy = configuration.policies.get(name)
    return policy.digest if policy is not None else None


def _follow(draft: Draft, configuration: Configuration, incident: Incident) -> None:
    if incident.raised or incident.assigned:
        return
    policy = _now(draft, configuration, incident)
    if policy is None or policy == incident.policy:
        return
    match policy.on_edit:
        case "restart":
            _restart(draft, incident, policy)
        case "continue":
            _continue(draft, incident, policy)


def _ring_whom_there_is(draft: Draft, configuration: Configuration, number: int) -> None:
    """Ring at once where the only one left was the fallback, now gone, or nobody was rung."""
    incident, now = draft.incident(number), draft.now.service
    if incident is None or incident.status is not Status.TRIGGERED:
        return
    if incident.next_due is None:
        return
    bereft = incident.exhausted and not configuration.fallback
    waits = incident.next_due > now
    if not bereft and not (waits and _rang_nobody(draft, configuration, incident)):
        return
    if bereft:
        incident = replace(incident, exhausted=False, reached=False, round=0, step=0)
    draft.put_incident(replace(moved(incident), step_due=now, next_due=now))
    if not incident.muted:
        reason = "routes.toml was edited, and nobody else was left to ring"
        draft.record("rings_again", group=incident.group, incident=number, reason=reason)


def _rang_nobody(draft: Draft, configuration: Configuration, incident: Incident) -> bool:
    """Whether it waits for the fallback's time, and what was last rung reached nobody."""
    last = incident.ran - 1
    if incident.muted or incident.heard >= last:
        return False
    if any(row.kind == "page" for row in draft.rows("incident", incident.number)):
        return False
    if incident.exhausted:
        return True
    paused = incident.heard == last - 1  # It rang a whole pass, and no fallback came after it.
    other = configuration.fallback != draft.configuration.fallback
    return (incident.round, incident.step) == (0, 0) and last > 0 and (other or not paused)


def _now(draft: Draft, configuration: Configuration, incident: Incident) -> Policy | None:
    """The policy that would be the incident's if it opened now."""
    group = draft.state.groups[incident.group]
    route = configuration.tree.routes.get(group.route)
    name = route.policy if route is not None and route.policy else incident.policy.name
    policy = configuration.policies.get(name)
    return policy if policy is not None and policy.steps else None


def _restart(draft: Draft, incident: Incident, policy: Policy) -> None:
    """From the first step, at once; an answer holds, and what comes after it is the new policy."""
    incident = replace(
        incident, policy=policy, round=0, step=0, reached=False, exhausted=False, muted=False
    )
    if incident.status is Status.TRIGGERED:
        now = draft.now.service
        incident = replace(incident, next_due=now, step_due=now, since=incident.ran)
        withdraw(draft, incident)
    _put(draft, incident, "restarted")


def _continue(draft: Draft, incident: Incident, policy: Policy) -> None:
    """With the step of the same id, else of the same place, else with the fallback, when due."""
    old, steps = incident.policy.steps[incident.step], policy.steps
    named = [place for place, step in enumerate(steps) if old.id and step.id == old.id]
    place = named[0] if named else incident.step
    if place < len(steps):
        incident = replace(incident, policy=policy, step=place)
    else:
        incident = replace(incident, policy=policy, step=0, round=max(policy.rounds, 1))
        if not policy.rounds:
            incident = replace(incident, round=0)
    _put(draft, incident, "continued")


def _put(draft: Draft, incident: Incident, kind: str) -> None:
    incident = replace(incident, version=incident.version + 1)
    draft.put_incident(incident)
    policy = incident.policy.name
    draft.record(kind, group=incident.group, incident=incident.number, policy=policy)
