"""The templates that Alertmanager's fields name when nobody wrote others, in our own words.

Each makes what Alertmanager's of that name makes; only `email.default.html` is a page of ours.
"""

from collections.abc import Mapping
from functools import lru_cache

from router.gotemplate.book import Book

_FILE = "default.tmpl"
_SUBJECT = """
{{- printf "[%s" (toUpper .Status) }}{{ if eq .Status "firing" }}:{{ len .Alerts.Firing }}{{ end -}}
] {{ join " " .GroupLabels.Values }} {{ if gt (len .CommonLabels) (len .GroupLabels) -}}
({{ join " " (.CommonLabels.Remove .GroupLabels.Names).Values }}){{ end -}}
"""
_LIST = """
{{- range . }}Labels:
{{ range .Labels.SortedPairs }}{{ printf " - %s = %s" .Name .Value | println }}{{ end }}Annotations:
{{ range .Annotations.SortedPairs }}{{ printf " - %s = %s" .Name .Value | println }}{{ end -}}
{{ printf "Source: %s" .GeneratorURL | println }}{{ end -}}
"""
_BOTH = """{{ join " " .CommonAnnotations.SortedPairs.Values }}
{{ with .Alerts.Firing }}Alerts Firing:
{{ template "__text_alert_list" . }}{{ end }}
{{ with .Alerts.Resolved }}Alerts Resolved:
{{ template "__text_alert_list" . }}{{ end -}}
"""
_APART = """
{{ with .Alerts.Firing }}
Alerts Firing:
{{ template "__text_alert_list" . }}
{{ end }}
{{ with .Alerts.Resolved }}
Alerts Resolved:
{{ template "__text_alert_list" . }}
{{ end }}
"""
_SUMMED = '{{ join " " .CommonAnnotations.SortedPairs.Values }}' + _APART
_MARKDOWN_LIST = """
{{- range . }}
Labels:
{{ range .Labels.SortedPairs }}{{ printf "  - %s = %s" .Name .Value | println }}{{ end }}
Annotations:
{{ range .Annotations.SortedPairs }}{{ printf "  - %s = %s" .Name .Value | println }}{{ end }}
{{ printf "Source: %s" .GeneratorURL | println }}{{ end }}
"""
_MARKDOWN = _APART.replace("Alerts ", "# Alerts ").replace("_list", "_list_markdown")
_COLOR = '{{ if eq .Status "firing" }}danger{{ else }}good{{ end }}'
_PRIORITY = """
{{- $known := dict "critical" "High" "warning" "Medium" "info" "Low" -}}
{{ with index $known .CommonLabels.severity }}{{ . }}{{ end -}}
"""
_PAGE = """
<!DOCTYPE html>
<html><body style="font-family: sans-serif; max-width: 640px; margin: 0 auto">
<h2>{{ template "__subject" . }}</h2>
{{ with .Alerts.Firing }}<h3>{{ len . }} firing</h3>
{{ template "__html_alert_list" . }}{{ end -}}
{{ with .Alerts.Resolved }}<h3>{{ len . }} resolved</h3>
{{ template "__html_alert_list" . }}{{ end -}}
<p><a href="{{ template "__alertmanagerURL" . }}">View in Alertmanager</a></p>
</body></html>
"""
_HTML_LIST = """
{{- range . }}<p><strong>Labels</strong><br>
{{ range .Labels.SortedPairs }}{{ .Name }} = {{ .Value }}<br>
{{ end }}{{ if .Annotations }}<strong>Annotations</strong><br>
{{ range .Annotations.SortedPairs }}{{ .Name }} = {{ .Value }}<br>
{{ end }}{{ end }}<a href="{{ .GeneratorURL }}">Source</a></p>
{{ end -}}
"""
_URL = "{{ .ExternalURL }}/#/alerts?receiver={{ urlquery .Receiver }}"
_TEXTS = {
    "__alertmanager": "Alertmanager",
    "__alertmanagerURL": _URL,
    "__subject": _SUBJECT,
    "__description": "",
    "__text_alert_list": _LIST,
    "__text_alert_list_markdown": _MARKDOWN_LIST,
    "__html_alert_list": _HTML_LIST,
    "pagerduty.default.instances": _LIST,
    "email.default.html": _PAGE,
    "opsgenie.default.description": _BOTH,
    "pushover.default.message": _SUMMED,
    "sns.default.message": _SUMMED,
    "webex.default.message": _SUMMED,
    "victorops.default.state_message": _BOTH,
    "slack.default.color": _COLOR,
    "mattermost.default.color": _COLOR,
    "jira.default.priority": _PRIORITY,
    "slack.default.fallback": (
        '{{ template "slack.default.title" . }} | {{ template "slack.default.titlelink" . }}'
    ),
    "wechat.default.message": (
        '{{ template "__subject" . }}\n{{ template "opsgenie.default.description" . }}\n'
        'AlertmanagerUrl:\n{{ template "__alertmanagerURL" . }}'
    ),
}
_SAME = {
    "__subject": """
        slack.default.title pagerduty.default.description opsgenie.default.message
        victorops.default.entity_display_name pushover.default.title sns.default.subject
        discord.default.title email.default.subject msteams.default.summary msteams.default.title
        msteamsv2.default.title jira.default.summary rocketchat.default.title
        mattermost.default.title
    """,
    "__alertmanagerURL": """
        slack.default.titlelink pagerduty.default.clientURL opsgenie.default.source
        pushover.default.url rocketchat.default.titlelink mattermost.default.titlelink
    """,
    "__alertmanager": """
        slack.default.username pagerduty.default.client victorops.default.monitoring_tool
        rocketchat.default.alias mattermost.default.username
    """,
    "slack.default.fallback": "mattermost.default.fallback",
}
_MARKDOWNS = """
msteams.default.text msteamsv2.default.text jira.default.description mattermost.default.text
"""
_APARTS = "telegram.default.message discord.default.message"
_NOTHING = """
slack.default.callbackid slack.default.pretext slack.default.iconemoji slack.default.iconurl
slack.default.text slack.default.footer rocketchat.default.emoji rocketchat.default.iconurl
rocketchat.default.text discord.default.content
wechat.default.to_user wechat.default.to_party wechat.default.to_tag wechat.default.agent_id
"""


def _defined(name: str, text: str) -> str:
    return f'{{{{ define "{name}" }}}}{text}{{{{ end }}}}'


@lru_cache(maxsize=1)
def shipped() -> Book:
    """A book with all of them; `copy` it before adding to it."""
    texts = dict(_TEXTS)
    for whole, names in _SAME.items():
        texts |= dict.fromkeys(names.split(), f'{{{{ template "{whole}" . }}}}')
    texts |= dict.fromkeys(_APARTS.split(), _APART)
    texts |= dict.fromkeys(_MARKDOWNS.split(), _MARKDOWN)
    texts |= dict.fromkeys(_NOTHING.split(), "")
    book = Book()
    book.add("".join(_defined(name, text) for name, text in texts.items()), _FILE)
    return book


@lru_cache(maxsize=1)
def macros() -> Mapping[str, str]:
    """All of them as jinja2's macros for plain text, by their names."""
    book = shipped().copy()
    for name in book.names:
        if not name.startswith(("__html", "email.default.html")) and name != _FILE:
            book.macro(name, None, _FILE, 1)
    return book.macros
