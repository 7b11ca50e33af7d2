"""The fields of each `<integration>_configs`, from Alertmanager 0.25 to 0.34."""

import re

from router.config.alertmanager import go
from router.config.alertmanager.http import HTTP, TLS
from router.config.alertmanager.kinds import (
    INT64,
    Kind,
    Rule,
    Values,
    anything,
    flag,
    go_duration,
    listed,
    mapping,
    parsed,
    struct,
    text,
    whole,
)
from router.config.alertmanager.rules import needs, one_of, pair
from router.config.findings import Findings
from router.config.path import Path

HIDDEN = "<secret>"  # What Alertmanager shows for a secret, and takes where one belongs.

_MIME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+").fullmatch
_RESPONDERS = ("team", "teams", "user", "escalation", "schedule")
_VICTOROPS_OWN = """
routing_key message_type state_message entity_display_name monitoring_tool entity_id entity_state
"""


def _secret_url(written: str) -> str:
    return written if written == HIDDEN else go.url(written)


def _templated_url(written: str) -> str:
    return written if not written or "{{" in written else _secret_url(written)


def texts(*lines: str) -> dict[str, Kind]:
    """Fields by these names, all of them texts."""
    return dict.fromkeys(" ".join(lines).split(), text)


def integration(name: str, fields: dict[str, Kind], *rules: Rule, http: bool = True) -> Kind:
    """An entry of `NAME_configs`, with what every one has."""
    common: dict[str, Kind] = {"send_resolved": flag}
    if http:
        common["http_config"] = HTTP
    return struct({**common, **fields}, *rules, name=f"{name} config")


URL = parsed(go.url)
SECRET_URL = parsed(_secret_url)
HOST_PORT = parsed(lambda written: go.host_port(written) if written else ("", ""))
FIELDS = listed(
    struct(
        {**texts("title value"), "short": flag},
        needs("title", "missing title in field configuration"),
        needs("value", "missing value in field configuration"),
        name="fields",
    ),
    nulls=True,
)


def _headers(values: Values, path: Path, findings: Findings) -> None:
    seen: set[str] = set()
    for name in values.get("headers") or ():
        canonical = name.title() if _MIME(name) else name
        if canonical in seen:
            what = f"duplicate header {canonical!r} in email config"
            findings.problem((*path, "headers", name), what)
        seen.add(canonical)
    threading = values.get("threading") or {}
    if threading.get("enabled"):
        for name in seen & {"References", "In-Reply-To"}:
            findings.problem(path, f"threading.enabled conflicts with custom {name} header")
        if threading.get("thread_by_date", "") not in ("none", "daily"):
            what = "threading.thread_by_date must be either 'none' or 'daily'"
            findings.problem((*path, "threading"), what)


EMAIL = integration(
    "email",
    {
        **texts("to from hello auth_username auth_password auth_password_file"),
        **texts("auth_secret auth_secret_file auth_identity html text"),
        "smarthost": HOST_PORT,
        "headers": mapping(text),
        "require_tls": flag,
        "tls_config": TLS,
        "force_implicit_tls": flag,
        "threading": struct({"enabled": flag, "thread_by_date": text}, name="threading"),
    },
    needs("to", "missing to address in email config"),
    _headers,
    http=False,
)

WEBHOOK = integration(
    "webhook",
    {
        "url": parsed(_templated_url),
        "url_file": text,
        "max_alerts": whole(0, 2 * INT64 - 1),
        "timeout": go_duration,
        "payload": anything,
    },
    one_of("url", "url_file"),
)


def _action(values: Values, path: Path, findings: Findings) -> None:
    for key in ("type", "text"):
        if not values.get(key):
            findings.problem(path, f"missing {key} in Slack action configuration")
    if not values.get("url") and not values.get("name"):
        findings.problem(path, "missing name or url in Slack action configuration")


def _slack(values: Values, path: Path, findings: Findings) -> None:
    address = values.get("api_url") or values.get("api_url_file")
    if address and (values.get("app_token") or values.get("app_token_file")):
        what = "at most one of api_url/api_url_file & app_token/app_token_file must be configured"
        findings.problem(path, what)
    if values.get("update_message") and values.get("api_url") != SLACK_POST:
        findings.problem(path, f"update_message needs a bot token: api_url must be {SLACK_POST}")


SLACK_POST = "https://slack.com/api/chat.postMessage"
_CONFIRM = struct(
    texts("text title ok_text dismiss_text"),
    needs("text", "missing text in Slack confirmation configuration"),
    name="confirm",
)
_SLACK_ACTION = struct(
    {**texts("type text url style name value"), "confirm": _CONFIRM}, _action, name="actions"
)
SLACK = integration(
    "slack",
    {
        **texts("api_url_file app_token app_token_file channel username color title title_link"),
        **texts("pretext text message_text footer fallback callback_id icon_emoji icon_url"),
        **texts("image_url thumb_url"),
        "api_url": SECRET_URL,
        "app_url": URL,
        "fields": FIELDS,
        **dict.fromkeys(("short_fields", "link_names", "update_message"), flag),
        "mrkdwn_in": listed(text),
        "actions": listed(_SLACK_ACTION, nulls=True),
        "timeout": go_duration,
    },
    pair("api_url"),
    pair("app_token"),
    _slack,
)


def _pagerduty(values: Values, path: Path, findings: Findings) -> None:
    keys = ("routing_key", "service_key", "routing_key_file", "service_key_file")
    if not any(values.get(key) for key in keys):
        what = "missing service or routing key in PagerDuty config"
        findings.problem(path, what, [(*path, key) for key in keys])


PAGERDUTY = integration(
    "pagerduty",
    {
        **texts("service_key service_key_file routing_key routing_key_file client client_url"),
        **texts("description source severity class component group"),
        "url": URL,
        "details": mapping(anything),
        "images": listed(struct(texts("src alt href"), name="images")),
        "links": listed(struct(texts("href text"), name="links")),
        "timeout": go_duration,
    },
    _pagerduty,
    pair("routing_key"),
    pair("service_key"),
)


def _responders(values: Values, path: Path, findings: Findings) -> None:
    for at, found in enumerate(values.get("responders") or ()):
        each = found or {}
        here = (*path, "responders", at)
        if not any(each.get(key) for key in ("id", "username", "name")):
            what = "responder has to have at least one of id, username or name specified"
            findings.problem(here, what)
        kind = each.get("type", "")
        if "{{" not in kind and kind.lower() not in _RESPONDERS:
            what = f"responder type {kind!r} does not match valid options"
            findings.problem(here, f"{what}: {', '.join(_RESPONDERS)}")


_RESPONDER = struct(texts("id name username type"), name="responders")
OPSGENIE = integration(
    "opsgenie",
    {
        **texts("api_key api_key_file message description source entity actions tags note"),
        "priority": text,
        "api_url": URL,
        "details": mapping(text),
        "responders": listed(_RESPONDER, nulls=True),
        "update_alerts": flag,
    },
    pair("api_key"),
    _responders,
)


def _custom_fields(values: Values, path: Path, findings: Findings) -> None:
    for name in values.get("custom_fields") or ():
        if name in _VICTOROPS_OWN.split():
            what = f"custom field {name} cannot be used as it conflicts with the fixed fields"
            findings.problem((*path, "custom_fields", name), what)


VICTOROPS = integration(
    "victorops",
    {
        **texts("api_key api_key_file routing_key message_type state_message"),
        **texts("entity_display_name monitoring_tool"),
        "api_url": URL,
        "custom_fields": mapping(text),
    },
    needs("routing_key", "missing Routing key in VictorOps config"),
    pair("api_key"),
    _custom_fields,
)
