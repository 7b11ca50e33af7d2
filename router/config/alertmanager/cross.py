"""What the parts of an alertmanager.yml say of each other, checked as upstream does."""

from collections.abc import Iterator, Mapping
from typing import Any

from router.config.alertmanager.kinds import Values
from router.config.alertmanager.rules import at_most_one
from router.config.findings import Findings
from router.config.nearest import hint
from router.config.path import Path

SLACK_APP_URL = "https://slack.com/api/chat.postMessage"
_PAIRS = """
slack_app_token slack_api_url opsgenie_api_key victorops_api_key telegram_bot_token
smtp_auth_password rocketchat_token rocketchat_token_id smtp_auth_secret wechat_api_secret
mattermost_webhook_url
"""
_FROM_GLOBAL = {
    "opsgenie": {"api_key": "no global OpsGenie API Key set either inline or in a file"},
    "victorops": {"api_key": "no global VictorOps API Key set"},
    "telegram": {"bot_token": "missing bot_token or bot_token_file on telegram_config"},
    "rocketchat": {
        "token_id": "no global Rocketchat TokenID set either inline or in a file",
        "token": "no global Rocketchat Token set either inline or in a file",
    },
    "mattermost": {"webhook_url": "missing webhook_url or webhook_url_file on mattermost_config"},
    "wechat": {"api_secret": "no global Wechat Api Secret set either inline or in a file"},
}
_ADDRESSES = {
    "pagerduty": ("url", "pagerduty_url", "PagerDuty"),
    "opsgenie": ("api_url", "opsgenie_api_url", "OpsGenie"),
    "victorops": ("api_url", "victorops_api_url", "VictorOps"),
    "wechat": ("api_url", "wechat_api_url", "Wechat"),
    "webex": ("api_url", "webex_api_url", "Webex"),
}
"""The addresses that have a default, which a null in `global` takes away."""

_BARE = ("slack", "opsgenie", "wechat", "rocketchat")
"""The integrations that may be an empty entry: everything they need can be global."""


def shared(globals_: Mapping[str, Any], name: str, key: str) -> Any:
    """What `global` says instead of an integration's own key, in the key or in a file's name."""
    prefix = {"wechat": "wechat_api_" if key == "corp_id" else "wechat_"}.get(name, f"{name}_")
    return globals_.get(f"{prefix}{key}") or globals_.get(f"{prefix}{key}_file")


def entries(values: Values) -> Iterator[tuple[Path, str, Values | None]]:
    """Each integration of each receiver with its path and its name; None for one left empty."""
    for at, receiver in enumerate(values.get("receivers") or ()):
        for key, found in receiver.items():
            if key.endswith("_configs"):
                for position, entry in enumerate(found):
                    path = ("receivers", at, key, position)
                    yield path, key.removesuffix("_configs"), entry


def cross(values: Values, findings: Findings) -> None:
    """Note what is wrong with the whole."""
    globals_ = values.get("global") or {}
    _globals(globals_, findings)
    for path, name, entry in entries(values):
        if entry is None and name not in _BARE:
            findings.problem(path, f"missing {name} config")
        else:
            _entry(path, name, entry or {}, globals_, findings)
    names = _unique(values, "receivers", "notification config name", findings)
    intervals = _unique(values, "mute_time_intervals", "mute time interval", findings)
    intervals += _unique(values, "time_intervals", "time interval", findings, intervals)
    _root(values, findings)
    route = values.get("route")
    if route is not None:
        _route(route, ("route",), names, intervals, findings)


def _globals(globals_: Values, findings: Findings) -> None:
    for key in _PAIRS.split():
        at_most_one(globals_, ("global",), findings, key, f"{key}_file")
    token = globals_.get("slack_app_token") or globals_.get("slack_app_token_file")
    address = globals_.get("slack_api_url")
    addressed = address or globals_.get("slack_api_url_file")
    if token and addressed and address != globals_.get("slack_app_url", SLACK_APP_URL):
        what = "at most one of slack_app_token/slack_app_token_file &"
        what += " slack_api_url/slack_api_url_file must be configured"
        findings.problem(("global",), what)


def _entry(path: Path, name: str, entry: Values, globals_: Values, findings: Findings) -> None:
    if name == "email":
        for key, what in {"smarthost": "SMTP smarthost", "from": "SMTP from"}.items():
            own, other = entry.get(key), globals_.get(f"smtp_{key}")
            if own in (None, "", ("", "")) and other in (None, "", ("", "")):
                unless = [(*path, key), ("global", f"smtp_{key}")]
                findings.problem(path, f"no global {what} set", unless)
    if name == "slack":
        _slack(path, entry, globals_, findings)
    for key, what in _FROM_GLOBAL.get(name, {}).items():
        own = entry.get(key) or entry.get(f"{key}_file")
        if not own and not shared(globals_, name, key):
            findings.problem(path, what, [(*path, key), (*path, f"{key}_file"), ("global",)])
    if name == "wechat" and not (entry.get("corp_id") or globals_.get("wechat_api_corp_id")):
        findings.problem(path, "no global Wechat CorpID set", [(*path, "corp_id")])
    own_key, key, service = _ADDRESSES.get(name, ("", "", ""))
    if globals_.get(key) == "" and not entry.get(own_key):
        findings.problem(path, f"no global {service} URL set", [(*path, own_key), ("global", key)])
    if name == "jira" and not (entry.get("api_url") or globals_.get("jira_api_url")):
        findings.problem(path, "no global Jira Cloud URL set", [(*path, "api_url")])


def _slack(path: Path, entry: Values, globals_: Values, findings: Findings) -> None:
    authorized = (entry.get("http_config") or {}).get("authorization") is not None
    address = entry.get("api_url") or entry.get("api_url_file")
    token = entry.get("app_token") or entry.get("app_token_file")
    if not token and not authorized and not entry.get("api_url"):
        token = shared(globals_, "slack", "app_token")
    if not address and not token and not shared(globals_, "slack", "api_url"):
        what = "no Slack API URL nor App token set either inline or in a file"
        keys = ("api_url", "api_url_file", "app_token", "app_token_file")
        globals_keys = [("global", f"slack_{key}") for key in keys]
        findings.problem(path, what, [*((*path, key) for key in keys), *globals_keys])
    elif token and authorized:
        findings.problem(path, "http authorization can't be set when using Slack App tokens")


def _unique(
    values: Values, key: str, what: str, findings: Findings, before: list[str] | None = None
) -> list[str]:
    names: list[str] = []
    for at, each in enumerate(values.get(key) or ()):
        name = each.get("name")
        if name and (name in names or name in (before or ())):
            findings.problem((key, at), f"{what} {name!r} is not unique")
        names.append(name or "")
    return names


def _root(values: Values, findings: Findings) -> None:
    route = values.get("route")
    if route is None:
        what = "no routes provided" if values else "no route provided in config"
        findings.problem((), what, [("route",)])
        return
    path = ("route",)
    if not route.get("receiver"):
        what = "root route must specify a default receiver"
        findings.problem(path, what, [("route", "receiver")])
    if any(route.get(key) for key in ("match", "match_re", "matchers")):
        findings.problem(path, "root route must not have any matchers")
    if route.get("mute_time_intervals"):
        findings.problem(path, "root route must not have any mute time intervals")
    if route.get("active_time_intervals"):
        findings.problem(path, "root route must not have any active time intervals")
    if route.get("continue"):
        findings.problem(path, "cannot have continue in root route")


def _route(
    route: Values, path: Path, names: list[str], intervals: list[str], findings: Findings
) -> None:
    receiver = route.get("receiver")
    if receiver and receiver not in names:
        what = f'undefined receiver "{receiver}" used in route{hint(receiver, names)}'
        findings.problem((*path, "receiver"), what)
    for key in ("mute_time_intervals", "active_time_intervals"):
        for at, name in enumerate(route.get(key) or ()):
            if name not in intervals:
                what = f'undefined time interval "{name}" used in route{hint(name, intervals)}'
                findings.problem((*path, key, at), what)
    for at, below in enumerate(route.get("routes") or ()):
        _route(below, (*path, "routes", at), names, intervals, findings)
