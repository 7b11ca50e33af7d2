"""The shipped routes.toml works as it stands: only its secrets are missing."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.config.load import Loaded, load
from router.core.moment import DAY, MINUTE, from_datetime
from router.core.schedule import timeline

BOSSES = ["user:devops_lead", "user:engineering_manager", "user:cto"]
ON_CALL_FIRST = ["schedule:primary", "user:devops_lead", "user:engineering_manager"]
SHIPPED = Path(__file__).parents[2] / "routes.toml"


def _shipped(environ: dict[str, str]) -> Loaded:
    wall = from_datetime(datetime(2026, 3, 1, tzinfo=UTC))
    return load(SHIPPED.read_bytes(), folder=SHIPPED.parent, environ=environ, wall=wall)


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
    assert all(each.missing for each in integrations)


@pytest.mark.parametrize(
    ("severity", "policy", "priority", "wait", "people"),
    [
        ("critical", "critical", "P0", 5, BOSSES),
        ("page", "critical", "P0", 5, BOSSES),
        ("high", "high", "P1", 15, ON_CALL_FIRST),
        ("nobody foresaw this", "high", "P1", 15, ON_CALL_FIRST),
        ("", "high", "P1", 15, ON_CALL_FIRST),
        ("warning", "warning", "P2", 30, ON_CALL_FIRST),
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
    assert [step.notify[0] for step in found.steps] == people


def test_two_engineers_take_turns_by_the_week_without_a_gap() -> None:
    primary = _shipped({}).configuration.schedules["primary"]
    start = from_datetime(datetime(2026, 1, 5, 9, tzinfo=UTC))

    assert timeline(primary, start, start + 28 * DAY) == [
        (start + 7 * week * DAY, start + 7 * (week + 1) * DAY, (f"engineer_{week % 2 + 1}",))
        for week in range(4)
    ]


def test_what_only_informs_is_gathered_for_the_team() -> None:
    configuration = _shipped({}).configuration
    (route,) = configuration.tree.match({"severity": "info"})
    digest = configuration.policies[route.policy].digest

    assert digest is not None
    assert digest.notify == ("team:engineering",)


def test_a_critical_page_rings_before_it_writes() -> None:
    lead = _shipped({}).configuration.users["devops_lead"]

    assert [contact.via for contact in lead.contacts("urgent")] == ["sms", "email"]
