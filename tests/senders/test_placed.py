"""Where a message goes can be a template; it is filled in for each, and guarded."""

import json

import pytest
from msgspec.structs import replace
from support.channels import bot, email, hook, pager
from support.chat_servers import OpsgenieServer
from support.chats import opsgenie
from support.outgoing import alert, outgoing, yes
from support.servers import PagerdutyServer, SlackServer, WebhookServer
from support.smtp import SmtpServer

from router.core.outgoing import Outgoing
from router.core.secret import Secret
from router.errors import PermanentDeliveryError
from router.senders.senders import Senders

TEAM = "{{ common_labels.team }}"


def about(team: str) -> Outgoing:
    return outgoing(alert({"alertname": "Down", "team": team}), kind="notification")


async def test_a_webhooks_address(senders: Senders, webhook: WebhookServer) -> None:
    url = Secret("${URL}", f"{webhook.url}/hooks/{TEAM}?key=querysecret42")
    await senders.send(about("db"), replace(hook(webhook), url=url), yes)
    await senders.send(about("web"), replace(hook(webhook), url=url), yes)
    paths = [request.path for request in webhook.requests]
    assert paths == ["/hooks/db?key=querysecret42", "/hooks/web?key=querysecret42"]


@pytest.mark.parametrize(
    ("written", "team"),
    [
        ("{{ common_labels.team }}", "file:///etc/passwd"),
        ("{{ common_labels.team }}", "ftp://a/"),
        ("{{ common_labels.team }}", "http://"),
        ("{{ common_labels.team }}", "http://a:b/"),
        ("https://a/pathsecret42/{{ common_labels.team }}", "a b"),
        ("https://a/pathsecret42/{{ common_labels.team }}", "a\r\nHost: b"),
        ("https://a/pathsecret42/{{ common_labels.team }}", "a\u202eb"),
        ("{% if false %}https://a/pathsecret42{% endif %}", "x"),
        ("https://a/pathsecret42/{{ 1 // 0 }}", "x"),
    ],
)
async def test_what_comes_to_no_web_address_is_sent_nowhere_and_shown_nowhere(
    written: str,
    team: str,
    webhook: WebhookServer,
) -> None:
    told = replace(hook(webhook), url=Secret("${URL}", written))
    said: list[str] = []
    async with Senders.open(on_template_error=lambda file, why: said.append(file + why)) as senders:
        with pytest.raises(PermanentDeliveryError, match="the template of url comes to no") as no:
            await senders.send(about(team), told, yes)
    for shown in (str(no.value), *said):
        assert "pathsecret42" not in shown
        assert "passwd" not in shown
    assert webhook.requests == []


async def test_a_slack_channel(senders: Senders, slack: SlackServer) -> None:
    await senders.send(about("db"), bot(slack, f"#{TEAM}"), yes)
    assert json.loads(slack.bodies[-1])["channel"] == "#db"
    with pytest.raises(PermanentDeliveryError, match="the template of channel"):
        await senders.send(about(""), bot(slack, TEAM), yes)


async def test_the_keys_of_pagerduty_and_opsgenie(
    senders: Senders, pagerduty: PagerdutyServer
) -> None:
    key = Secret("${KEY}", f"R0{TEAM}")
    await senders.send(about("db"), replace(pager(pagerduty), routing_key=key), yes)
    assert json.loads(pagerduty.bodies[-1])["routing_key"] == "R0db"
    async with OpsgenieServer.open() as server:
        told = replace(opsgenie(server), api_key=Secret("${KEY}", "{{ common_labels.key }}"))
        keyed = alert({"alertname": "Down", "key": opsgenie(server).api_key.value})
        await senders.send(outgoing(keyed, kind="notification"), told, yes)
        assert server.requests


async def test_mail_goes_to_everybody_a_template_names(senders: Senders) -> None:
    async with SmtpServer.open() as server:
        told = replace(
            email(server.smarthost, f"{TEAM}@example.com, lead-{TEAM}@example.com"),
            sender=f"alerts-{TEAM}@example.com",
        )
        await senders.send(about("db"), told, yes)
        [mail] = server.mails
        assert list(mail.recipients) == ["db@example.com", "lead-db@example.com"]
        assert mail.sender == "alerts-db@example.com"
        for hostile in ("", "a\r\nBcc: b@example.com,", "a b", "x@evil.example> <y"):
            with pytest.raises(PermanentDeliveryError):
                await senders.send(about(hostile), told, yes)
        assert len(server.mails) == 1
