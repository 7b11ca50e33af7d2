"""What Debian's Alertmanager and Tocsin send to each kind of receiver, request by request.

Both read one alertmanager.yml whose addresses lead to a recorder, and are told the same alerts.
What is masked is named here and in docs/alertmanager.md; nothing else may differ.
"""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import Message
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
from differential.pair import alertmanager, write
from support.chat_servers import OpsgenieServer
from support.eventually import eventually
from support.servers import Answer, HttpServer, Request
from support.service import Service, free_port
from support.smtp import SmtpServer

from router.senders.clean import cut

YML = """
global: {{smtp_smarthost: "{smtp}", smtp_from: alerts@example.com, smtp_require_tls: false}}
templates: ["*.tmpl"]
route: {{receiver: all, group_by: [alertname], group_wait: 100ms, group_interval: 500ms,
  repeat_interval: 1h}}
receivers:
  - name: all
    webhook_configs: [{{url: "{url}/webhook", max_alerts: 1}}]
    slack_configs:
      - {{api_url: "{url}/slack/usual", channel: "#ops", send_resolved: true}}
      - api_url: "{url}/slack/own"
        channel: "#ops"
        send_resolved: true
        title: '{{{{ template "own.title" . }}}}'
        title_link: "https://wiki/{{{{ .CommonLabels.alertname }}}}"
        pretext: "p"
        text: "{{{{ range .Alerts }}}}{{{{ .Labels.instance }}}} {{{{ end }}}}"
        fallback: f
        color: '{{{{ if eq .Status "firing" }}}}warning{{{{ else }}}}good{{{{ end }}}}'
        username: bell
        icon_emoji: ":bell:"
        image_url: "https://image/"
        thumb_url: "https://thumb/"
        footer: "{{{{ .Receiver }}}}"
        callback_id: c
        short_fields: true
        link_names: true
        mrkdwn_in: [text]
        fields: [{{title: n, value: "{{{{ len .Alerts }}}}"}}, {{title: s, value: v, short: false}}]
        actions: [{{type: button, text: Go, url: "https://go/", style: primary}}]
    pagerduty_configs:
      - routing_key: "0123456789abcdef0123456789abcdef"
        url: "{url}/v2/enqueue"
        description: '{{{{ template "own.title" . }}}}'
        client: c
        client_url: "https://c/"
        severity: "{{{{ .CommonLabels.severity }}}}"
        class: k
        component: o
        group: g
        details: {{extra: "{{{{ .GroupLabels.alertname }}}}"}}
        images: [{{src: "https://i/", alt: a, href: "https://h/"}}]
        links: [{{href: "https://l/", text: t}}]
    opsgenie_configs:
      - api_url: "{url}/"
        api_key: "{key}"
        details: {{extra: "{{{{ .Status }}}}"}}
        responders: [{{type: team, name: dba}}, {{type: user, username: "{{{{ .Receiver }}}}"}}]
        tags: "a,{{{{ .CommonLabels.severity }}}},"
        note: n
        priority: P2
        entity: "{{{{ .CommonLabels.instance }}}}"
        actions: "one,two"
        update_alerts: true
    discord_configs:
      - {{webhook_url: "{url}/discord/usual"}}
      - webhook_url: "{url}/discord/own"
        title: "{long}"
        message: '{{{{ template "own.title" . }}}}'
    telegram_configs:
      - {{api_url: "{url}", bot_token: "1:usual", chat_id: -100123, disable_notifications: true}}
      - {{api_url: "{url}", bot_token: "1:own", chat_id: 7, parse_mode: "", message: "{long}"}}
    email_configs:
      - to: ana@example.com
        send_resolved: true
        text: '{{{{ template "own.title" . }}}}'
        html: "<p>{{{{ .CommonLabels.odd }}}}</p>"
        headers: {{Subject: "Ü {{{{ .Status }}}}", X-Team: dba}}
"""
TEMPLATE = (
    '{{ define "own.title" }}{{ .Status | toUpper }} {{ .GroupLabels.alertname }}'
    " {{ .CommonLabels.odd }}{{ end }}"
)


class Recorder(HttpServer):
    """Every service of the file at one address."""

    def success(self, request: Request) -> Answer:
        if request.path.startswith("/slack"):
            return Answer(200, b"ok", headers={"Content-Type": "text/html"})
        if request.path.startswith("/bot"):
            return Answer(200, b'{"ok":true,"result":{"message_id":4,"chat":{"id":7}}}')
        if request.path.startswith("/v2/"):
            return Answer(202, b'{"status":"success"}')
        return Answer(200, b"")


Sent = dict[str, list[Any]]


def seen(recorder: Recorder, smtp: SmtpServer) -> Sent:
    """All that came, by where it went, in order: method, headers that matter, and body."""
    found: Sent = {}
    for request in recorder.requests:
        path = re.sub(r"[0-9a-f]{64}", "ALIAS", request.path)
        kind = request.headers["Content-Type"].partition(";")[0]
        kept = (kind, request.headers.get("Authorization"))
        body = json.loads(request.body)
        found.setdefault(f"{request.method} {path}", []).append((kept, masked(path, body)))
    for mail in smtp.mails:
        found.setdefault("mail", []).append(letter(mail.message, mail.recipients))
    return found


def masked(path: str, body: Any) -> Any:
    """The body without what differs on purpose or must differ."""
    text = json.dumps(body)
    text = re.sub(r"http://[^\s\"/]*:\d+", "http://EXTERNAL", text)
    body = json.loads(text)
    if path == "/webhook":
        body.pop("notification_reason", None)  # Since 0.32.
        body.pop("routeLabels", None)  # Since 0.34.
        for alert in body["alerts"]:
            alert["startsAt"] = alert["endsAt"] = "TIME" if alert["endsAt"][:4] != "0001" else ""
    if path == "/v2/enqueue":
        usual = ("firing", "resolved", "num_firing", "num_resolved")
        assert set(usual) <= set(body["payload"]["custom_details"])
        for newer in usual:
            body["payload"]["custom_details"][newer] = "AS SINCE 0.28"
    if path == "/discord/own":
        title = body["embeds"][0]["title"]
        body["embeds"][0]["title"] = cut(title, 256)  # 0.25 does not cut it, and is refused.
    return body


def letter(message: Message, recipients: list[str]) -> Any:
    """A mail without its boundary, ids and time, and without the headers that are ours alone."""
    ours = ("auto-submitted", "x-tocsin-attempt", "message-id", "date", "content-type")
    headers = {
        name.lower(): str(value) for name, value in message.items() if name.lower() not in ours
    }
    parts = [
        (part.get_content_type(), part["Content-Transfer-Encoding"], part.get_content().strip())
        for part in message.iter_parts()  # type: ignore[attr-defined]
    ]
    return message.get_content_type(), headers, recipients, parts


ALERT = {
    "labels": {"alertname": "Disk", "instance": "db1", "severity": "critical", "odd": "<&\"'ü>"},
    "annotations": {"summary": "full"},
    "generatorURL": "http://prometheus/graph",
}
FIRING, ALL = 12, 22  # Requests and mails once it fires, and once it has ended as well.


async def test_every_receiver_is_sent_the_same(tmp_path: Path) -> None:
    async with (
        Recorder.open() as theirs,
        Recorder.open() as ours,
        SmtpServer.open() as their_mail,
        SmtpServer.open() as our_mail,
    ):
        sides = ((theirs, their_mail), (ours, our_mail))
        url = f"http://127.0.0.1:{free_port()}"
        upstream = alertmanager(tmp_path, _file(tmp_path / "theirs", theirs, their_mail), url)
        service = Service(tmp_path / "ours", config=_file(tmp_path / "ours", ours, our_mail))
        async with upstream, service, aiohttp.ClientSession() as session:
            begun = datetime.fromtimestamp(int(time.time()) - 60, UTC).isoformat()
            for end, count in (({}, FIRING), ({"endsAt": _now()}, ALL)):
                for at in (url, service.url):
                    body = [{**ALERT, "startsAt": begun, **end}]
                    async with session.post(f"{at}/api/v2/alerts", json=body) as answer:
                        assert answer.status == 200
                await eventually("all of it has come", partial(_come, sides, count), seconds=20)
        first, second = seen(theirs, their_mail), seen(ours, our_mail)
    assert sum(map(len, first.values())) == ALL
    found = list(differences(first, second))
    assert not found, "\n".join(found)


def _come(sides: Any, count: int) -> bool:
    return all(len(http.requests) + len(smtp.mails) >= count for http, smtp in sides)


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _file(folder: Path, recorder: Recorder, smtp: SmtpServer) -> Path:
    key, long = OpsgenieServer.key, "й" * 5000
    file = write(folder, YML.format(url=recorder.url, smtp=smtp.smarthost, key=key, long=long))
    (folder / "own.tmpl").write_text(TEMPLATE)
    return file


def differences(first: Any, second: Any, where: str = "") -> Iterator[str]:
    """Each place where the two are not alike, with what stands there."""
    if isinstance(first, dict) and isinstance(second, dict):
        for key in sorted({*first, *second}):
            yield from differences(first.get(key), second.get(key), f"{where}.{key}")
    elif isinstance(first, list | tuple) and type(first) is type(second):
        for at in range(max(len(first), len(second))):
            one, other = (each[at] if at < len(each) else None for each in (first, second))
            yield from differences(one, other, f"{where}[{at}]")
    elif first != second:
        yield f"{where}: alertmanager {str(first)[:300]!r}, tocsin {str(second)[:300]!r}"
