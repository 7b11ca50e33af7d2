"""An alertmanager.yml, put as routes.toml would say it."""

from collections.abc import Callable
from pathlib import Path as FilePath
from typing import Any

import msgspec

from router.config.alertmanager import apprise_urls, channels, chats
from router.config.alertmanager.cross import entries
from router.config.alertmanager.document import Document
from router.config.alertmanager.intervals import LOCAL
from router.config.alertmanager.kinds import Values
from router.config.alertmanager.source import Made, Source
from router.config.alertmanager.templates import Wordings, book
from router.config.alertmanager.unsaid import said
from router.config.duration import LONGEST
from router.config.findings import Findings
from router.config.path import Path
from router.core.matcher import Matcher
from router.core.moment import SECOND

ANY = 'alertname=~"(?s).*"'
"""What every alert fulfils, for a side of an inhibition rule that asks for nothing."""

Builder = Callable[[Source], Made | None]
_BUILDERS: dict[str, Builder] = {
    "webhook": channels.webhook,
    "slack": channels.slack,
    "pagerduty": channels.pagerduty,
    "email": channels.email,
    "opsgenie": chats.opsgenie,
    "discord": chats.discord,
    "telegram": chats.telegram,
    "msteamsv2": chats.msteamsv2,
    "mattermost": chats.mattermost,
    "pushover": apprise_urls.pushover,
    "sns": apprise_urls.sns,
    "webex": apprise_urls.webex,
    "rocketchat": apprise_urls.rocketchat,
    "victorops": apprise_urls.victorops,
}
_INSTEAD = {
    "wechat": "use a webhook that passes it on",
    "msteams": "Microsoft ended these connectors: make a workflow and use msteamsv2_configs",
    "jira": "use a webhook of Jira Automation",
    "incidentio": "use webhook_configs with incident.io's Alertmanager address",
}


class Translated(msgspec.Struct):
    """The tables of a routes.toml. `origins` says where each came from, `secrets` which are any.

    `macros` are what its templates call beside what the program has, `files` its template files.
    """

    values: Values
    origins: dict[Path, Path] = {}
    secrets: dict[Path, Path] = {}
    macros: dict[str, str] = {}
    files: dict[str, str] = {}


def translate(
    document: Document, folder: FilePath | None = None, *, lenient: bool = False
) -> Translated:
    """What the document says; what cannot be taken over is a problem of its findings.

    The files of `templates` are looked for from *folder*, and left out if there is none.
    With *lenient*, those that cannot be used are warned of.
    """
    values, findings = document.values, document.findings
    out = Translated({"service": {}, "sources": {"prometheus": _SOURCE}})
    wordings = Wordings(book(values, folder, findings, out.files, lenient=lenient), findings)
    globals_ = values.get("global") or {}
    if (timeout := globals_.get("resolve_timeout")) is not None:
        where = ("global", "resolve_timeout")
        out.values["service"]["resolve_timeout"] = _span(max(timeout, 1000), where, findings)
    for at, receiver in enumerate(values.get("receivers") or ()):
        labels = receiver.get("labels")
        table = {"labels": labels} if labels else {}
        out.values.setdefault("receivers", {})[receiver["name"]] = table
        out.origins["receivers", receiver["name"]] = ("receivers", at)
    for path, name, entry in entries(values):
        _integration(path, name, entry or {}, document, wordings, out)
    out.values["route"] = _route(values["route"], ("route",), findings, wordings)
    out.origins["route",] = ("route",)
    out.macros.update(wordings.macros)
    if rules := values.get("inhibit_rules"):
        out.values["inhibit"] = _rules(rules)
        out.origins["inhibit",] = ("inhibit_rules",)
    for key in ("mute_time_intervals", "time_intervals"):
        for at, each in enumerate(values.get(key) or ()):
            specs = _specs(each, (key, at), findings)
            out.values.setdefault("intervals", {})[each["name"]] = specs
            out.origins["intervals", each["name"]] = (key, at)
    for key in ("tracing", "event_recorder"):
        if values.get(key):
            findings.warn((key,), "is not taken over")
    return out


_SOURCE = {"kind": "alertmanager", "alertmanager_api": True}


def _integration(
    path: Path,
    name: str,
    entry: Values,
    document: Document,
    wordings: Wordings,
    out: Translated,
) -> None:
    receiver = document.values["receivers"][path[1]]["name"]
    globals_ = document.values.get("global") or {}
    source = Source(name, said(name, entry, wordings), path, globals_, document.findings, wordings)
    if name not in _BUILDERS:
        source.refuse(f"{name} is not supported; {_INSTEAD[name]}")
        return
    made = _BUILDERS[name](source)
    if made is None or source.refused:
        return
    tables = out.values["receivers"][receiver].setdefault(made.channel, [])
    place = ("receivers", receiver, made.channel, len(tables))
    tables.append(made.table)
    out.origins[place] = path
    for key, origin in made.secrets.items():
        out.secrets[(*place, key)] = origin
    for path, origin in made.inner.items():
        out.secrets[(*place, *path)] = origin


def _route(route: Values, path: Path, findings: Findings, wordings: Wordings) -> Values:
    """A route in the order people read it: whom, which, how, and what is below."""
    found: Values = {}
    matchers = _matchers(route, "match", "match_re", "matchers")
    if matchers:
        found["matchers"] = matchers
    if route.get("receiver"):
        found["receiver"] = route["receiver"]
    if "group_by" in route:
        found["group_by"] = list(dict.fromkeys(route["group_by"]))
    for key in ("group_wait", "group_interval", "repeat_interval"):
        if key in route:
            found[key] = _span(route[key], (*path, key), findings)
    for key in ("mute_time_intervals", "active_time_intervals"):
        if route.get(key):
            found[key] = list(dict.fromkeys(route[key]))
    if route.get("continue"):
        found["continue"] = True
    labels = wordings.translated(route.get("labels") or {}, (*path, "labels"))
    if labels:
        found["labels"] = labels
    if route.get("routes"):
        found["routes"] = [
            _route(each, (*path, "routes", at), findings, wordings)
            for at, each in enumerate(route["routes"])
        ]
    return found


def _matchers(values: Values, match: str, match_re: str, matchers: str) -> list[str]:
    """The conditions of all three spellings; patterns of the old one keep their anchors, as
    Alertmanager's group keys show them."""
    equal = [Matcher(name, "=", value or "") for name, value in (values.get(match) or {}).items()]
    like = [
        Matcher(name, "=~", f"^(?:{value})$")
        for name, value in (values.get(match_re) or {}).items()
    ]
    listed = [each for found in values.get(matchers) or () for each in found]
    return [str(each) for each in (*equal, *like, *listed)]


def _rules(rules: list[Values]) -> list[Values]:
    found: list[Values] = []
    for rule in rules:
        table: Values = {}
        if rule.get("name") and all(rule["name"] != each.get("name") for each in found):
            table["name"] = rule["name"]
        for side in ("source", "target"):
            keys = (f"{side}_match", f"{side}_match_re", f"{side}_matchers")
            table[f"{side}_matchers"] = _matchers(rule, *keys) or [ANY]
        if rule.get("equal"):
            table["equal"] = list(dict.fromkeys(rule["equal"]))
        found.append(table)
    return found


def _specs(interval: Values, path: Path, findings: Findings) -> list[Values]:
    found = []
    for at, spec in enumerate(interval.get("time_intervals") or ()):
        table: Values = {}
        never = False
        for key in ("times", "weekdays", "days_of_month", "months", "years"):
            if written := spec.get(key):
                kept = [each for each in written if each]
                never = never or not kept
                table[key] = kept
            elif written == []:
                never = True
        if spec.get("location") == LOCAL:
            what = "Local is another zone on each machine: name the zone, such as Europe/Berlin"
            findings.problem((*path, "time_intervals", at, "location"), what)
        elif spec.get("location", "UTC") != "UTC":
            table["location"] = spec["location"]
        if not never:
            found.append(table)
    return found


def _span(microseconds: int, path: Path, findings: Findings) -> str:
    if microseconds > LONGEST:
        findings.warn(path, "is longer than ten years, which is taken for ten years")
    return written(min(microseconds, LONGEST))


def written(microseconds: int) -> str:
    """A duration as Prometheus writes it."""
    seconds, rest = divmod(microseconds, SECOND)
    units: list[tuple[str, Any]] = [("d", 86_400), ("h", 3600), ("m", 60), ("s", 1)]
    text = ""
    for unit, length in units:
        count, seconds = divmod(seconds, length)
        text += f"{count}{unit}" if count else ""
    text += f"{rest // 1000}ms" if rest >= 1000 else ""
    return text or "0s"
