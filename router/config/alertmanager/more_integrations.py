"""The fields of the integrations that came later, or that fewer people use."""

from router.config.alertmanager import go
from router.config.alertmanager.integrations import FIELDS, SECRET_URL, URL, integration, texts
from router.config.alertmanager.kinds import (
    INT64,
    Reading,
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
from router.config.alertmanager.nodes import Node
from router.config.alertmanager.rules import needs, one_of, pair
from router.config.findings import Findings
from router.config.path import Path


def _pushover(values: Values, path: Path, findings: Findings) -> None:
    if values.get("html") and values.get("monospace"):
        findings.problem(path, "at most one of monospace & html must be configured")


PUSHOVER = integration(
    "pushover",
    {
        **texts("user_key user_key_file token token_file title message url url_title device sound"),
        "priority": text,
        **dict.fromkeys(("retry", "expire", "ttl"), parsed(go.go_span)),
        "html": flag,
        "monospace": flag,
    },
    one_of("user_key", "user_key_file"),
    one_of("token", "token_file"),
    _pushover,
)


def _sigv4(values: Values, path: Path, findings: Findings) -> None:
    if bool(values.get("access_key")) != bool(values.get("secret_key")):
        findings.problem(path, "must provide both access_key and secret_key, or neither")
    if values.get("external_id") and not values.get("role_arn"):
        findings.problem(path, "external_id can only be used with role_arn")


def _sns(values: Values, path: Path, findings: Findings) -> None:
    lacks = [not values.get(key) for key in ("target_arn", "topic_arn", "phone_number")]
    # Upstream compares the three in a chain, so that all of them together are taken as well.
    if (lacks[0] != lacks[1]) != lacks[2]:
        what = "must provide either a Target ARN, Topic ARN, or Phone Number for SNS config"
        findings.problem(path, what)


_SIGV4 = struct(
    {
        **texts("region access_key secret_key profile role_arn external_id service_name"),
        "use_fips_sts_endpoint": flag,
    },
    _sigv4,
    name="sigv4",
)
SNS = integration(
    "sns",
    {
        **texts("api_url topic_arn phone_number target_arn subject message"),
        "sigv4": _SIGV4,
        "attributes": mapping(text),
        "use_aws_http_client": flag,
    },
    _sns,
)


def _telegram(values: Values, path: Path, findings: Findings) -> None:
    if values.get("parse_mode", "HTML") not in ("", "Markdown", "MarkdownV2", "HTML"):
        what = "unknown parse_mode on telegram_config, must be Markdown, MarkdownV2, HTML or empty"
        findings.problem((*path, "parse_mode"), what)


TELEGRAM = integration(
    "telegram",
    {
        **texts("bot_token bot_token_file chat_id_file message parse_mode"),
        "api_url": URL,
        "chat_id": whole(-INT64, INT64 - 1),
        "message_thread_id": whole(-INT64, INT64 - 1),
        "disable_notifications": flag,
    },
    pair("bot_token"),
    one_of("chat_id", "chat_id_file"),
    _telegram,
)

DISCORD = integration(
    "discord",
    {
        "webhook_url": SECRET_URL,
        **texts("webhook_url_file content title message username avatar_url"),
    },
    one_of("webhook_url", "webhook_url_file"),
)


def _webex(values: Values, path: Path, findings: Findings) -> None:
    if (values.get("http_config") or {}).get("authorization") is None:
        findings.problem(path, "missing webex_configs.http_config.authorization")


WEBEX = integration(
    "webex",
    {**texts("message room_id"), "api_url": URL},
    needs("room_id", "missing room_id on webex_config"),
    _webex,
)

_TEAMS = {"webhook_url": SECRET_URL, **texts("webhook_url_file title text")}
MSTEAMS = integration(
    "msteams", {**_TEAMS, "summary": text}, one_of("webhook_url", "webhook_url_file")
)
MSTEAMSV2 = integration("msteamsv2", _TEAMS, one_of("webhook_url", "webhook_url_file"))


def _jira_field(node: Node, path: Path, reading: Reading) -> Values | None:
    if node.text is not None:
        return {"template": text(node, path, reading)}
    found: Values | None = _JIRA_FIELD(node, path, reading)
    return found


def _jira(values: Values, path: Path, findings: Findings) -> None:
    if values.get("api_type", "auto") not in ("auto", "cloud", "datacenter"):
        what = "unknown api_type on jira_config, must be auto, cloud or datacenter"
        findings.problem((*path, "api_type"), what)


_JIRA_FIELD = struct({"template": text, "enable_update": flag}, name="jira field")
JIRA = integration(
    "jira",
    {
        **texts("api_type project priority issue_type reopen_transition resolve_transition"),
        "wont_fix_resolution": text,
        "api_url": URL,
        "summary": _jira_field,
        "description": _jira_field,
        "labels": listed(text),
        "reopen_duration": parsed(go.span),
        "fields": mapping(anything),
        "custom_fields": mapping(anything),
    },
    needs("project", "missing project in jira_config"),
    needs("issue_type", "missing issue_type in jira_config"),
    _jira,
)


def _incidentio(values: Values, path: Path, findings: Findings) -> None:
    http = values.get("http_config")
    token = values.get("alert_source_token") or values.get("alert_source_token_file")
    if http is None:
        return
    if http.get("authorization") is not None and token:
        what = "cannot specify alert_source_token when using http_config.authorization"
        findings.problem(path, what)
    if http.get("authorization") is None and not token:
        what = "at least one of alert_source_token, alert_source_token_file or"
        findings.problem(path, f"{what} http_config.authorization must be configured")


INCIDENTIO = integration(
    "incidentio",
    {
        **texts("url_file alert_source_token alert_source_token_file"),
        "url": URL,
        "max_alerts": whole(0, 2 * INT64 - 1),
        "timeout": go_duration,
    },
    one_of("url", "url_file"),
    pair("alert_source_token"),
    _incidentio,
)

_ROCKETCHAT_FIELDS = listed(struct({**texts("title value"), "short": flag}, name="fields"))
_ACTION_TEXTS = texts("type text url imageurl webviewheightratio msg msgprocessingtype")
_ACTION_FLAGS = dict.fromkeys(("iswebview", "msginchatwindow"), flag)
_ROCKETCHAT_ACTIONS = listed(struct({**_ACTION_TEXTS, **_ACTION_FLAGS}, name="actions"))
ROCKETCHAT = integration(
    "rocketchat",
    {
        **texts("token_id token_id_file token token_file channel color title title_link text"),
        **texts("emoji icon_url image_url thumb_url"),
        "api_url": URL,
        "fields": _ROCKETCHAT_FIELDS,
        "actions": _ROCKETCHAT_ACTIONS,
        "short_fields": flag,
        "link_names": flag,
    },
    pair("token"),
    pair("token_id"),
)

_MATTERMOST = """
fallback color pretext text author_name author_link author_icon title title_link thumb_url
footer footer_icon image_url
"""
_ATTACHMENT = struct({**texts(_MATTERMOST), "fields": FIELDS}, name="attachments")
_PRIORITY = struct(
    {"priority": text, "requested_ack": flag, "persistent_notifications": flag}, name="priority"
)
MATTERMOST = integration(
    "mattermost",
    {
        **texts(_MATTERMOST, "webhook_url_file channel username icon_url icon_emoji type"),
        "webhook_url": SECRET_URL,
        "fields": FIELDS,
        "attachments": listed(_ATTACHMENT, nulls=True),
        "props": struct({"card": text}, name="props"),
        "priority": _PRIORITY,
    },
    pair("webhook_url"),
)


def _wechat(values: Values, path: Path, findings: Findings) -> None:
    kind = values.get("message_type") or "text"
    if kind not in ("text", "markdown"):
        what = f"weChat message type {kind!r} does not match valid options: text, markdown"
        findings.problem((*path, "message_type"), what)


WECHAT = integration(
    "wechat",
    {
        **texts("api_secret api_secret_file corp_id message to_user to_party to_tag agent_id"),
        "message_type": text,
        "api_url": URL,
    },
    pair("api_secret"),
    _wechat,
)
