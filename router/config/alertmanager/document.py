"""A whole alertmanager.yml: read by its schema, with upstream's verdict on it."""

import re

import msgspec

from router.config.alertmanager import go, nodes
from router.config.alertmanager import integrations as first
from router.config.alertmanager import more_integrations as more
from router.config.alertmanager.cross import cross
from router.config.alertmanager.http import HTTP, TLS
from router.config.alertmanager.integrations import HOST_PORT, SECRET_URL, URL, texts
from router.config.alertmanager.intervals import INTERVAL
from router.config.alertmanager.kinds import (
    Growing,
    Kind,
    Reading,
    Values,
    anything,
    flag,
    listed,
    mapping,
    parsed,
    struct,
    text,
)
from router.config.alertmanager.nodes import Node
from router.config.findings import Findings
from router.config.path import Path
from router.core.labels import valid_text
from router.core.matcher import Matcher, parse_list
from router.core.pattern import PatternError, compiled

INTEGRATIONS: dict[str, Kind] = {
    "webhook": first.WEBHOOK,
    "email": first.EMAIL,
    "slack": first.SLACK,
    "pagerduty": first.PAGERDUTY,
    "opsgenie": first.OPSGENIE,
    "victorops": first.VICTOROPS,
    "pushover": more.PUSHOVER,
    "sns": more.SNS,
    "telegram": more.TELEGRAM,
    "discord": more.DISCORD,
    "webex": more.WEBEX,
    "msteams": more.MSTEAMS,
    "msteamsv2": more.MSTEAMSV2,
    "jira": more.JIRA,
    "incidentio": more.INCIDENTIO,
    "rocketchat": more.ROCKETCHAT,
    "mattermost": more.MATTERMOST,
    "wechat": more.WECHAT,
}

_LABEL = re.compile(r"[a-zA-Z_][a-zA-Z0-9_]*", re.ASCII).fullmatch
_SPAN = parsed(go.span)


def _matchers(written: str) -> tuple[Matcher, ...]:
    return parse_list(written)


def _pattern(written: str) -> str:
    try:
        compiled(f"^(?:{written})$")
    except PatternError as error:
        raise ValueError(f"invalid regular expression: {error}") from None
    return written


def _regexp(node: Node, path: Path, reading: Reading) -> str | None:
    """A regular expression; yaml.v2 reads no value into one even where null is quoted."""
    if node.quoted and node.text in ("null", "~"):
        reading.findings.problem(path, f"cannot unmarshal {node.text!r} into a regular expression")
    found: str | None = parsed(_pattern)(node, path, reading)
    return found


def _address(node: Node, path: Path, reading: Reading) -> str | None:
    """An address that has a default; null takes the default away."""
    return "" if node.is_null else URL(node, path, reading)


def _classic_keys(kind: Kind, *, nulls: bool = True) -> Kind:
    """A mapping whose keys are label names as Prometheus had them at first."""

    def read(node: Node, path: Path, reading: Reading) -> Values | None:
        found: Values | None = mapping(kind)(node, path, reading)
        for name, value in (found or {}).items():
            if not _LABEL(name):
                reading.findings.problem((*path, name), f"invalid label name {name!r}")
            elif value is None and not nulls:
                reading.findings.problem((*path, name), f"invalid regexp value for {name!r}")
        return found

    return Growing(read)


def _label_list(what: str) -> Kind:
    def read(node: Node, path: Path, reading: Reading) -> list[str] | None:
        found: list[str] | None = listed(text)(node, path, reading)
        for at, name in enumerate(found or ()):
            if not name or not valid_text(name):
                reading.findings.problem((*path, at), f"invalid label name {name!r} in {what}")
        return found

    return read


def _route_labels(node: Node, path: Path, reading: Reading) -> Values | None:
    found: Values | None = mapping(text)(node, path, reading)
    if found and "" in found:
        reading.findings.problem(path, "invalid label name '' in route labels")
    return found


def _route_rule(values: Values, path: Path, findings: Findings) -> None:
    names = values.get("group_by") or []
    own = [name for name in names if name != "..."]
    if own and len(own) < len(names):
        what = "cannot have wildcard group_by (`...`) and other labels at the same time"
        findings.problem((*path, "group_by"), what)
    for at, name in enumerate(names):
        if name != "..." and name in names[:at]:
            findings.problem((*path, "group_by", at), f"duplicated label {name!r} in group_by")
    for key in ("group_interval", "repeat_interval"):
        if values.get(key) == 0:
            findings.problem((*path, key), f"{key} cannot be zero")


_MATCH = _classic_keys(text)
_MATCH_RE = _classic_keys(_regexp, nulls=False)
_MATCHERS = listed(parsed(_matchers))


def _route(node: Node, path: Path, reading: Reading) -> Values | None:
    if node.is_null and path[-1] != "route":
        reading.findings.problem(path, "missing route")
    found: Values | None = _ROUTE(node, path, reading)
    return found


_ROUTE = struct(
    {
        "receiver": text,
        "group_by": _label_list("group_by list"),
        "match": _MATCH,
        "match_re": _MATCH_RE,
        "matchers": _MATCHERS,
        "mute_time_intervals": listed(text),
        "active_time_intervals": listed(text),
        "continue": flag,
        "routes": listed(_route),
        **dict.fromkeys(("group_wait", "group_interval", "repeat_interval"), _SPAN),
        "labels": _route_labels,
    },
    _route_rule,
    name="route",
)
_INHIBIT = struct(
    {
        "name": text,
        **dict.fromkeys(("source_match", "target_match"), _MATCH),
        **dict.fromkeys(("source_match_re", "target_match_re"), _MATCH_RE),
        **dict.fromkeys(("source_matchers", "target_matchers"), _MATCHERS),
        "equal": _label_list("equal list"),
    },
    name="inhibit rule",
)


def _receiver_rule(values: Values, path: Path, findings: Findings) -> None:
    name = values.get("name")
    if not name:
        findings.problem(path, "missing name in receiver", [(*path, "name")])
    elif (values.get("labels") or {}).get("name", name) != name:
        findings.problem((*path, "labels"), f'receiver label "name" must match {name!r}')


_RECEIVER = struct(
    {
        "name": text,
        "labels": mapping(text),
        **{f"{name}_configs": listed(kind, nulls=True) for name, kind in INTEGRATIONS.items()},
    },
    _receiver_rule,
    name="receiver",
)
_GLOBAL = struct(
    {
        "resolve_timeout": _SPAN,
        "http_config": HTTP,
        "smtp_smarthost": HOST_PORT,
        "smtp_tls_config": TLS,
        "smtp_require_tls": flag,
        "smtp_force_implicit_tls": flag,
        **texts("smtp_from smtp_hello smtp_auth_username smtp_auth_password"),
        **texts("smtp_auth_password_file smtp_auth_secret smtp_auth_secret_file"),
        **texts("smtp_auth_identity slack_api_url_file slack_app_token slack_app_token_file"),
        **texts("opsgenie_api_key opsgenie_api_key_file wechat_api_secret wechat_api_secret_file"),
        **texts("wechat_api_corp_id victorops_api_key victorops_api_key_file telegram_bot_token"),
        **texts("telegram_bot_token_file rocketchat_token rocketchat_token_file"),
        **texts("rocketchat_token_id rocketchat_token_id_file mattermost_webhook_url_file"),
        "slack_api_url": SECRET_URL,
        "mattermost_webhook_url": SECRET_URL,
        **dict.fromkeys(("jira_api_url", "slack_app_url", "telegram_api_url"), URL),
        "rocketchat_api_url": URL,
        **dict.fromkeys(("pagerduty_url", "opsgenie_api_url", "wechat_api_url"), _address),
        **dict.fromkeys(("victorops_api_url", "webex_api_url"), _address),
    },
    name="global",
)
_ROOT = struct(
    {
        "global": _GLOBAL,
        "route": _route,
        "inhibit_rules": listed(_INHIBIT),
        "receivers": listed(_RECEIVER),
        "templates": listed(text),
        "mute_time_intervals": listed(INTERVAL),
        "time_intervals": listed(INTERVAL),
        "tracing": mapping(anything),
        "event_recorder": mapping(anything),
    },
    name="config",
)


class Document(msgspec.Struct, frozen=True):
    """What the file says, by its keys, and where; problems and warnings go to `findings`."""

    values: Values
    lines: dict[Path, int]
    findings: Findings


def read(raw: bytes, name: str) -> Document:
    """Read the file; `findings.problems` are those Alertmanager would refuse it for."""
    reading = Reading(name)
    values: Values = {}
    try:
        root = nodes.compose(raw)
        if root is not None:
            values = _ROOT(root, (), reading) or {}
    except nodes.YamlError as error:
        reading.findings.unreadable(error.line, str(error))
        return Document({}, reading.lines, reading.findings)
    cross(values, reading.findings)
    return Document(values, reading.lines, reading.findings)
