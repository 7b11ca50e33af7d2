"""What a field of an integration says when it is not there: the templates Alertmanager then uses.

Their names are part of its interface: files of `templates` redefine them.
"""

from collections.abc import Mapping
from typing import Any

from router.config.alertmanager.templates import Wordings


def _named(integration: str, **fields: str) -> dict[str, str]:
    return {
        key: f'{{{{ template "{integration}.default.{name}" . }}}}' for key, name in fields.items()
    }


_SLACK = {
    key: key.replace("_", "")
    for key in (
        *("color", "username", "title", "title_link", "icon_emoji", "icon_url", "pretext"),
        *("text", "fallback", "callback_id", "footer"),
    )
}
UNSAID: Mapping[str, Mapping[str, str]] = {
    "slack": _named("slack", **_SLACK),
    "pagerduty": _named(
        "pagerduty", description="description", client="client", client_url="clientURL"
    ),
    "opsgenie": _named("opsgenie", message="message", description="description", source="source"),
    "discord": _named("discord", title="title", message="message", content="content"),
    "telegram": _named("telegram", message="message"),
    "msteamsv2": _named("msteamsv2", title="title", text="text"),
    "mattermost": _named(
        "mattermost",
        username="username",
        color="color",
        text="text",
        title="title",
        title_link="titlelink",
        fallback="fallback",
    ),
}
PAGE = '{{ template "email.default.html" . }}'
"""Where it is as shipped, our own page of a mail says the same and more."""
SUBJECT = '{{ template "email.default.subject" . }}'
DETAILS: Mapping[str, Any] = {
    "firing": "{{ .Alerts.Firing | toJson }}",
    "resolved": "{{ .Alerts.Resolved | toJson }}",
    "num_firing": "{{ .Alerts.Firing | len }}",
    "num_resolved": "{{ .Alerts.Resolved | len }}",
}


def said(name: str, entry: Mapping[str, Any], wordings: Wordings) -> dict[str, Any]:
    """The entry with what Alertmanager reads into its silence, but what comes to nothing anyhow."""
    found = dict(entry)
    for key, template in UNSAID.get(name, {}).items():
        silent = wordings.silent(template.split('"')[1])
        if key not in entry and (not silent or key == "text"):
            found[key] = "" if silent else template
    if name == "email" and (entry.get("text") or wordings.redefined("email.default.html")):
        found.setdefault("html", PAGE)
    return found
