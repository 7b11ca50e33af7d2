"""What operators word themselves is what leaves; what fails in it never keeps a page back."""

from collections.abc import Mapping
from typing import Any

import msgspec
import pytest
from support.channels import email, pager, slack_hook
from support.outgoing import ACK, alert, outgoing, yes
from support.servers import PagerdutyServer, SlackServer
from support.smtp import SmtpServer

from router.core.integration import PagerdutyIntegration, SlackIntegration
from router.core.pagerduty_event import PagerdutyEvent
from router.core.slack_attachment import SlackAttachment
from router.core.template import Templates
from router.senders.senders import Senders

MACROS = {
    "names": "{% macro names(dot) %}{% for alert in dot.Alerts %}{{ alert.Labels.instance }};"
    "{% endfor %}{% endmacro %}"
}
HOSTILE = [
    "{% for i in range(1000) %}{% for j in range(1000) %}{% for k in range(1000) %}"
    "{{ i }}{% endfor %}{% endfor %}{% endfor %}",
    "{% macro again(dot) %}{{ again(dot) }}{{ again(dot) }}{% endmacro %}{{ again(data) }}",
    '{% set x = namespace(value="x") %}{% for i in range(99) %}'
    "{% set x.value = print(x.value, x.value) %}{% endfor %}",
    '{{ printf("%1000000d", 1) }}',
    '{{ reReplaceAll("", print("{{ "), "aaaa").__class__.__mro__ }}',
    '{{ data.__class__.__init__.__globals__["os"] }}',
    "{{ data.Alerts.Firing.__class__ }}",
    "{{ len.__globals__.os }}{{ data.Nope }}",
    "{{ data.CommonLabels.SortedPairs.append(1) }}",
    "{% include '/etc/passwd' %}",
    "{{ data.Nope }}",
    "{{ unfinished",
]


def worded(integration: Any, **words: Any) -> Any:
    """The integration, with words of its operator's."""
    match integration:
        case SlackIntegration():
            attachment = msgspec.convert(words, SlackAttachment)
            return msgspec.structs.replace(integration, attachment=attachment)
        case PagerdutyIntegration():
            event = msgspec.convert(words, PagerdutyEvent)
            return msgspec.structs.replace(integration, event=event)
    return msgspec.structs.replace(integration, **words)


def notification(**over: Any) -> Any:
    """A group's notification of two alerts."""
    both = (alert({"alertname": "Disk", "instance": "a"}), alert({"instance": "<b>"}))
    return outgoing(*both, kind="notification", **over)


async def test_a_slack_message_is_the_attachment_that_alertmanager_sends(
    senders: Senders, slack: SlackServer
) -> None:
    senders.use(Templates(macros=MACROS))
    words: Mapping[str, Any] = {
        "text": "{{ names(data) }}",
        "fields": [{"title": "n", "value": "{{ len(data.Alerts) }}"}],
        "short_fields": True,
    }
    await senders.send(notification(), worded(slack_hook(slack), **words), yes)
    form = slack.requests[0].json()
    (attachment,) = form["attachments"]
    assert attachment["title"].startswith("[FIRING:2] critical: DiskFull")
    assert attachment["text"] == "a;<b>;"
    assert attachment["color"] == "danger"
    assert attachment["fields"] == [{"short": True, "title": "n", "value": "2"}]
    assert "blocks" not in form


async def test_a_mail_has_the_words_and_headers_it_was_given(
    senders: Senders, smtp: SmtpServer
) -> None:
    words = {
        "html": "<p>{{ data.CommonAnnotations.summary | html_text }}</p>",
        "headers": {"subject": "{{ data.Status | toUpper }}\n!", "X-Team": "{{ data.Receiver }}"},
    }
    await senders.send(notification(), worded(email(smtp.smarthost), **words), yes)
    (mail,) = smtp.mails
    assert mail.message["Subject"] == "FIRING !"
    assert mail.message["X-Team"] == "ops"
    assert mail.part("html").strip() == "<p>Disk of db1 is 97 % full</p>"


async def test_a_page_shows_its_answer_link_whatever_the_words_are(
    senders: Senders, smtp: SmtpServer, slack: SlackServer
) -> None:
    await senders.send(outgoing(), worded(email(smtp.smarthost), html="<p>x</p>", text="y"), yes)
    assert f'<a href="{ACK}">' in smtp.mails[0].part("html")
    assert ACK in smtp.mails[0].part("plain")
    await senders.send(outgoing(), worded(slack_hook(slack), text="z"), yes)
    assert ACK in slack.requests[0].json()["attachments"][0]["text"]


async def test_pagerduty_gets_the_words_over_ours(
    senders: Senders, pagerduty: PagerdutyServer
) -> None:
    words = {
        "description": "{{ data.GroupLabels.alertname }}!",
        "severity": '{% if eq(data.Status, "firing") %}warning{% endif %}',
        "details": {"count": "{{ len(data.Alerts.Firing) }}"},
        "class_": "disk",
        "links": [{"href": "http://wiki/", "text": "{{ data.Status }}"}],
    }
    await senders.send(notification(), worded(pager(pagerduty), **words), yes)
    event = pagerduty.requests[0].json()
    assert event["payload"]["summary"] == "DiskFull!"
    assert event["payload"]["severity"] == "warning"
    assert event["payload"]["class"] == "disk"
    assert event["payload"]["custom_details"] == {"count": 2}
    assert {"href": "http://wiki/", "text": "firing"} in event["links"]


@pytest.mark.parametrize("text", HOSTILE)
async def test_a_template_that_fails_costs_its_own_text_and_is_told(
    text: str, slack: SlackServer
) -> None:
    told: list[tuple[str, str]] = []
    async with Senders.open(on_template_error=lambda *what: told.append(what)) as opened:
        receipt = await opened.send(outgoing(), worded(slack_hook(slack), text=text), yes)
    (attachment,) = slack.requests[0].json()["attachments"]
    assert "DiskFull" in attachment["text"]
    assert ACK in attachment["text"]
    assert [file.partition(":")[0] for file, _ in told] == ["user"]
    assert "built-in text, as a template failed" in receipt.detail


async def test_the_operators_own_files_replace_ours_until_they_are_taken_away(
    senders: Senders, slack: SlackServer
) -> None:
    for messages, expected in (({"slack.txt": "own {{ ack_url }}"}, "own "), ({}, "*[FIRING]")):
        senders.use(Templates(messages=messages))
        await senders.send(outgoing(), slack_hook(slack), yes)
        assert slack.requests[-1].json()["text"].startswith(expected)
