"""A small routes.toml as core values: one receiver for warnings, one policy for critical alerts."""

from collections.abc import Mapping

from router.core.alert import Report
from router.core.configuration import Configuration, Contact, Policy, Receiver, Step, User
from router.core.event import Reported
from router.core.integration import (
    Integration,
    PagerdutyIntegration,
    SlackIntegration,
    SmsIntegration,
    WebhookIntegration,
)
from router.core.labels import canonical
from router.core.matcher import parse_list
from router.core.moment import HOUR, MINUTE, SECOND
from router.core.route import Plan, build
from router.core.secret import Secret
from router.core.tree import Tree


def secret(value: str) -> Secret:
    """A secret that is there."""
    return Secret("test", value)


OPS: tuple[Integration, ...] = (
    SlackIntegration(channel="#ops", token=secret("xoxb")),
    WebhookIntegration(url=secret("http://127.0.0.1:1/hook")),
)
SMS = SmsIntegration(
    to="+15555550101", sender="+15555550100", account=secret("a"), token=secret("t")
)
PAGER = PagerdutyIntegration(routing_key=secret("k" * 32))


def configuration(**changes: object) -> Configuration:
    """Ana, then Bo, five minutes each, twice; then the fallback every half hour."""
    tree = Tree(
        build(
            Plan(
                receiver="ops",
                group_by=("alertname",),
                group_wait=30 * SECOND,
                routes=(
                    Plan(
                        matchers=parse_list('severity="critical"'), policy="critical", group_wait=0
                    ),
                ),
            )
        )
    )
    steps = (Step(("user:ana", "receiver:pager"), 5 * MINUTE), Step(("user:bo",), 5 * MINUTE))
    slack = SlackIntegration(channel="U02ANA", token=secret("xoxb"))
    ana = User(
        id="ana",
        methods={"slack": slack, "sms": SMS},
        urgent=(Contact("slack"), Contact("sms", MINUTE)),
    )
    fields: dict[str, object] = {
        "tree": tree,
        "receivers": {"ops": Receiver("ops", OPS), "pager": Receiver("pager", (PAGER,))},
        "policies": {"critical": Policy(name="critical", rounds=2, steps=steps)},
        "users": {"ana": ana, "bo": User(id="bo", methods={"sms": SMS})},
        "fallback": ("receiver:ops",),
    }
    return Configuration(**(fields | changes))  # type: ignore[arg-type]


def reported(
    wall: int,
    severity: str = "critical",
    labels: Mapping[str, str] | None = None,
    *,
    ends: int | None = None,
) -> Reported:
    """A report of an alert that fires for an hour, or ends at *ends*."""
    named = {"alertname": "Down", "severity": severity, **(labels or {})}
    return Reported(
        Report(
            labels=canonical(named),
            starts_at=wall,
            ends_at=wall + HOUR if ends is None else ends,
            source="prometheus",
        )
    )
