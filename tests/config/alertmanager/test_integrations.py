"""What each integration of an alertmanager.yml becomes here, or why it is refused."""

import warnings
from pathlib import Path
from typing import Any

import apprise
import msgspec
import pytest
from support.alertmanager_loaded import integration, loaded, refusal, with_entry

from router.core.chat import Attachment, Field, Priority
from router.core.http_options import Authorization, BasicAuth, HttpOptions, OAuth2, Proxy, Tls
from router.core.integration import (
    AppriseIntegration,
    Integration,
    Responder,
    SlackIntegration,
    WebhookIntegration,
)
from router.core.secret import Secret
from router.core.slack_attachment import SlackField
from router.senders.apprise import allowed_scheme


def here(value: str) -> Secret:
    return Secret("alertmanager.yml", value)


def shown(value: object) -> Any:
    return value.value if isinstance(value, Secret) else value


def address(found: Integration) -> str:
    assert isinstance(found, WebhookIntegration | AppriseIntegration)
    return found.url.value


MAIL = "{smtp_smarthost: 'm:25', smtp_from: a@b.c, smtp_auth_username: u, smtp_auth_password: p}"


@pytest.mark.parametrize(
    ("kind", "entry", "globals_", "expected"),
    [
        pytest.param(
            "webhook",
            "{url: 'http://a/b', max_alerts: 5, timeout: 1.5s}",
            "{}",
            {"url": "http://a/b", "max_alerts": 5, "timeout": 1_500_000, "send_resolved": True},
            id="a webhook",
        ),
        pytest.param(
            "webhook",
            "{url: 'http://a/${X}', send_resolved: off}",
            "{}",
            {"url": "http://a/${X}", "send_resolved": False},
            id="the environment is not read, as Alertmanager does not",
        ),
        pytest.param(
            "webhook",
            "{url: 'http://a/b', http_config: {basic_auth: {username: u, password: 'p:@/'}}}",
            "{}",
            {
                "url": "http://a/b",
                "http": HttpOptions(
                    basic_auth=BasicAuth(username="u", password=here("p:@/")),
                    follow_redirects=True,
                ),
            },
            id="http_config is taken over, and redirects are followed",
        ),
        pytest.param(
            "webhook",
            "{url: 'http://a/b'}",
            "{http_config: {follow_redirects: false, proxy_url: 'http://p:1', enable_http2: yes,"
            " http_headers: {X-Team: {values: [ops], secrets: [s]}}}}",
            {
                "http": HttpOptions(
                    proxy=Proxy(http=here("http://p:1"), https=here("http://p:1")),
                    headers=(("X-Team", "ops"), ("X-Team", here("s"))),
                )
            },
            id="that of all is taken over",
        ),
        pytest.param(
            "pagerduty",
            "{routing_key: k, http_config: {tls_config: {insecure_skip_verify: yes},"
            " oauth2: {client_id: me, token_url: 'http://t/', scopes: [a, b]}}}",
            "{http_config: {proxy_url: 'http://p:1'}}",
            {
                "http": HttpOptions(
                    tls=Tls(insecure_skip_verify=True),
                    oauth2=OAuth2(client_id="me", token_url=here("http://t/"), scopes=("a", "b")),
                )
            },
            id="one's own http_config replaces that of all",
        ),
        pytest.param(
            "slack",
            "{channel: a, api_url: 'http://s/api/chat.postMessage',"
            " http_config: {authorization: {credentials: xoxb}, proxy_url: 'http://p:1'}}",
            "{}",
            {
                "token": "xoxb",
                "api_url": "http://s/api",
                "http": HttpOptions(proxy=Proxy(http=here("http://p:1"), https=here("http://p:1"))),
            },
            id="Slack's bot by its header, through a proxy",
        ),
        pytest.param(
            "slack",
            "{api_url: 'http://s/hook', http_config: {authorization: {type: T, credentials: c}}}",
            "{}",
            {
                "webhook_url": "http://s/hook",
                "http": HttpOptions(authorization=Authorization(scheme="T", credentials=here("c"))),
            },
            id="Slack's webhook with a header",
        ),
        pytest.param(
            "slack",
            "{channel: '#a'}",
            "{slack_api_url: 'https://hooks.slack.com/x'}",
            {"webhook_url": "https://hooks.slack.com/x", "token": None, "send_resolved": False},
            id="Slack's webhook is global, and the end is not told",
        ),
        pytest.param(
            "slack",
            "{channel: '#a', send_resolved: true}",
            "{slack_app_token: xoxb, slack_app_url: 'http://s/api/chat.postMessage'}",
            {"token": "xoxb", "channel": "#a", "send_resolved": True, "api_url": "http://s/api"},
            id="Slack's bot",
        ),
        pytest.param(
            "slack",
            "{channel: a, api_url: 'https://slack.com/api/chat.postMessage',"
            " http_config: {authorization: {credentials: xoxb}}}",
            "{}",
            {"token": "xoxb", "channel": "a", "api_url": "https://slack.com/api"},
            id="Slack's bot as it was written before",
        ),
        pytest.param(
            "pagerduty",
            "{routing_key: 0123, url: 'http://p:1/v2/enqueue'}",
            "{}",
            {"routing_key": "0123", "api_url": "http://p:1", "send_resolved": True},
            id="PagerDuty",
        ),
        pytest.param(
            "email",
            "{to: 'x@y, Ana <z@y>', hello: me}",
            MAIL,
            {
                "to": ("x@y", "Ana <z@y>"),
                "smarthost": "m:25",
                "sender": "a@b.c",
                "username": "u",
                "password": "p",
                "hello": "me",
                "tls": "starttls",
                "send_resolved": False,
            },
            id="mail: TLS is required, and the end is not told",
        ),
        pytest.param(
            "email",
            "{to: x@y, require_tls: false, smarthost: '[::1]:465'}",
            MAIL,
            {"tls": "implicit", "smarthost": "[::1]:465"},
            id="mail on port 465 is encrypted from the start",
        ),
        pytest.param(
            "email", "{to: x@y, require_tls: no}", MAIL, {"tls": "none"}, id="mail in the clear"
        ),
        pytest.param(
            "opsgenie",
            "{message: m, details: {a: b}, tags: 'x,y', update_alerts: true, responders:"
            " [{type: teams, name: 'a,b'}], priority: ''}",
            "{opsgenie_api_key: k, opsgenie_api_url: 'https://api.eu.opsgenie.com/'}",
            {
                "api_key": "k",
                "api_url": "https://api.eu.opsgenie.com",
                "message": "m",
                "description": "{{ opsgenie_default_description(data) }}",
                "details": {"a": "b"},
                "tags": "x,y",
                "priority": "",
                "update_alerts": True,
                "responders": (Responder(type="teams", name="a,b"),),
                "send_resolved": True,
            },
            id="Opsgenie",
        ),
        pytest.param(
            "discord",
            "{webhook_url: 'http://d/hook', title: '', content: hey, avatar_url: 'http://a/'}",
            "{}",
            {
                "webhook_url": "http://d/hook",
                "title": "",
                "message": "{{ discord_default_message(data) }}",
                "content": "hey",
                "avatar_url": "http://a/",
                "send_resolved": True,
            },
            id="Discord: a text left empty is not ours",
        ),
        pytest.param(
            "telegram",
            "{chat_id: -100123, message_thread_id: 7, parse_mode: '', message: m,"
            " disable_notifications: true, api_url: 'http://t:1'}",
            "{telegram_bot_token: '1:x'}",
            {
                "bot_token": "1:x",
                "chat_id": "-100123",
                "message_thread_id": 7,
                "parse_mode": "",
                "message": "m",
                "disable_notifications": True,
                "api_url": "http://t:1",
            },
            id="Telegram",
        ),
        pytest.param(
            "msteamsv2",
            "{webhook_url: 'https://any.example/where?sig=1', text: t, send_resolved: false}",
            "{}",
            {
                "webhook_url": "https://any.example/where?sig=1",
                "title": "{{ msteamsv2_default_title(data) }}",
                "text": "t",
                "send_resolved": False,
            },
            id="Teams",
        ),
        pytest.param(
            "mattermost",
            "{channel: ops, text: t, fallback: f, fields: [{title: a, value: b, short: true}, ~],"
            " attachments: [{text: one, fields: [{title: c, value: d}]}], props: {card: c},"
            " priority: {priority: urgent, requested_ack: true}}",
            "{mattermost_webhook_url: 'http://m/hooks/k'}",
            {
                "webhook_url": "http://m/hooks/k",
                "channel": "ops",
                "text": "t",
                "attachment": Attachment(
                    fallback="f",
                    title_link="{{ mattermost_default_titlelink(data) }}",
                    fields=(Field(title="a", value="b", short=True),),
                ),
                "attachments": (Attachment(text="one", fields=(Field(title="c", value="d"),)),),
                "card": "c",
                "priority": Priority(priority="urgent", requested_ack=True),
            },
            id="Mattermost",
        ),
    ],
)
def test_an_integration_becomes_ours(
    kind: str, entry: str, globals_: str, expected: dict[str, Any]
) -> None:
    found = integration(kind, entry, globals_)
    assert {name: shown(getattr(found, name)) for name in expected} == expected
    secrets = [v for v in msgspec.structs.astuple(found) if isinstance(v, Secret)]
    assert all(secret.origin == "alertmanager.yml" for secret in secrets)


@pytest.mark.parametrize(
    ("kind", "entry", "url"),
    [
        (
            "pushover",
            f"{{user_key: {'u' * 30}, token: {'t' * 30}, priority: '1', device: phone}}",
            f"pover://{'u' * 30}@{'t' * 30}/phone?priority=1",
        ),
        (
            "pushover",
            f"{{user_key: {'u' * 30}, token: {'t' * 30}, sound: siren, url: 'http://a/?b=%20'}}",
            f"pover://{'u' * 30}@{'t' * 30}/?priority=2&interval=60&expire=3600&sound=siren"
            "&url=http%3A%2F%2Fa%2F%3Fb%3D%252520",
        ),
        (
            "victorops",
            "{api_key: abc, routing_key: ops, message_type: WARNING}",
            "splunk://ops@abc/{dedup_key}?:failure=WARNING&:warning=WARNING&:info=ACKNOWLEDGEMENT",
        ),
        (
            "sns",
            "{phone_number: '+15555550100',"
            " sigv4: {access_key: AKIA, secret_key: a/b+c, region: eu-west-1}}",
            "sns://AKIA/a%2Fb%2Bc/eu-west-1/+15555550100",
        ),
        (
            "webex",
            f"{{room_id: room, http_config: {{authorization: {{credentials: {'t' * 100}}}}}}}",
            f"wxteams://{'t' * 100}/room/?mode=bot",
        ),
        (
            "rocketchat",
            "{api_url: 'https://rocket.example.org/', token_id: me, token: t, channel: '#ops'}",
            "rockets://me:t@rocket.example.org/%23ops/?mode=token",
        ),
    ],
)
def test_apprise_understands_what_it_is_to_carry(kind: str, entry: str, url: str) -> None:
    assert address(integration(kind, entry)) == url
    assert allowed_scheme(kind, url)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "'imghdr' is deprecated", DeprecationWarning)
        url = url.replace("{dedup_key}", "0" * 64)
        assert apprise.Apprise.instantiate(url) is not None


@pytest.mark.parametrize(
    ("kind", "entry", "said"),
    [
        ("victorops", "{api_key: k, routing_key: 'r/x'}", "must be letters, digits, - and _"),
        ("jira", "{project: p, issue_type: t, api_url: 'http://j/'}", "jira is not supported"),
        ("webhook", "{url: 'http://a/{{ .X }'}", "url: unexpected"),
        ("slack", "{api_url: 'http://a/', channel: '{{ nope }}'}", "nobody knows where to send"),
        ("webhook", "{url: <secret>}", "instead of the address"),
        (
            "webhook",
            "{url: 'http://a/', http_config: {proxy_url: 'socks5://p:1'}}",
            "http_config.proxy_url: is a SOCKS proxy; only http:// and https:// ones can be used",
        ),
        (
            "webhook",
            "{url: 'http://a/', http_config: {authorization: {credentials_ref: c}}}",
            "http_config.authorization.credentials_ref is not supported: there is no secret",
        ),
        (
            "webhook",
            "{url: 'http://a/', http_config: {oauth2: {client_id: c, token_url: 'http://t/',"
            " grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer'}}}",
            "http_config.oauth2.grant_type must be client_credentials",
        ),
        (
            "pushover",
            "{user_key: u, token: t, http_config: {proxy_url: 'http://p:1'}}",
            "http_config.proxy_url: http_config.proxy_url is not supported for pushover",
        ),
        ("pushover", "{user_key_file: f, token: t}", "write user_key itself"),
        ("pushover", "{user_key: u, token: '{{ nope }}'}", "nobody knows where to send it"),
        ("rocketchat", "{token: t, token_id: i, channel: '{{ nope }}'}", "nobody knows where"),
        (
            "webhook",
            "{url: 'http://a/{{ template \"no\" . }}'}",
            '3: receivers[0].webhook_configs[0].url: template "no" not defined; so nobody knows',
        ),
        (
            "victorops",
            "{api_key: k, routing_key: '{{ if .X }}{{ template \"no\" . }}{{ end }}'}",
            'routing_key: template "no" not defined; so nobody knows where to send it',
        ),
        ("sns", "{topic_arn: a}", "only a phone_number"),
    ],
)
def test_what_cannot_be_taken_over_is_refused_by_name_and_line(
    kind: str, entry: str, said: str
) -> None:
    found = refusal(kind, entry)
    assert said in found
    assert found.startswith(f"alertmanager.yml:3: receivers[0].{kind}_configs[0]")


def test_a_proxy_for_all_is_refused_where_it_would_be_used() -> None:
    globals_ = "{http_config: {proxy_url: 'http://p:1'}}"
    found = refusal("pushover", "{user_key: u, token: t, priority: '1'}", globals_)
    assert "global http_config.proxy_url is not supported for pushover" in found


def test_texts_of_ones_own_are_taken_over_and_what_cannot_be_is_named() -> None:
    entry = """{channel: a, title: '{{ template "slack.default.title" . }}', text: hi,"""
    entry += """ pretext: '{{ if }}', footer: '{{ template "x" }}',"""
    entry += """ fields: [{title: a, value: '{{ .Status }}'}]}"""
    found = loaded(with_entry("slack", entry, "{slack_app_token: x}"))
    (integration,) = found.configuration.receivers["ops"].integrations
    assert isinstance(integration, SlackIntegration)
    attachment = integration.attachment
    assert attachment is not None
    assert attachment.title == "{{ slack_default_title(data) }}"
    assert attachment.text == "hi"
    assert attachment.footer == r'{{ fail("template \"x\" not defined") }}'
    assert attachment.fields == (SlackField(title="a", value="{{ data.Status }}"),)
    pretext, footer = sorted(found.warnings, reverse=True)
    assert "slack_configs[0].pretext: missing value for if; the built-in text" in pretext
    assert 'slack_configs[0].footer: template: alertmanager.yml:1: template "x" not' in footer


def test_files_hold_secrets_too_and_missing_ones_are_named(tmp_path: Path) -> None:
    text = with_entry("webhook", "{url_file: hook}, {url_file: gone}")
    (tmp_path / "hook").write_text("http://a/b\n")
    found = loaded(text, tmp_path)
    first, second = found.configuration.receivers["ops"].integrations
    assert address(first) == "http://a/b"
    assert second.missing == ("gone",)
    (missing,) = found.missing
    assert missing.startswith("receivers[0].webhook_configs[1].url_file: gone cannot be read")


def test_pushover_is_told_of_the_end_by_another_priority() -> None:
    found = integration("pushover", f"{{user_key: {'u' * 30}, token: {'t' * 30}}}")
    assert isinstance(found, AppriseIntegration)
    assert found.resolved_url is not None
    assert found.url.value.endswith("?priority=2&interval=60&expire=3600")
    assert found.resolved_url.value.endswith("?priority=0")


def test_what_a_template_would_say_is_named_where_it_is_left_out() -> None:
    entry = (
        "{api_key: k, tags: '{{ x }}', details: {a: '{{ $y }}'},"
        " responders: [{name: '{{z}}', type: team}]}"
    )
    warnings_ = loaded(with_entry("opsgenie", entry)).warnings
    assert [warning.split(": ")[1] for warning in warnings_] == [
        f"receivers[0].opsgenie_configs[0].{key}" for key in ("tags", "details", "responders")
    ]
    assert all("the built-in text is used instead" in warning for warning in warnings_)


@pytest.mark.parametrize(
    ("url", "warned"),
    [
        ("https://hooks.example.org/{{ .GroupLabels.team }}", False),
        ("https://hooks.example.org?team={{ .GroupLabels.team }}", False),
        ("https://{{ .GroupLabels.team }}.example.org/", True),
        ("https://example.org{{ .GroupLabels.team }}/", True),
        ("{{ .CommonAnnotations.url }}", True),
    ],
)
def test_a_webhook_whose_host_alerts_choose_is_warned_of(url: str, warned: bool) -> None:
    text = with_entry("webhook", f"{{url: '{url}', http_config: {{basic_auth: {{password: p}}}}}}")
    said = [each for each in loaded(text).warnings if "alerts say which host" in each]
    assert [each.split(": ")[1] for each in said] == [
        "receivers[0].webhook_configs[0].url"
    ] * warned


@pytest.mark.parametrize(
    ("kind", "entry", "wants"),
    [
        ("webhook", "url: 'http://a/'", True),
        ("pagerduty", "routing_key: k", True),
        ("opsgenie", "api_key: k", True),
        ("victorops", "api_key: k, routing_key: r", True),
        ("pushover", "user_key: u, token: t", True),
        (
            "sns",
            "phone_number: '+15555550100',"
            " sigv4: {access_key: A, secret_key: b, region: eu-west-1}",
            True,
        ),
        ("telegram", "bot_token: t, chat_id: 1", True),
        ("discord", "webhook_url: 'http://a/'", True),
        (
            "webex",
            f"room_id: r, http_config: {{authorization: {{credentials: {'t' * 100}}}}}",
            True,
        ),
        ("msteamsv2", "webhook_url: 'http://a/'", True),
        ("mattermost", "webhook_url: 'http://a/'", True),
        ("email", "to: a@b.c, from: a@b.c, smarthost: 'm:25'", False),
        ("slack", "api_url: 'http://a/'", False),
        ("rocketchat", "token: t, token_id: i, channel: '#a'", False),
    ],
)
def test_who_hears_of_the_end_unless_told_otherwise(kind: str, entry: str, wants: bool) -> None:
    assert integration(kind, f"{{{entry}}}").send_resolved is wants
    for said in (True, False):
        told = integration(kind, f"{{{entry}, send_resolved: {str(said).lower()}}}")
        assert told.send_resolved is said
