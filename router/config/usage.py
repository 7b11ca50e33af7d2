"""What works but is probably not meant: things nobody uses, times that do not fit."""

from collections.abc import Iterator

from router.config.findings import Findings
from router.config.path import Path
from router.core.configuration import Configuration
from router.core.integration import SmsIntegration
from router.core.route import Plan, Route


def warn(configuration: Configuration, plan: Plan, findings: Findings) -> None:
    """Warn of what nobody uses, of a fallback lacking, of repeats too soon."""
    routes = configuration.tree.routes.values()
    told = {*configuration.fallback, *_told(configuration)}
    told.update(f"receiver:{route.receiver}" for route in routes)
    if configuration.deadman:
        told.add(f"receiver:{configuration.deadman.receiver}")
    for name, receiver in configuration.receivers.items():
        if f"receiver:{name}" not in told:
            findings.warn(("receivers", name), "nothing uses it")
        elif not receiver.integrations:
            findings.warn(("receivers", name), "has no integrations, so it tells nobody")
    for name in configuration.schedules:
        if f"schedule:{name}" not in told:
            findings.warn(("schedules", name), "nothing uses it")
    phones = (user.methods.get("sms") for user in configuration.users.values())
    if not configuration.url and any(isinstance(p, SmsIntegration) and p.replies for p in phones):
        findings.warn(("channels", "sms", "replies"), "needs service.url, which Twilio signs for")
    called = {route.policy for route in routes}
    for name in configuration.policies:
        if name not in called:
            findings.warn(("policies", name), "no route uses it")
    _fallback(configuration, called, findings)
    for path, written, route in _walk(plan, configuration.tree.root, ("route",)):
        own = written.group_interval is not None or written.repeat_interval is not None
        if own and route.repeat_interval < route.group_interval:
            what = "repeat_interval is shorter than group_interval, which every repeat waits for"
            findings.warn(path, what)


def _fallback(configuration: Configuration, called: set[str], findings: Findings) -> None:
    if configuration.fallback or not any(
        configuration.policies[name].steps for name in called if name
    ):
        return
    what = "nobody is told when a policy is exhausted or reaches nobody"
    findings.warn(("service",), f'{what}; add fallback = ["receiver:NAME"]')


def _told(configuration: Configuration) -> Iterator[str]:
    for policy in configuration.policies.values():
        yield from policy.digest.notify if policy.digest else ()
        for step in policy.steps:
            yield from step.notify


def _walk(plan: Plan, route: Route, path: Path) -> Iterator[tuple[Path, Plan, Route]]:
    yield path, plan, route
    for position, (written, below) in enumerate(zip(plan.routes, route.routes, strict=True)):
        yield from _walk(written, below, (*path, "routes", position))
