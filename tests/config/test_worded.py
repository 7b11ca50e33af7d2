"""Slack, PagerDuty, mail and webhooks worded by a receiver: what their keys come to."""

from typing import Any

import pytest
from support.routes_file import problems, read, whole

from router.core.integration import (
    AppriseIntegration,
    EmailIntegration,
    Integration,
    PagerdutyIntegration,
    SlackIntegration,
    WebhookIntegration,
)
from router.core.pagerduty_event import PagerdutyEvent, PagerdutyImage, PagerdutyLink
from router.core.slack_attachment import SlackAction, SlackAttachment, SlackConfirm, SlackField

ENVIRON = {"KEY": "key", "HOOK": "https://h.example/x"}
TABLE = '[receivers.x]\n{} = [\n  {{ {} }},\n]\n[route]\nreceiver = "x"\n'


def only(kind: str, entry: str, channels: str = "") -> Integration:
    found = read(whole(channels + TABLE.format(kind, entry)), environ=ENVIRON)
    (integration,) = found.configuration.receivers["x"].integrations
    return integration


def test_slack_has_every_field_of_an_attachment() -> None:
    found = only(
        "slack",
        'token = "${KEY}", channel = "#x", title = "t", text = "", username = "own",'
        ' timeout = "3s", update_message = true, short_fields = true, mrkdwn_in = ["text"],'
        ' fields = [{ title = "a", value = "b", short = false }],'
        ' actions = [{ type = "button", text = "Go", url = "u", confirm = { text = "Sure?" } }]',
        '[channels.slack]\nusername = "bell"\nfooter = "f"\n',
    )
    assert isinstance(found, SlackIntegration)
    assert (found.update_message, found.timeout) == (True, 3_000_000)
    assert found.attachment == SlackAttachment(
        title="t",
        text="",
        username="own",
        footer="f",
        short_fields=True,
        mrkdwn_in=("text",),
        fields=(SlackField(title="a", value="b", short=False),),
        actions=(
            SlackAction(type="button", text="Go", url="u", confirm=SlackConfirm(text="Sure?")),
        ),
    )


def test_apprise_has_addresses_with_parts() -> None:
    found = only(
        "apprise",
        'url = "pover://u@{token}/{device*}", resolved_url = "ntfy://a.example/{topic}",'
        ' parts = { token = "{{ a }}", device = "{{ b }}", topic = "{{ c }}" }, html = true',
    )
    assert isinstance(found, AppriseIntegration)
    assert found.parts == {"token": "{{ a }}", "device": "{{ b }}", "topic": "{{ c }}"}
    assert found.html


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("json://h.example/", "{x} does not stand in the url"),
        ("json://{x}/a", "alerts would say which machine it goes to; write the host out"),
        ("json://{x}:80@h.example:{x}/{y}", "alerts would say which machine it goes to"),
        ("{x}://h.example/", "alerts would say which machine it goes to; write the host out"),
    ],
)
def test_alerts_never_say_which_machine_a_message_goes_to(url: str, said: str) -> None:
    entry = f'url = "json://h.example/{{y}}{{x}}", resolved_url = "{url}", parts = {{ x = "a" }}'
    if "does not stand" in said:
        entry = entry.replace("{y}{x}", "")
    found = problems(whole(TABLE.format("apprise", entry)))
    assert any(f"receivers.x.apprise[0].parts.x: {said}" in each for each in found), found


def test_pagerduty_has_every_field_of_an_event() -> None:
    found = only(
        "pagerduty",
        'routing_key = "${KEY}", description = "d", class = "k", details = { a = "1", b = ["x"] },'
        ' images = [{ src = "s" }], links = [{ href = "h", text = "t" }], timeout = "2s"',
    )
    assert isinstance(found, PagerdutyIntegration)
    assert (found.v1, found.timeout) == (False, 2_000_000)
    assert found.event == PagerdutyEvent(
        description="d",
        class_="k",
        details={"a": "1", "b": ["x"]},
        images=(PagerdutyImage(src="s"),),
        links=(PagerdutyLink(href="h", text="t"),),
    )


def test_a_services_key_is_for_version_1() -> None:
    found = only("pagerduty", 'service_key = "${KEY}"')
    assert isinstance(found, PagerdutyIntegration)
    assert (found.v1, found.routing_key.value, found.event) == (True, "key", PagerdutyEvent())


MAIL = '[channels.email]\nsmarthost = "mx:25"\nfrom = "a@b.c"\nheaders = { X-All = "1" }\n'


@pytest.mark.parametrize(
    ("entry", "fields"),
    [
        ("", {"headers": {"X-All": "1"}, "html": None, "threading": ""}),
        ('html = "<p>", headers = { Subject = "s" }', {"html": "<p>", "headers": {"Subject": "s"}}),
        ("threading = { enabled = true }", {"threading": "none"}),
        ('threading = { enabled = true, thread_by_date = "daily" }', {"threading": "daily"}),
        ('threading = { thread_by_date = "daily" }', {"threading": ""}),
        ('username = "u", auth_secret = "${KEY}"', {"username": "u"}),
    ],
)
def test_a_mail_is_worded(entry: str, fields: dict[str, Any]) -> None:
    found = only("email", ", ".join(filter(None, ('to = "x@y.z"', entry))), MAIL)
    assert isinstance(found, EmailIntegration)
    assert {name: getattr(found, name) for name in fields} == fields
    assert (found.auth_secret is not None) == ("auth_secret" in entry)


def test_a_webhook_takes_a_payload_of_any_depth() -> None:
    found = only(
        "webhook", 'url = "${HOOK}", payload = { a = ["{{ x }}", { b = 1 }], at = 2026-01-05 }'
    )
    assert isinstance(found, WebhookIntegration)
    assert found.payload == {"a": ["{{ x }}", {"b": 1}], "at": "2026-01-05"}


@pytest.mark.parametrize(
    ("kind", "entry", "said"),
    [
        (
            "slack",
            'webhook_url = "${HOOK}", actions = [{ type = "button", text = "Go" }]',
            "slack[0].actions[0]: needs `url` or `name`",
        ),
        (
            "slack",
            'webhook_url = "${HOOK}", fields = [{ title = "a" }]',
            "slack[0].fields[0]: needs `value`",
        ),
        (
            "pagerduty",
            'routing_key = "${KEY}", service_key = "${KEY}"',
            "pagerduty[0].service_key: routing_key is there too; give only one",
        ),
        (
            "pagerduty",
            'routing_key = "${KEY}", details = "x"',
            "pagerduty[0].details: expected a table such as [details], got text",
        ),
    ],
)
def test_a_mistake_is_named_with_its_line(kind: str, entry: str, said: str) -> None:
    found = problems(TABLE.format(kind, entry), environ=ENVIRON)
    assert found == [f"routes.toml:3: receivers.x.{said}"]


def test_mails_have_headers_that_can_be_some() -> None:
    entry = (
        'to = "x@y.z", headers = { "a b" = "c", References = "r" }, threading = { enabled = true }'
    )
    assert problems(MAIL + TABLE.format("email", entry), environ=ENVIRON) == [
        'routes.toml:7: receivers.x.email[0].headers."a b": is no name of a header',
        "routes.toml:7: receivers.x.email[0].headers.References: threading sets References itself",
    ]
