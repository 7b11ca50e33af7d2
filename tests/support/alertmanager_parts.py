"""Pieces of an alertmanager.yml: sound integrations of most kinds, and scalars out of place."""

from typing import Any

ODD = (
    "yes", "no", "on", "True", "~", "null", "''", '""', '"null"', "12:30", "1e3", "0123", "0x1f",
    "-5", "1.5", "5", "30", "[a, b]", "[]", "{a: b}", "{}", "[null]", "2026-01-01", "'yes'", ".5",
    "!!str 5", "*nope", "&a b", "1_000", "'{{ .X }}'", "http://[::1", "ftp://a/b", "https://",
    "http://ok/", "'%zz'", "https://a.b/%zz", "a=b", '"a=b"', "'{a=b}'", "'a=~\"[\"'", "...",
    "localhost", "localhost:25", "':25'", "1.5s", "-1m", "monday", "friday:monday", "'24:00'",
)  # fmt: skip

OTHERS: dict[str, dict[str, Any]] = {
    "opsgenie": {"api_key": "'0'", "priority": "P1", "responders": [{"name": "a", "type": "team"}]},
    "victorops": {"api_key": "x", "routing_key": "r", "custom_fields": {"a": "b"}},
    "pushover": {"user_key": "u", "token": "t", "retry": "30s", "expire": "1h", "html": "true"},
    "sns": {"topic_arn": "arn", "sigv4": {"region": "eu-west-1"}, "attributes": {"a": "b"}},
    "telegram": {"bot_token": "'1:a'", "chat_id": "-100123", "parse_mode": "HTML"},
    "webex": {"room_id": "r", "http_config": {"authorization": {"credentials": "c"}}},
    "wechat": {"api_secret": "s", "corp_id": "c", "message_type": "markdown", "agent_id": "1"},
    "slack": {
        "api_url_file": "/a",
        "fields": [{"title": "a", "value": "b", "short": "true"}],
        "actions": [{"type": "button", "text": "t", "url": "u"}],
        "http_config": {"proxy_url": "http://p:1/", "tls_config": {"insecure_skip_verify": "yes"}},
    },
    "email": {
        "to": "a@b.c",
        "smarthost": "'[::1]:25'",
        "headers": {"subject": "s", "X-A": "b"},
        "tls_config": {"ca_file": "a", "min_version": "TLS12"},
    },
    "pagerduty": {
        "service_key": "k",
        "details": {"a": "b"},
        "images": [{"src": "a"}],
        "links": [{"href": "a", "text": "b"}],
        "http_config": {"oauth2": {"client_id": "a", "token_url": "b", "scopes": ["c"]}},
    },
}
