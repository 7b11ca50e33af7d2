"""What an edit of routes.toml does to the incidents that are open."""

from msgspec.structs import replace

from router.core.answer import withdraw
from router.core.configuration import Configuration, Policy
from router.core.draft import Draft
from router.core.incident import Incident, Status


def follow(draft: Draft, configuration: Configuration) -> None:
    """Let each open incident go on as its edited policy wants: `keep`, `restart` or `continue`.

    A policy that is gone is kept. So is that of an incident a person raised or reassigned.
    """
    for incident in list(draft.state.incidents.values()):
        if incident.raised or incident.assigned:
            continue
        policy = _now(draft, configuration, incident)
        if policy is None or policy == incident.policy:
            continue
        match policy.on_edit:
            case "restart":
                _restart(draft, incident, policy)
            case "continue":
                _continue(draft, incident, policy)


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
