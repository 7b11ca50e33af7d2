"""What a critical page says by every channel at once, to the byte that matters."""

import hmac
import re
import time
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from support.channels import HOOK_SECRET, ROUTING_KEY
from support.eventually import eventually
from support.outside import CHANNELS, ENVIRON, SHARED, Outside
from support.servers import Request, TwilioServer
from support.service import Service
from support.smtp import Mail
from support.talk import end, fire

ROUTES = """
[policies.critical]
priority = "P0"
[[policies.critical.steps]]
notify = ["receiver:everywhere"]
wait = "1h"
[route]
policy = "critical"
group_by = ["alertname", "cluster"]
group_wait = "0s"
group_interval = "300ms"
"""
LABELS = {
    "alertname": "DiskFull",
    "cluster": "eu-1",
    "severity": "critical",
    "instance": "db1:9100",
    "path": "/var <&> ü",
}
HEADING = "critical: DiskFull (cluster=eu-1)"
SUMMARY = "Disk of db1 is 97 % full"


async def test_a_page_its_answer_and_its_end_are_right_on_every_channel(tmp_path: Path) -> None:
    async with Outside.open() as outside:
        routes = SHARED + outside.receiver("everywhere") + ROUTES
        async with Service(tmp_path, routes, environ=ENVIRON) as service:
            await fire(service, summary=SUMMARY, **LABELS)
            await heard(outside, "FIRING")
            links = the_page_is_right(outside, service.url)
            for link in links:
                shown = await service.get(link)
                assert shown.status == 200
                assert "everywhere" in shown.text, "a shared link names where it was sent"
            taken = await service.post(links[0], b"who=Dee")
            assert taken.status == 200, taken
            await heard(outside, "ACKNOWLEDGED")
            the_answer_is_right(outside)
            await end(service, **LABELS)
            await heard(outside, "RESOLVED")
            the_end_is_right(outside)
        for channel in CHANNELS:
            assert outside.messages(channel) == 3, f"{channel} heard each of the three once"


async def heard(outside: Outside, state: str) -> None:
    """Wait until every channel has said that it is so."""
    count = {"FIRING": 1, "ACKNOWLEDGED": 2, "RESOLVED": 3}[state]
    for channel in CHANNELS:
        await eventually(f"{state} by {channel}", partial(_has, outside, channel, count))


def _has(outside: Outside, channel: str, count: int) -> bool:
    return outside.messages(channel) >= count


def the_page_is_right(outside: Outside, url: str) -> list[str]:
    """Check the page on every channel; the answer links."""
    links = [
        slack_page(outside.slack.requests[0]),
        sms_page(outside.sms.requests[0]),
        pagerduty_page(outside.pagerduty.requests[0]),
        webhook_page(outside.webhook.requests[0], url),
        email_page(outside.email.mails[0]),
        apprise_page(outside.apprise.requests[0]),
    ]
    assert all(re.fullmatch(rf"{url}/a/[\w.-]+", link) for link in links), links
    assert len(set(links)) == len(links), "each says by which way it was answered"
    return links


def slack_page(request: Request) -> str:
    assert request.path == "/api/chat.postMessage"
    assert request.headers["Authorization"] == f"Bearer {ENVIRON['SLACK_TOKEN']}"
    assert request.headers["Content-Type"] == "application/json; charset=utf-8"
    body = request.json()
    assert body["channel"] == "#everywhere"
    assert body["text"] == f"*[FIRING] {HEADING}*"
    assert (body["unfurl_links"], "thread_ts" in body) == (False, False)
    assert body["metadata"]["event_type"] == "tocsin_delivery"
    text = slack_text(body)
    assert SUMMARY in text
    assert "path=/var &lt;&amp;&gt; ü" in text, "nothing in a label can become a link"
    return linked(r"<(http[^|>]+)\|Acknowledge", text)


def slack_text(body: dict[str, Any]) -> str:
    """What a Slack message shows."""
    return "\n".join(block["text"]["text"] for block in body["blocks"])


def sms_page(request: Request) -> str:
    assert request.path == f"/2010-04-01/Accounts/{TwilioServer.account}/Messages.json"
    assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"
    form = request.form()
    assert sorted(form) == ["Body", "From", "To", "ValidityPeriod"]
    assert (form["To"], form["From"]) == ("+15555550199", "+15555550101")
    assert form["Body"].startswith(f"[FIRING] {HEADING}\n{SUMMARY}\n")
    return form["Body"].rsplit("\n", 1)[1]


def pagerduty_page(request: Request) -> str:
    assert request.path == "/v2/enqueue"
    event = request.json()
    assert event["routing_key"] == ROUTING_KEY
    assert event["event_action"] == "trigger"
    assert re.fullmatch(r"[0-9a-f]{64}", event["dedup_key"])
    assert event["client"] == "Tocsin"
    payload = event["payload"]
    assert payload["summary"].startswith(f"DiskFull (cluster=eu-1): {SUMMARY}")
    assert (payload["source"], payload["severity"]) == ("db1:9100", "critical")
    assert (payload["class"], payload["group"]) == ("DiskFull", "alertname=DiskFull, cluster=eu-1")
    assert payload["custom_details"]["alerts"][0]["labels"] == LABELS
    (link,) = event["links"]
    assert payload["custom_details"]["acknowledge"] == link["href"]
    return str(link["href"])


def webhook_page(request: Request, url: str) -> str:
    stamp, digest = signature_of(request)
    assert abs(stamp - time.time()) < 30
    signed = b"%d.%b" % (stamp, request.body)
    assert digest == hmac.new(HOOK_SECRET.encode(), signed, sha256).hexdigest()
    assert request.headers["Content-Type"] == "application/json"
    assert request.headers["Idempotency-Key"]
    assert request.headers["X-Tocsin-Attempt"] == "1"
    body = request.json()
    assert (body["version"], body["status"], body["truncatedAlerts"]) == ("4", "firing", 0)
    assert body["externalURL"] == url
    assert body["groupKey"] == '{}:{alertname="DiskFull", cluster="eu-1"}'
    assert body["groupLabels"] == {"alertname": "DiskFull", "cluster": "eu-1"}
    assert body["commonLabels"] == LABELS
    (alert,) = body["alerts"]
    assert (alert["status"], alert["labels"]) == ("firing", LABELS)
    assert alert["annotations"] == {"summary": SUMMARY}
    assert alert["endsAt"] == "0001-01-01T00:00:00Z"
    incident = body["incident"]
    assert (incident["number"], incident["event"], incident["priority"]) == (1, "page", "P0")
    return str(incident["ackURL"])


def signature_of(request: Request) -> tuple[int, str]:
    found = re.fullmatch(r"t=(\d+),v1=([0-9a-f]{64})", request.headers["X-Tocsin-Signature"])
    assert found is not None
    return int(found[1]), found[2]


def email_page(mail: Mail) -> str:
    assert mail.sender == "tocsin@example.com"
    assert mail.recipients == ["everywhere@example.com"]
    message = mail.message
    assert message["Subject"] == f"[FIRING] {HEADING} (incident #1)"
    assert message["From"] == "Tocsin <tocsin@example.com>"
    assert message["To"] == "everywhere@example.com"
    assert message["Message-ID"] != message["References"]
    assert message["Auto-Submitted"] == "auto-generated"
    plain, rich = mail.part("plain"), mail.part("html")
    assert SUMMARY in plain
    assert "path=/var <&> ü" in plain
    assert "path=/var &lt;&amp;&gt; ü" in rich
    link = linked(r"Acknowledge \(I am on it\): (\S+)", plain)
    assert f'href="{link}"' in rich
    return link


def apprise_page(request: Request) -> str:
    body = request.json()
    assert request.path == "/everywhere"
    assert (body["version"], body["type"]) == ("1.0", "failure")
    assert body["title"] == f"[FIRING] {HEADING}"
    assert SUMMARY in body["message"]
    return linked(r"Acknowledge: (\S+)", body["message"])


def linked(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found is not None, text
    return found[1]


def the_answer_is_right(outside: Outside) -> None:
    """Everybody hears who took it, where they heard of it, and nothing asks them to answer."""
    page, note = (request.json() for request in outside.slack.requests[:2])
    assert note["channel"] == "C0TEST", "a thread lives in the channel Slack named"
    assert note["thread_ts"] == "1700000000.000001"
    assert "Dee" in slack_text(note)
    assert page["metadata"]["event_payload"]["key"] != note["metadata"]["event_payload"]["key"]
    first, second = (request.json() for request in outside.pagerduty.requests[:2])
    assert second["event_action"] == "acknowledge"
    assert second["dedup_key"] == first["dedup_key"]
    told = outside.webhook.requests[1].json()["incident"]
    assert (told["event"], told["status"]) == ("acknowledged", "acknowledged")
    assert told["answeredBy"] == "Dee (via everywhere)"
    paged, mailed = outside.email.mails[:2]
    assert mailed.message["References"] == paged.message["References"]
    assert mailed.message["Message-ID"] != paged.message["Message-ID"]
    for text in (
        slack_text(note),
        outside.sms.requests[1].form()["Body"],
        mailed.part("plain"),
        outside.apprise.requests[1].json()["message"],
    ):
        assert "Dee" in text
        assert "/a/" not in text


def the_end_is_right(outside: Outside) -> None:
    """Those who were paged hear that it is over, in the same thread and under the same key."""
    assert outside.slack.requests[2].json()["thread_ts"] == "1700000000.000001"
    assert outside.slack.requests[2].json()["reply_broadcast"] is False
    first, _, last = (request.json() for request in outside.pagerduty.requests)
    assert (last["event_action"], last["dedup_key"]) == ("resolve", first["dedup_key"])
    assert list(outside.pagerduty.alerts.values()) == ["resolved"]
    body = outside.webhook.requests[2].json()
    assert (body["status"], body["incident"]["event"]) == ("resolved", "resolved")
    assert [alert["status"] for alert in body["alerts"]] == ["resolved"]
    assert outside.email.mails[2].message["Subject"].startswith("[RESOLVED]")
    assert outside.sms.requests[2].form()["Body"].startswith(f"[RESOLVED] {HEADING}")
    assert outside.apprise.requests[2].json()["type"] == "success"
