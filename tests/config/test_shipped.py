"""The shipped routes.toml works as it stands: only its secrets are missing."""

from pathlib import Path

import pytest

from router.config.load import Loaded, load
from router.core.moment import MINUTE

SHIPPED = Path(__file__).parents[2] / "routes.toml"


def _shipped(environ: dict[str, str]) -> Loaded:
    return load(SHIPPED.read_bytes(), folder=SHIPPED.parent, environ=environ)


def test_only_its_secrets_are_missing() -> None:
    shipped = _shipped({})

    assert shipped.warnings == ()
    assert shipped.missing == (
        "receivers.critical.pagerduty[0].routing_key: ${PAGERDUTY_KEY} is not set",
        "channels.slack.token: ${SLACK_TOKEN} is not set",
        "channels.email.password: ${SMTP_PASSWORD} is not set",
        "channels.sms.account: ${TWILIO_SID} is not set",
        "channels.sms.token: ${TWILIO_TOKEN} is not set",
    )


def test_with_its_secrets_nothing_is_missing() -> None:
    names = ("PAGERDUTY_KEY", "SLACK_TOKEN", "SMTP_PASSWORD", "TWILIO_SID", "TWILIO_TOKEN")

    assert _shipped(dict.fromkeys(names, "x")).missing == ()


def test_without_its_secrets_every_channel_says_so() -> None:
    configuration = _shipped({}).configuration
    integrations = [
        *(each for user in configuration.users.values() for each in user.methods.values()),
        *(each for found in configuration.receivers.values() for each in found.integrations),
    ]

    assert integrations
    assert all(each.missing() for each in integrations)


@pytest.mark.parametrize(
    ("severity", "policy", "priority", "wait", "people"),
    [
        ("critical", "critical", "P0", 5, ["devops_lead", "engineering_manager", "cto"]),
        ("page", "critical", "P0", 5, ["devops_lead", "engineering_manager", "cto"]),
        ("high", "high", "P1", 15, ["oncall", "devops_lead", "engineering_manager"]),
        ("nobody foresaw this", "high", "P1", 15, ["oncall", "devops_lead", "engineering_manager"]),
        ("", "high", "P1", 15, ["oncall", "devops_lead", "engineering_manager"]),
        ("warning", "warning", "P2", 30, ["oncall", "devops_lead", "engineering_manager"]),
    ],
)
def test_the_escalation_matrix(
    severity: str, policy: str, priority: str, wait: int, people: list[str]
) -> None:
    configuration = _shipped({}).configuration
    (route,) = configuration.tree.match({"severity": severity} if severity else {})
    found = configuration.policies[route.policy]

    assert (route.policy, found.priority) == (policy, priority)
    assert [step.wait for step in found.steps] == [wait * MINUTE] * 3
    assert [step.notify[0] for step in found.steps] == [f"user:{person}" for person in people]


def test_what_only_informs_is_gathered_for_the_team() -> None:
    configuration = _shipped({}).configuration
    (route,) = configuration.tree.match({"severity": "info"})
    digest = configuration.policies[route.policy].digest

    assert digest is not None
    assert digest.notify == ("team:engineering",)


def test_a_critical_page_rings_before_it_writes() -> None:
    lead = _shipped({}).configuration.users["devops_lead"]

    assert [contact.via for contact in lead.contacts("urgent")] == ["sms", "email"]
